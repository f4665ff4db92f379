import { earnings } from '../commands/earnings/decide.js';
import { escrow } from '../commands/escrow/decide.js';
import type { Due } from '../commands/settlement/commands.js';
import { requirePayable, settlement } from '../commands/settlement/decide.js';
import { requireOperator } from '../identity/ownership.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { makeId } from '../kernel/ids.js';
import { sumMicros } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Chain } from '../ports/chain.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';
import { inMoney } from './extend-hold.js';
import { idFor } from './once.js';

export interface PayoutParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly chain: Pick<Chain, 'escrowAddress'>;
  readonly settings: { readonly payoutSplit: string };
}

/** `escrow` is the account of who asks: what is paid from it is shared with the platform and the reserve. */
export type PaidFrom = 'escrow' | 'platform' | 'reserve';

/** ms a worker has to take the money from its hold */
const HOLD_MS = 3_600_000;

/**
 * Pays what is owed to recipients, as an operator says. The money is taken from its account at once; the rest is
 * done by workers.
 * @throws Refusal FORBIDDEN | INSUFFICIENT_ESCROW | INSUFFICIENT_EARNINGS | ESCROW_FROZEN | RECIPIENT_IS_ESCROW
 */
export async function requestPayout(
  parts: PayoutParts,
  caller: Caller,
  { from, dues }: { readonly from: PaidFrom; readonly dues: readonly Due[] },
) {
  requireOperator(caller.principal);
  requirePayable(dues);
  await requireOthers(parts.chain, dues);
  const settlementId = idFor('settlement', caller, parts.chance);
  const at = isoTime(parts.clock.now());
  const order = { settlementId, dues, at };
  const position = await (from === 'escrow'
    ? payFromEscrow(parts, caller, order)
    : payFromEarnings(parts, caller, from, order));
  return { settlementId, total: sumMicros(dues.map(({ amount }) => amount)), position };
}

interface Order {
  readonly settlementId: string;
  readonly dues: readonly Due[];
  readonly at: string;
}

/** First the hold, so that nothing is computed that is not there; after a crash between the two it expires. */
async function payFromEscrow(
  { dispatch, settings }: PayoutParts,
  caller: Caller,
  { settlementId, dues, at }: Order,
) {
  const { userId } = caller.principal;
  const holdId = makeId('hold', settlementId.slice('stl_'.length));
  const amount = sumMicros(dues.map((due) => due.amount));
  const place = {
    type: 'PlaceHold',
    holdId,
    amount,
    purpose: settlementId,
    at,
    expiresAt: plusMs(at, HOLD_MS),
  } as const;
  const known = (await dispatch.load(settlement, settlementId)).state;
  if (known.status === 'none')
    await dispatch
      .send(escrow, userId, place, contextOf(caller, 'hold', settlementId))
      .catch((error: unknown) => {
        throw isRefusal(error) ? inMoney(error, amount) : error;
      });
  const source = { kind: 'hold', userId, holdId } as const;
  const split = settings.payoutSplit;
  const compute = { type: 'ComputeSettlement', settlementId, source, dues, split, at } as const;
  return (
    await dispatch.send(settlement, settlementId, compute, contextOf(caller, 'settlement', settlementId))
  ).position;
}

/** Taken out of the earnings by the event that says whom it is for: a saga makes the settlement of it. */
async function payFromEarnings(
  { dispatch }: PayoutParts,
  caller: Caller,
  ownerId: string,
  { settlementId, dues, at }: Order,
) {
  const request = { type: 'RequestEarningsWithdrawal', ownerId, settlementId, dues, at } as const;
  return (await dispatch.send(earnings, ownerId, request, contextOf(caller, 'earnings', settlementId)))
    .position;
}

/** A transfer to ourselves would look like a payout and move nothing. */
async function requireOthers(chain: Pick<Chain, 'escrowAddress'>, dues: readonly Due[]): Promise<void> {
  const { owner } = await chain.escrowAddress();
  if (dues.some(({ recipient }) => recipient === owner))
    throw new Refusal('RECIPIENT_IS_ESCROW', 'The escrow cannot be paid out of the escrow.', {
      recipient: owner,
    });
}

/** @throws Refusal FORBIDDEN | NOT_FOUND | WRONG_STATE */
export async function retryPayout(
  { dispatch, clock, chain }: Pick<PayoutParts, 'dispatch' | 'clock' | 'chain'>,
  caller: Caller,
  settlementId: string,
  { item, recipient }: { readonly item: number; readonly recipient?: string | undefined },
) {
  requireOperator(caller.principal);
  const { owner } = await chain.escrowAddress();
  if (recipient === owner)
    throw new Refusal('RECIPIENT_IS_ESCROW', 'The escrow cannot be paid out of the escrow.', { recipient });
  const at = isoTime(clock.now());
  const retry = { type: 'RetryPayout', item, ...(recipient && { recipient }), at } as const;
  return dispatch.send(settlement, settlementId, retry, contextOf(caller, 'retry', settlementId));
}
