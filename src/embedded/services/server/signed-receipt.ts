import type { SettleResponse } from '@x402/core/types';
import { type ReceiptSigner, signedJws } from './jws.js';

export const OFFER_RECEIPT = 'offer-receipt';

/** What `info` of the receipt looks like, as the extension has it beside. */
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    receipt: {
      type: 'object',
      properties: { format: { type: 'string', const: 'jws' }, signature: { type: 'string' } },
      required: ['format', 'signature'],
    },
  },
  required: ['receipt'],
} as const;

/**
 * The settlement with the word of who was paid: a receipt of x402's extension `offer-receipt`.
 * @param at ms
 */
export async function withSignedReceipt(
  settled: SettleResponse,
  resourceUrl: string,
  signer: ReceiptSigner,
  at: number,
): Promise<SettleResponse> {
  const { network, payer, transaction } = settled;
  if (payer === undefined) return settled;
  const said = { version: 1, network, resourceUrl, payer, issuedAt: Math.floor(at / 1_000), transaction };
  const info = { receipt: { format: 'jws', signature: await signedJws(said, signer) } };
  return { ...settled, extensions: { ...settled.extensions, [OFFER_RECEIPT]: { info, schema } } };
}
