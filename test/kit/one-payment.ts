import type { PaymentCommand, RecordQuote } from '../../src/commands/payment/commands.js';
import { toMicros } from '../../src/kernel/money.js';

/** The payment `pay_1` for the first step of `wf_01`, from the hold `hold_1` of `user_01`, command by command. */
export const COST = toMicros(20_000n);
const approved = { payTo: 'P', asset: 'USDC', network: 'n' };

export const quote: RecordQuote = {
  type: 'RecordQuote',
  ...{ paymentId: 'pay_1', workflowId: 'wf_01', runNo: 1, stepId: 'step_1', userId: 'user_01' },
  ...{ holdId: 'hold_1', serviceId: 'svc_1', dialect: 'x402-v2', scheme: 'exact', ...approved, amount: COST },
};
export const authorize: PaymentCommand = {
  type: 'AuthorizePayment',
  planHash: 'a'.repeat(64),
  ceiling: COST,
  approved,
};
export const prepare: PaymentCommand = {
  type: 'PreparePayment',
  ...{ attempt: 1, payTo: 'P', amount: COST, header: 'h', memo: 'm', blockhash: 'b' },
  lastValidBlockHeight: 9n,
  watermark: null,
};
export const submit: PaymentCommand = { type: 'SubmitPayment', attempt: 1 };
export const confirm: PaymentCommand = { type: 'ConfirmPayment', attempt: 1, signature: 'S', slot: 3n };
export const expire: PaymentCommand = {
  type: 'FailPayment',
  ...{ attempt: 1, code: 'PAYMENT_EXPIRED', message: 'It never landed.' },
};
