import type { PaymentEvent } from '../../events/payment.js';
import { unreachable } from '../../kernel/errors.js';
import { chain, services, transit } from './accounts.js';
import { type Entry, type EntryKind, entryOf, type Transfer } from './entry.js';
import type { Memory, Posted } from './memory.js';

/** What a payment does on the chain. Whose money it was is the matter of the escrow account's own events. */
export function postPayment(paymentId: string, memory: Memory, event: PaymentEvent): Posted {
  const { quote } = memory;
  const paid = services(paymentId);
  const sent = transit(paymentId);
  const entry = (
    kind: EntryKind,
    transfer: Omit<Transfer, 'amount'> & { readonly amount: string },
    { signature = null, mark = null }: Partial<Pick<Entry, 'signature' | 'mark'>> = {},
  ): Entry => {
    const { userId = null, serviceId: counterparty = null } = quote ?? {};
    return entryOf({ kind, reference: paymentId, userId, counterparty, signature, mark }, transfer);
  };
  const settledFrom = memory.isSent ? sent : paid;
  switch (event.type) {
    case 'PaymentQuoted': {
      // terms change only while nothing is out
      if (memory.isSent) return { memory };
      // out of a wallet of the user's own: nothing of ours moves
      if (event.payer !== undefined) return { memory: {} };
      const { userId, amount, serviceId } = event;
      return { memory: { quote: { userId, amount, serviceId } } };
    }
    case 'PaymentPrepared': {
      if (!quote || memory.isSent) return { memory };
      const { amount } = quote;
      const transfer = { debit: paid, credit: sent, amount };
      return {
        memory: { quote, isSent: true },
        entry: entry('payment_sent', transfer, { mark: event.memo }),
      };
    }
    case 'PaymentConfirmed': {
      if (event.holdId === undefined) return { memory };
      const { signature, amount } = event;
      const transfer = { debit: settledFrom, credit: chain, amount };
      return { memory: seen(memory), entry: entry('payment_settled', transfer, { signature }) };
    }
    case 'PaymentFailed': {
      if (!quote || !memory.isSent) return { memory };
      const { amount } = quote;
      const transfer = { debit: sent, credit: paid, amount };
      return { memory: seen(memory), entry: entry('payment_expired', transfer) };
    }
    case 'RefundConfirmed': {
      const { signature, amount } = event;
      const transfer = { debit: chain, credit: paid, amount };
      return { memory, entry: entry('refund_received', transfer, { signature }) };
    }
    case 'PaymentAuthorized':
    case 'PaymentSignatureRequested':
    case 'PaymentSubmitted':
    case 'PaymentDelivered':
    case 'PaymentUndelivered':
    case 'RefundRequested':
    case 'RefundRejected':
    case 'PaymentClosed':
      return { memory };
    default:
      return unreachable(event);
  }
}

const seen = ({ quote }: Memory): Memory => (quote ? { quote } : {});
