/**
 * A standing approval of a user's wallet.
 *
 * - What open uses may spend and what the others have spent is never more than `maxTotal`.
 * - No use is of more than `maxPerTransaction`, and none names a recipient that is not allowed.
 * - A run uses it once; what it did not spend comes back once.
 * - Revoked or expired, it is used no more; uses it has keep what they were given.
 */
import type { MandateEvent } from '../../events/mandate.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { formatUsdc, parseMicros } from '../../kernel/money.js';
import type {
  ConsumeMandate,
  ExpireMandate,
  GrantMandate,
  MandateCommand,
  ReleaseMandateUse,
  RevokeMandate,
} from './commands.js';
import { evolveMandate, type Mandate, type MandateState, noMandate, remainingOf, useKey } from './state.js';

type Decision = readonly MandateEvent[];
const NOTHING: Decision = [];

function decide(command: MandateCommand, state: MandateState): Decision {
  if (command.type === 'GrantMandate') return grant(command, state);
  if (state.status === 'none') throw noSuchMandate();
  switch (command.type) {
    case 'ConsumeMandate':
      return consume(command, state);
    case 'ReleaseMandateUse':
      return release(command, state);
    case 'RevokeMandate':
      return revoke(command, state);
    case 'ExpireMandate':
      return expire(command, state);
    default:
      return unreachable(command);
  }
}

/** The id is the nonce that was signed: a message grants one mandate, once. */
function grant(command: GrantMandate, state: MandateState): Decision {
  const { type: _type, at, maxTotal, maxPerTransaction, ...signed } = command;
  if (state.status === 'active' && state.granted.message === command.message) return NOTHING;
  if (state.status !== 'none')
    throw new Refusal('NONCE_USED', 'A mandate was granted by this nonce already. Ask for a new message.', {
      mandateId: command.mandateId,
    });
  if (maxPerTransaction <= 0n || maxPerTransaction > maxTotal || command.expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'A mandate is for more than nothing, and ends after it begins.', {
      maxTotal: `${maxTotal}`,
      maxPerTransaction: `${maxPerTransaction}`,
      expiresAt: command.expiresAt,
    });
  const limits = { maxTotal: `${maxTotal}`, maxPerTransaction: `${maxPerTransaction}` };
  return [{ type: 'MandateGranted', v: 1, ...signed, ...limits, grantedAt: at }];
}

function consume(command: ConsumeMandate, mandate: Mandate): Decision {
  const { at, userId, workflowId, runNo, planHash, amount } = command;
  if (userId !== mandate.granted.userId) throw noSuchMandate();
  requireActive(mandate, at);
  const known = mandate.uses.get(useKey(command));
  if (known?.planHash === planHash && known.amount === amount && known.spent === undefined) return NOTHING;
  if (known)
    throw new Refusal('MANDATE_USED', 'This run has used the mandate already.', {
      workflowId,
      runNo,
      used: `${known.amount}`,
      asked: `${amount}`,
    });
  requireAllowed(command, mandate);
  requireWithin(amount, mandate);
  return [
    { type: 'MandateConsumed', v: 1, workflowId, runNo, planHash, amount: `${amount}`, consumedAt: at },
  ];
}

/** @throws Refusal MANDATE_REVOKED, MANDATE_EXPIRED */
export function requireActive({ status, granted: { expiresAt } }: Mandate, at: string): void {
  if (status === 'revoked')
    throw new Refusal('MANDATE_REVOKED', 'This mandate was revoked. Grant another one.');
  if (status === 'expired' || at >= expiresAt)
    throw new Refusal('MANDATE_EXPIRED', `This mandate ended at ${expiresAt}. Grant another one.`, {
      expiresAt,
    });
}

function requireAllowed({ recipients }: ConsumeMandate, { granted }: Mandate): void {
  const { allowedRecipients } = granted;
  const strangers = [...new Set(recipients)].filter((each) => allowedRecipients?.includes(each) === false);
  if (strangers.length > 0)
    throw new Refusal('MANDATE_RECIPIENT', 'The plan pays somebody the mandate does not name.', {
      recipients: strangers,
      allowed: [...(allowedRecipients ?? [])],
    });
}

function requireWithin(amount: bigint, mandate: Mandate): void {
  const { maxTotal, maxPerTransaction } = mandate.granted;
  if (amount <= 0n)
    throw new Refusal('VALIDATION_FAILED', 'A mandate is used for more than nothing.', {
      amount: `${amount}`,
    });
  const figures = (of: string, limit: string) => ({
    of,
    limit,
    asked: `${amount}`,
    remaining: `${remainingOf(mandate)}`,
  });
  if (amount > parseMicros(maxPerTransaction))
    throw new Refusal(
      'MANDATE_LIMIT',
      `The plan may cost ${formatUsdc(amount)}, and the mandate allows ${formatUsdc(parseMicros(maxPerTransaction))} for one.`,
      figures('maxPerTransaction', maxPerTransaction),
    );
  if (amount > remainingOf(mandate))
    throw new Refusal(
      'MANDATE_LIMIT',
      `The plan may cost ${formatUsdc(amount)}, and ${formatUsdc(remainingOf(mandate))} of the mandate's ${formatUsdc(parseMicros(maxTotal))} is left.`,
      figures('maxTotal', maxTotal),
    );
}

/** A dearer plan may have been approved by hand meanwhile: what is beyond the use is not the mandate's. */
function release({ workflowId, runNo, spent }: ReleaseMandateUse, mandate: Mandate): Decision {
  const use = mandate.uses.get(useKey({ workflowId, runNo }));
  if (!use || use.spent !== undefined) return NOTHING;
  const counted = spent > use.amount ? use.amount : spent;
  const released = use.amount - counted;
  return [
    { type: 'MandateUseReleased', v: 1, workflowId, runNo, spent: `${counted}`, released: `${released}` },
  ];
}

const revoke = ({ at }: RevokeMandate, { status }: Mandate): Decision =>
  status === 'active' ? [{ type: 'MandateRevoked', v: 1, revokedAt: at }] : NOTHING;

function expire({ at }: ExpireMandate, { status, granted: { expiresAt } }: Mandate): Decision {
  if (status !== 'active') return NOTHING;
  if (at < expiresAt)
    throw new Refusal('MANDATE_NOT_DUE', 'This mandate has not expired yet.', { expiresAt });
  return [{ type: 'MandateExpired', v: 1, expiredAt: at }];
}

export const noSuchMandate = (): Refusal => new Refusal('NOT_FOUND', 'There is no such mandate.');

export const mandateDecider: Decider<MandateState, MandateCommand, MandateEvent> = {
  initial: noMandate,
  decide,
  evolve: evolveMandate,
};

export const mandate = { category: 'mandate', decider: mandateDecider } as const satisfies Aggregate<
  MandateState,
  MandateCommand,
  MandateEvent
>;
