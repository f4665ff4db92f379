import { escrow } from '../commands/escrow/decide.js';
import { user } from '../commands/user/decide.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Chain } from '../ports/chain.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface OpenEscrowParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly chain: Pick<Chain, 'network' | 'mint'>;
  verifyWalletSignature(address: string, message: string, signature: string): Promise<boolean>;
}

/** What a wallet signs to be a user's. It names both, so that it says nothing for anybody else. */
export const walletChallenge = (userId: string, wallet: string): string =>
  `Quittance: the wallet ${wallet} belongs to ${userId} and pays into its escrow.`;

/** Stands in the transfer of a deposit, so that it counts for this user and no other. */
export const depositMemo = (userId: string): string => `quittance:deposit:${userId}`;

/** @throws Refusal WALLET_SIGNATURE_INVALID, or ESCROW_ALREADY_OPEN for another wallet or asset */
export async function openEscrow(
  { dispatch, clock, chain, verifyWalletSignature }: OpenEscrowParts,
  caller: Caller,
  wallet: string,
  signature: string,
): Promise<{
  readonly revision: number;
  readonly position: Position | undefined;
  readonly openedAt: string;
}> {
  const { userId } = caller.principal;
  if (!(await verifyWalletSignature(wallet, walletChallenge(userId, wallet), signature)))
    throw new Refusal(
      'WALLET_SIGNATURE_INVALID',
      'This is not a signature of the wallet over the challenge.',
      {
        challenge: walletChallenge(userId, wallet),
      },
    );
  const openedAt = isoTime(clock.now());
  const { network, mint: asset } = chain;
  const sent = await dispatch.send(
    escrow,
    userId,
    { type: 'OpenEscrowAccount', userId, wallet, network, asset, at: openedAt },
    contextOf(caller, 'open', userId),
  );
  await dispatch.send(user, userId, { type: 'LinkWallet', wallet }, contextOf(caller, 'link', userId));
  return { revision: sent.revision, position: sent.position, openedAt };
}
