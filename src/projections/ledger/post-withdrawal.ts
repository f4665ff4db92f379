import type { WithdrawalEvent } from '../../events/withdrawal.js';
import { unreachable } from '../../kernel/errors.js';
import { available, chain, owed, transit } from './accounts.js';
import { entryOf } from './entry.js';
import type { Memory, OpenWithdrawal, Posted } from './memory.js';

/** Money on its way to a wallet of its owner: owed from the request on, in transit while signed bytes may land. */
export function postWithdrawal(userId: string, memory: Memory, event: WithdrawalEvent): Posted {
  const { withdrawalId: reference } = event;
  const known = memory.withdrawals?.[reference];
  const own = available(userId);
  const due = owed(reference);
  const sent = transit(reference);
  const now = (withdrawal: OpenWithdrawal | undefined): Memory => {
    const { [reference]: _before, ...others } = memory.withdrawals ?? {};
    return { ...memory, withdrawals: withdrawal ? { ...others, [reference]: withdrawal } : others };
  };
  switch (event.type) {
    case 'WithdrawalRequested': {
      const { amount, destination: counterparty } = event;
      const about = { kind: 'withdrawal', reference, userId, counterparty } as const;
      return { memory: now({ amount }), entry: entryOf(about, { debit: own, credit: due, amount }) };
    }
    case 'WithdrawalPrepared': {
      if (!known || known.isSent) return { memory };
      const { amount } = known;
      const about = { kind: 'withdrawal_sent', reference, userId, mark: event.signature } as const;
      return {
        memory: now({ amount, isSent: true }),
        entry: entryOf(about, { debit: due, credit: sent, amount }),
      };
    }
    case 'WithdrawalAttemptEnded': {
      if (!known?.isSent) return { memory };
      const { amount } = known;
      const about = { kind: 'withdrawal_expired', reference, userId } as const;
      return { memory: now({ amount }), entry: entryOf(about, { debit: sent, credit: due, amount }) };
    }
    case 'WithdrawalConfirmed': {
      const { amount, destination: counterparty, signature } = event;
      const about = { kind: 'withdrawal_settled', reference, userId, counterparty, signature } as const;
      const debit = known?.isSent ? sent : due;
      return { memory: now(undefined), entry: entryOf(about, { debit, credit: chain, amount }) };
    }
    case 'WithdrawalFailed': {
      const { amount } = event;
      const about = { kind: 'withdrawal_failed', reference, userId } as const;
      const debit = known?.isSent ? sent : due;
      return { memory: now(undefined), entry: entryOf(about, { debit, credit: own, amount }) };
    }
    default:
      return unreachable(event);
  }
}
