import type { GrantMandate } from '../commands/mandate/commands.js';
import { mandate } from '../commands/mandate/decide.js';
import type { MandateState } from '../commands/mandate/state.js';
import { user } from '../commands/user/decide.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { Micros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import {
  type MandateSite,
  type MandateTerms,
  readMandateMessage,
  writeMandateMessage,
} from '../mandates/mandate-message.js';
import { mandateIdOf, newNonce } from '../mandates/nonce.js';
import type { Chain } from '../ports/chain.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Dispatch, Dispatched } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface MandateParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly pepper: string;
  readonly chain: Pick<Chain, 'network' | 'mint'>;
  readonly settings: { readonly publicUrl: string };
  verifyWalletSignature(address: string, message: string, signature: string): Promise<boolean>;
}

/** What a user wants a wallet to approve. */
export interface WantedMandate {
  readonly wallet: string;
  readonly maxTotal: Micros;
  readonly maxPerTransaction: Micros;
  readonly allowedRecipients?: readonly string[] | undefined;
  readonly expiresAt: string;
}

/** ms another clock may be ahead of ours */
const AHEAD = 60_000;

const siteOf = ({ settings, chain }: MandateParts): MandateSite => ({
  url: settings.publicUrl,
  network: chain.network,
  asset: chain.mint,
});

/**
 * The message a wallet signs to grant a mandate.
 * @throws Refusal VALIDATION_FAILED for limits that make no sense, WALLET_NOT_LINKED
 */
export async function mandateChallenge(
  parts: MandateParts,
  { principal: { userId } }: Caller,
  wanted: WantedMandate,
): Promise<{ readonly message: string; readonly nonce: string; readonly signBefore: string }> {
  const { clock, chance, pepper } = parts;
  const now = clock.now();
  const { wallet, maxTotal, maxPerTransaction, allowedRecipients, expiresAt } = wanted;
  const recipients = allowedRecipients && [...new Set(allowedRecipients)];
  const terms: MandateTerms = {
    ...{ userId, wallet, maxTotal, maxPerTransaction, expiresAt },
    ...(recipients && { allowedRecipients: recipients }),
    nonce: newNonce(pepper, userId, chance),
    issuedAt: isoTime(now),
  };
  requireSensible(terms, now);
  await requireLinked(parts, userId, wallet);
  return {
    message: writeMandateMessage(terms, siteOf(parts)),
    nonce: terms.nonce,
    signBefore: isoTime(now + LIMITS.mandateChallengeTtl),
  };
}

/**
 * Grants what a linked wallet has signed: all of it stands in the message.
 * @throws Refusal MANDATE_MESSAGE_INVALID, MANDATE_MESSAGE_EXPIRED, VALIDATION_FAILED, WALLET_SIGNATURE_INVALID,
 * WALLET_NOT_LINKED, NONCE_USED
 */
export async function grantMandate(
  parts: MandateParts,
  caller: Caller,
  { message, signature }: { readonly message: string; readonly signature: string },
): Promise<Dispatched<MandateState, unknown> & { readonly mandateId: string }> {
  const { dispatch, clock, pepper, chain } = parts;
  const { userId } = caller.principal;
  const now = clock.now();
  const { nonce, issuedAt, ...terms } = readMandateMessage(message, siteOf(parts));
  const mandateId = terms.userId === userId ? mandateIdOf(pepper, userId, nonce) : undefined;
  if (mandateId === undefined)
    throw new Refusal('MANDATE_MESSAGE_INVALID', 'The message was not made for you here.', { part: 'nonce' });
  requireFresh(issuedAt, now);
  requireSensible(terms, now);
  if (!(await parts.verifyWalletSignature(terms.wallet, message, signature)))
    throw new Refusal('WALLET_SIGNATURE_INVALID', 'This is not a signature of the wallet over the message.', {
      wallet: terms.wallet,
    });
  await requireLinked(parts, userId, terms.wallet);
  const { network, mint: asset } = chain;
  const command: GrantMandate = {
    type: 'GrantMandate',
    at: isoTime(now),
    mandateId,
    ...terms,
    ...{ network, asset, message, signature },
  };
  const granted = await dispatch.send(mandate, mandateId, command, contextOf(caller, 'grant', mandateId));
  return { ...granted, mandateId };
}

function requireFresh(issuedAt: string, now: number): void {
  const age = now - Date.parse(issuedAt);
  if (age >= -AHEAD && age <= LIMITS.mandateChallengeTtl) return;
  throw new Refusal('MANDATE_MESSAGE_EXPIRED', 'The message was made too long ago. Ask for another one.', {
    issuedAt,
    now: isoTime(now),
    validForMs: LIMITS.mandateChallengeTtl,
  });
}

function requireSensible(
  { maxTotal, maxPerTransaction, expiresAt, allowedRecipients }: Omit<MandateTerms, 'nonce' | 'issuedAt'>,
  now: number,
): void {
  const latest = now + LIMITS.mandateTime;
  const wrong =
    maxPerTransaction <= 0n || maxPerTransaction > maxTotal
      ? 'One plan may cost more than nothing, and no more than all of them.'
      : Date.parse(expiresAt) <= now || Date.parse(expiresAt) > latest
        ? 'A mandate ends in the future, and within a year.'
        : (allowedRecipients?.length ?? 0) > LIMITS.mandateRecipients
          ? `A mandate names at most ${LIMITS.mandateRecipients} recipients.`
          : undefined;
  if (wrong === undefined) return;
  throw new Refusal('VALIDATION_FAILED', wrong, {
    maxTotalMicro: `${maxTotal}`,
    maxPerTransactionMicro: `${maxPerTransaction}`,
    expiresAt,
    latest: isoTime(latest),
  });
}

/** @throws Refusal WALLET_NOT_LINKED {linked} */
export async function requireLinked(
  { dispatch }: Pick<MandateParts, 'dispatch'>,
  userId: string,
  wallet: string,
): Promise<void> {
  const { state } = await dispatch.load(user, userId);
  const linked = state.status === 'active' ? state.wallets : [];
  if (linked.includes(wallet)) return;
  throw new Refusal(
    'WALLET_NOT_LINKED',
    'This wallet is not linked to you. Open your escrow account with it first.',
    {
      wallet,
      linked: [...linked],
    },
  );
}
