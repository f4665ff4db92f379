/**
 * The posting rules: which event becomes which entry. A user's accounts move with the events of the escrow account
 * and with nothing else; `chain` moves with what the chain was seen to do and with nothing else. What lies between
 * the two stands in `transit` and `services`, a sub-account each, so that every unit under way has a name.
 *
 * | Event            | Debit            | Credit         |
 * |------------------|------------------|----------------|
 * | DepositConfirmed | chain            | available      |
 * | HoldPlaced       | available        | held           |
 * | HoldExtended     | available        | held           |
 * | HoldReleased     | held             | available      |
 * | HoldExpired      | held             | available      |
 * | PaymentPrepared  | services         | transit        |
 * | PaymentConfirmed | transit          | chain          |
 * | PaymentFailed    | transit          | services       |
 * | HoldCaptured     | held (late: available) | services |
 * | RefundConfirmed  | chain            | services       |
 * | RefundCredited   | services         | available      |
 * | WithdrawalRequested | available     | transit        |
 * | WithdrawalConfirmed | transit       | chain          |
 * | WithdrawalFailed | transit          | available      |
 *
 * Signed bytes may land from the moment they are recorded, like a cheque that was written: that is when a payment
 * is posted as sent. The rules are total: whatever the history, an entry is balanced.
 */
import type { EscrowEvent } from '../../events/escrow.js';
import type { PaymentEvent } from '../../events/payment.js';
import type { Memory, Posted } from './memory.js';
import { postEscrow } from './post-escrow.js';
import { postPayment } from './post-payment.js';

export type LedgerEvent = EscrowEvent | PaymentEvent;

/** @param id of the stream's aggregate: the user of an escrow account, the id of a payment */
export function post(category: 'escrow' | 'payment', id: string, memory: Memory, event: LedgerEvent): Posted {
  return category === 'escrow'
    ? { memory, entry: postEscrow(id, event as EscrowEvent) }
    : postPayment(id, memory, event as PaymentEvent);
}
