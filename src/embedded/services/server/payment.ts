import { createHash } from 'node:crypto';
import { getCompiledTransactionMessageDecoder } from '@solana/kit';
import { decodePaymentSignatureHeader } from '@x402/core/http';
import { PaymentPayloadV2Schema } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { decodeTransactionFromPayload, transactionMessageHash } from '@x402/svm';
import { isOurMemo, memoBindsResource } from '../../../adapters/x402/memo.js';
import { identifierIn } from '../../../adapters/x402/payment-identifier.js';
import { readV1 } from './v1-payment.js';

/** A Solana packet is 1,232 bytes; base64 twice, with requirements around it, stays far below this. */
const HEADER_CHARS = 12_000;
const MEMO_PROGRAMS = new Set([
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
]);

/** A payment as it came, and what tells it apart from every other. */
export interface Payment {
  /** of the protocol it came in */
  readonly version: 1 | 2;
  readonly payload: PaymentPayload;
  /** hash of what its payer signed: the same money, however the header is written */
  readonly message: string;
  readonly memos: readonly string[];
  /** its payer's own name for it */
  readonly identifier?: string;
}

/** One paid request: the same bytes for the same resource are the same request, and get the same answer. */
export interface PaidRequest {
  readonly header: string;
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

export const requestKey = ({ header, method, path, body }: PaidRequest): string => {
  const bodyHash = createHash('sha256').update(body).digest('base64url');
  return createHash('sha256').update([header, method, path, bodyHash].join('\n')).digest('base64url');
};

/** @returns undefined for what is not an x402 payment with a Solana transaction in it */
export function readPayment(header: string): Payment | undefined {
  if (header.length > HEADER_CHARS) return undefined;
  try {
    const value: unknown = decodePaymentSignatureHeader(header);
    const old = readV1(value);
    const payload = old ?? (PaymentPayloadV2Schema.parse(value) as unknown as PaymentPayload);
    const transaction = decodeTransactionFromPayload(payload.payload as { transaction: string });
    const compiled = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
    const instructions = 'instructions' in compiled ? compiled.instructions : [];
    const memos = instructions
      .filter(({ programAddressIndex }) =>
        MEMO_PROGRAMS.has(compiled.staticAccounts[programAddressIndex] ?? ''),
      )
      .map(({ data }) => new TextDecoder().decode(data as Uint8Array));
    const identifier = identifierIn(payload.extensions);
    if (identifier === 'invalid') return undefined;
    const message = transactionMessageHash(transaction);
    const version = old ? 1 : 2;
    return { version, payload, message, memos, ...(identifier === undefined ? {} : { identifier }) };
  } catch {
    return undefined;
  }
}

/** The payment as the facilitator is given it. Version 1 does not repeat what it was asked for. */
export const paidFor = ({ version, payload }: Payment, requirements: PaymentRequirements): PaymentPayload =>
  version === 1 ? { ...payload, accepted: requirements } : payload;

/** False when the payment itself says that it is for something else. A stock client's memo says nothing. */
export function isMeantFor(payment: Payment, method: string, url: string): boolean {
  const said = payment.payload.resource?.url;
  if (said !== undefined && !sameUrl(said, url)) return false;
  return payment.memos.filter(isOurMemo).every((memo) => memoBindsResource(memo, { method, url }));
}

const sameUrl = (a: string, b: string): boolean => URL.canParse(a) && new URL(a).href === new URL(b).href;
