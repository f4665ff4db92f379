import type { SettlementEvent } from '../../events/settlement.js';
import { unreachable } from '../../kernel/errors.js';
import { chain, owed, transit } from './accounts.js';
import { entryOf } from './entry.js';
import type { Memory, Posted } from './memory.js';

/** Transfers to recipients. Several may be out at once, each for other payouts of the settlement. */
export function postSettlement(settlementId: string, memory: Memory, event: SettlementEvent): Posted {
  const { payouts = {} } = memory;
  const due = owed(settlementId);
  const sentAs = (attempt: number) => transit(`${settlementId}#${attempt}`);
  const without = (attempt: number): Memory => {
    const { [attempt]: _over, ...rest } = payouts;
    return { ...memory, payouts: rest };
  };
  switch (event.type) {
    case 'PayoutPrepared': {
      const { attempt, amount, signature: mark } = event;
      if (payouts[attempt] !== undefined) return { memory };
      const about = { kind: 'payout_sent', reference: settlementId, mark } as const;
      return {
        memory: { ...memory, payouts: { ...payouts, [attempt]: amount } },
        entry: entryOf(about, { debit: due, credit: sentAs(attempt), amount }),
      };
    }
    case 'PayoutConfirmed': {
      const { attempt, amount, signature } = event;
      const debit = payouts[attempt] === undefined ? due : sentAs(attempt);
      const about = { kind: 'payout_settled', reference: settlementId, signature } as const;
      return { memory: without(attempt), entry: entryOf(about, { debit, credit: chain, amount }) };
    }
    case 'PayoutAttemptEnded': {
      const { attempt } = event;
      const amount = payouts[attempt];
      if (amount === undefined) return { memory };
      const about = { kind: 'payout_expired', reference: settlementId } as const;
      return {
        memory: without(attempt),
        entry: entryOf(about, { debit: sentAs(attempt), credit: due, amount }),
      };
    }
    case 'SettlementComputed':
    case 'SettlementFunded':
    case 'SettlementRefused':
    case 'PayoutSubmitted':
    case 'PayoutFailed':
    case 'PayoutRetried':
      return { memory };
    default:
      return unreachable(event);
  }
}
