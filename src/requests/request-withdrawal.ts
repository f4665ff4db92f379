import { escrow } from '../commands/escrow/decide.js';
import { user } from '../commands/user/decide.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import type { Micros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';
import { inMoney } from './extend-hold.js';
import { idFor } from './once.js';

export interface RequestedWithdrawal {
  readonly withdrawalId: string;
  readonly status: 'requested' | 'prepared' | 'confirmed' | 'failed';
  readonly requestedAt: string;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * Puts a withdrawal on record: its amount is out of `available` from here on, and a worker sends it.
 * @throws Refusal WALLET_NOT_LINKED | INSUFFICIENT_ESCROW | ESCROW_FROZEN
 */
export async function requestWithdrawal(
  {
    dispatch,
    clock,
    chance,
  }: { readonly dispatch: Dispatch; readonly clock: Clock; readonly chance: Chance },
  caller: Caller,
  { amount, destination }: { readonly amount: Micros; readonly destination: string },
): Promise<RequestedWithdrawal> {
  const { userId } = caller.principal;
  const owner = (await dispatch.load(user, userId)).state;
  const linked = owner.status === 'active' ? owner.wallets : [];
  if (!linked.includes(destination))
    throw new Refusal(
      'WALLET_NOT_LINKED',
      'Money leaves only to a wallet that is linked to you. Link this one first, by a signature of it.',
      { destination, linked },
    );
  const withdrawalId = idFor('withdrawal', caller, chance);
  const requestedAt = isoTime(clock.now());
  const request = {
    type: 'RequestWithdrawal',
    withdrawalId,
    amount,
    destination,
    at: requestedAt,
  } as const;
  const sent = await dispatch
    .send(escrow, userId, request, contextOf(caller, 'withdrawal', userId))
    .catch((error: unknown) => {
      throw isRefusal(error) ? inMoney(error, amount) : error;
    });
  const known = sent.state.status === 'open' ? sent.state.withdrawals.byId.get(withdrawalId) : undefined;
  return {
    withdrawalId,
    status: known?.status ?? 'requested',
    requestedAt,
    revision: sent.revision,
    position: sent.position,
  };
}
