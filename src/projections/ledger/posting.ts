/**
 * The posting rules: which event becomes which entry. A user's accounts move with the events of the escrow account
 * and with nothing else; `chain` moves with what the chain was seen to do and with nothing else. What lies between
 * the two stands in `transit` and `services`, a sub-account each, so that every unit under way has a name.
 *
 * | Event                       | Debit                       | Credit                      |
 * |-----------------------------|-----------------------------|-----------------------------|
 * | DepositConfirmed            | chain                       | available                   |
 * | HoldPlaced, HoldExtended    | available                   | held                        |
 * | HoldSplit                   | held                        | held, of the part           |
 * | HoldReduced, HoldReleased   | held                        | available; the hold it was split from |
 * | HoldExpired                 | held                        | available                   |
 * | PaymentPrepared             | services                    | transit                     |
 * | PaymentConfirmed            | transit                     | chain                       |
 * | PaymentFailed               | transit                     | services                    |
 * | HoldCaptured                | held; available when late   | services; owed (settlement) |
 * | RefundConfirmed             | chain                       | services                    |
 * | RefundCredited              | services                    | available                   |
 * | WithdrawalRequested         | available                   | owed                        |
 * | WithdrawalPrepared          | owed                        | transit                     |
 * | WithdrawalAttemptEnded      | transit                     | owed                        |
 * | WithdrawalConfirmed         | transit                     | chain                       |
 * | WithdrawalFailed            | owed                        | available                   |
 * | EarningsAccrued             | owed                        | platform, reserve, earnings |
 * | EarningsWithdrawalRequested | platform, reserve, earnings | owed                        |
 * | PayoutPrepared              | owed                        | transit                     |
 * | PayoutConfirmed             | transit                     | chain                       |
 * | PayoutAttemptEnded          | transit                     | owed                        |
 *
 * Signed bytes may land from the moment they are recorded, like a cheque that was written: that is when a transfer
 * is posted as sent. The rules are total: whatever the history, an entry is balanced.
 */
import type { EarningsEvent } from '../../events/earnings.js';
import type { EscrowEvent } from '../../events/escrow.js';
import type { PaymentEvent } from '../../events/payment.js';
import type { SettlementEvent } from '../../events/settlement.js';
import { type WithdrawalEvent, withdrawalEvents } from '../../events/withdrawal.js';
import { categoryOf, idOfStream } from '../../kernel/ids.js';
import type { Memory, Posted } from './memory.js';
import { postEarnings } from './post-earnings.js';
import { postEscrow } from './post-escrow.js';
import { postPayment } from './post-payment.js';
import { postSettlement } from './post-settlement.js';
import { postWithdrawal } from './post-withdrawal.js';

export type LedgerEvent = EscrowEvent | PaymentEvent | SettlementEvent | EarningsEvent;

/** @param stream of one of the aggregates above; what it is of says whose events these are */
export function post(stream: string, memory: Memory, event: LedgerEvent): Posted {
  const id = idOfStream(stream);
  switch (categoryOf(stream)) {
    case 'escrow':
      return isWithdrawal(event)
        ? postWithdrawal(id, memory, event)
        : { memory, entry: postEscrow(id, event as Exclude<EscrowEvent, WithdrawalEvent>) };
    case 'payment':
      return postPayment(id, memory, event as PaymentEvent);
    case 'settlement':
      return postSettlement(id, memory, event as SettlementEvent);
    case 'earnings':
      return { memory, entry: postEarnings(id, event as EarningsEvent) };
    default:
      throw new Error(`nothing is posted of ${stream}`);
  }
}

const WITHDRAWALS: ReadonlySet<string> = new Set(withdrawalEvents.map(({ type }) => type));
const isWithdrawal = (event: LedgerEvent): event is WithdrawalEvent => WITHDRAWALS.has(event.type);
