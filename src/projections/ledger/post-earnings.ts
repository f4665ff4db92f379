import type { EarningsEvent } from '../../events/earnings.js';
import { unreachable } from '../../kernel/errors.js';
import { earnings, owed } from './accounts.js';
import { type Entry, entryOf } from './entry.js';

/** Shares of a settlement that somebody keeps for later, and what is taken out of them. */
export function postEarnings(ownerId: string, event: EarningsEvent): Entry {
  const { settlementId: reference, amount } = event;
  const own = earnings(ownerId);
  switch (event.type) {
    case 'EarningsAccrued':
      return entryOf(
        { kind: 'earned', reference, counterparty: ownerId },
        { debit: owed(reference), credit: own, amount },
      );
    case 'EarningsWithdrawalRequested':
      return entryOf(
        { kind: 'earnings_withdrawn', reference, counterparty: ownerId },
        { debit: own, credit: owed(reference), amount },
      );
    default:
      return unreachable(event);
  }
}
