import type { WithdrawalEvent } from '../../events/withdrawal.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros, toMicros, ZERO } from '../../kernel/money.js';
import { PersistentMap } from '../../kernel/persistent-map.js';
import type { SignedTransfer } from './withdrawal-commands.js';

interface Asked {
  readonly amount: Micros;
  readonly destination: string;
}

export type Withdrawal = Asked &
  (
    | { readonly status: 'requested' /** so many have ended */; readonly attempts: number }
    | { readonly status: 'prepared'; readonly attempts: number; readonly transfer: SignedTransfer }
    | { readonly status: 'confirmed'; readonly attempts: number; readonly signature: string }
    | { readonly status: 'failed'; readonly attempts: number; readonly code: string }
  );

export interface Withdrawals {
  readonly byId: PersistentMap<Withdrawal>;
  /** sum of those that are neither confirmed nor failed */
  readonly pending: Micros;
  /** sum of those that are final on the chain */
  readonly paid: Micros;
  /** token accounts that were opened for this user's wallets */
  readonly opened: number;
}

export const noWithdrawals: Withdrawals = {
  byId: PersistentMap.empty(),
  pending: ZERO,
  paid: ZERO,
  opened: 0,
};

const TYPES: ReadonlySet<string> = new Set<WithdrawalEvent['type']>([
  'WithdrawalRequested',
  'WithdrawalPrepared',
  'WithdrawalAttemptEnded',
  'WithdrawalConfirmed',
  'WithdrawalFailed',
]);

export const isWithdrawalEvent = (event: { readonly type: string }): event is WithdrawalEvent =>
  TYPES.has(event.type);

export function evolveWithdrawals(all: Withdrawals, event: WithdrawalEvent): Withdrawals {
  const { withdrawalId } = event;
  const set = (withdrawal: Withdrawal) => all.byId.with(withdrawalId, withdrawal);
  if (event.type === 'WithdrawalRequested') {
    const amount = parseMicros(event.amount);
    const { destination } = event;
    return {
      ...all,
      pending: toMicros(all.pending + amount),
      byId: set({ status: 'requested', attempts: 0, amount, destination }),
    };
  }
  const { amount, destination, attempts } = all.byId.get(withdrawalId)!;
  const asked = { amount, destination };
  switch (event.type) {
    case 'WithdrawalPrepared': {
      const { attempt, transaction, signature, blockhash } = event;
      const lastValidBlockHeight = BigInt(event.lastValidBlockHeight);
      const slot = BigInt(event.slot);
      const transfer = { transaction, signature, blockhash, lastValidBlockHeight, slot };
      const opened = all.opened + (event.opensAccount ? 1 : 0);
      return { ...all, opened, byId: set({ ...asked, status: 'prepared', attempts: attempt, transfer }) };
    }
    case 'WithdrawalAttemptEnded':
      return { ...all, byId: set({ ...asked, status: 'requested', attempts }) };
    case 'WithdrawalConfirmed':
      return {
        ...all,
        pending: toMicros(all.pending - amount),
        paid: toMicros(all.paid + amount),
        byId: set({ ...asked, status: 'confirmed', attempts, signature: event.signature }),
      };
    case 'WithdrawalFailed':
      return {
        ...all,
        pending: toMicros(all.pending - amount),
        byId: set({ ...asked, status: 'failed', attempts, code: event.code }),
      };
    default:
      return unreachable(event);
  }
}
