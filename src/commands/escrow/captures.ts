/** What a hold pays, each payment once, and what of it comes back. */
import type { EscrowEvent } from '../../events/escrow.js';
import { Refusal } from '../../kernel/errors.js';
import { assertAmount } from './amounts.js';
import type { CaptureHold, CreditRefund } from './commands.js';
import { holdClosed, holdExceeded, holdOf } from './hold-of.js';
import { availableOf, type OpenEscrow, remainderOf } from './state.js';

type Decision = readonly EscrowEvent[];
const NOTHING: Decision = [];

export function captureHold(command: CaptureHold, account: OpenEscrow): Decision {
  const { holdId, paymentId, amount } = command;
  const known = account.captures.get(paymentId);
  if (known) {
    if (known.holdId === holdId && known.amount === amount) return NOTHING;
    throw new Refusal('CAPTURE_DIFFERS', 'This payment was captured already, from another hold or amount.', {
      paymentId,
      holdId: known.holdId,
      captured: String(known.amount),
    });
  }
  const hold = holdOf(account, holdId);
  const late = hold.status !== 'open';
  assertAmount(amount);
  if (late && amount > availableOf(account)) throw holdClosed(holdId, hold);
  if (amount > remainderOf(hold)) throw holdExceeded(holdId, hold, amount);
  return [
    { type: 'HoldCaptured', v: 1, holdId, paymentId, amount: String(amount), ...(late && { late: true }) },
  ];
}

/** Each payment once, and only one that this account has made. */
export function creditRefund({ paymentId, signature, amount }: CreditRefund, account: OpenEscrow): Decision {
  const known = account.refunds.get(paymentId);
  if (known === signature) return NOTHING;
  if (known !== undefined)
    throw new Refusal('REFUND_CREDITED', 'This payment was given back already, by another transfer.', {
      paymentId,
      signature: known,
    });
  if (!account.captures.get(paymentId))
    throw new Refusal('CAPTURE_UNKNOWN', 'This account has made no such payment.', { paymentId });
  assertAmount(amount);
  return [{ type: 'RefundCredited', v: 1, paymentId, signature, amount: String(amount) }];
}
