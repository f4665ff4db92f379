import {
  type Address,
  getBase64Encoder,
  getTransactionDecoder,
  type Rpc,
  type Signature,
  type SolanaRpcApi,
} from '@solana/kit';
import type { PreparedPayment, Quote, SettledPayment } from '../../ports/payments.js';
import { readTransaction } from '../solana/read-transaction.js';
import { tokenAccountOf } from '../solana/token-account.js';
import { isWellFormedSignature } from '../solana/well-formed.js';
import { fromBase64Json } from './base64-json.js';

const PAGE = 1_000;

export interface SearchOptions {
  /** a signature that somebody says it is */
  readonly claimed?: string | undefined;
  readonly pageSize?: number | undefined;
}

/**
 * Looks where somebody says it is, then for the payment among everything that touched our token account since it was
 * signed. What is found is believed only after the transaction itself showed the transfer, in the very message that we
 * signed: memos can be written by anybody.
 */
export async function findPayment(
  rpc: Rpc<SolanaRpcApi>,
  source: Address,
  payment: PreparedPayment,
  quote: Pick<Quote, 'payTo' | 'amount' | 'asset'>,
  { claimed, pageSize = PAGE }: SearchOptions = {},
): Promise<SettledPayment | undefined> {
  if (claimed !== undefined && isWellFormedSignature(claimed)) {
    const slot = await slotOf(rpc, source, claimed, payment, quote);
    if (slot !== undefined) return { signature: claimed, slot };
  }
  let before: Signature | undefined;
  for (;;) {
    const page = await rpc
      .getSignaturesForAddress(source, {
        commitment: 'confirmed',
        limit: pageSize,
        ...(before ? { before } : {}),
        ...(payment.watermark ? { until: payment.watermark as Signature } : {}),
      })
      .send();
    for (const { signature, slot, err, memo } of page)
      if (
        err === null &&
        (memo ?? '').includes(payment.memo) &&
        (await slotOf(rpc, source, signature, payment, quote)) !== undefined
      )
        return { signature, slot };
    const last = page.at(-1);
    if (!last || page.length < pageSize) return undefined;
    before = last.signature;
  }
}

const messageOf = (wire: string): Buffer =>
  Buffer.from([...getTransactionDecoder().decode(getBase64Encoder().encode(wire)).messageBytes]);

/** What was signed, as it stands in the header it is sent in. @returns base64 */
const transactionOf = (header: string): string =>
  (fromBase64Json(header) as { readonly payload: { readonly transaction: string } }).payload.transaction;

/** @returns the slot it landed in, or undefined for a transaction that is not this payment */
async function slotOf(
  rpc: Rpc<SolanaRpcApi>,
  source: Address,
  signature: Signature,
  payment: PreparedPayment,
  quote: Pick<Quote, 'payTo' | 'amount' | 'asset'>,
): Promise<bigint | undefined> {
  const found = await rpc
    .getTransaction(signature, {
      commitment: 'confirmed',
      encoding: 'base64',
      maxSupportedTransactionVersion: 0,
    })
    .send();
  if (!found?.meta || found.meta.err !== null) return undefined;
  const destination = await tokenAccountOf(quote.payTo, quote.asset);
  const [wire] = found.transaction;
  const { blockhash, memos, transfers } = readTransaction(wire);
  if (blockhash !== payment.blockhash || memos.length !== 1 || memos[0] !== payment.memo) return undefined;
  // a memo that a service prescribes is not ours alone: the message is, to the byte
  if (!messageOf(wire).equals(messageOf(transactionOf(payment.header)))) return undefined;
  const isIt = transfers.some(
    (transfer) =>
      transfer.source === source &&
      transfer.destination === destination &&
      transfer.mint === quote.asset &&
      transfer.amount === quote.amount,
  );
  return isIt ? found.slot : undefined;
}
