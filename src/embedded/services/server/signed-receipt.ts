import type { SettleResponse } from '@x402/core/types';
import { didOf } from '../../../verifier/service-receipt.js';

export const OFFER_RECEIPT = 'offer-receipt';

/** Signs bytes with the key that payments go to. */
export interface ReceiptSigner {
  readonly address: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * The settlement with the word of who was paid: x402's extension `offer-receipt`, a JWS by the key of the recipient,
 * so that whoever holds it needs nobody to tell whose key that is.
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
  const did = didOf(signer.address)!;
  const header = encoded({ alg: 'EdDSA', kid: `${did}#${did.slice('did:key:'.length)}` });
  const payload = encoded({ network, resourceUrl, payer, issuedAt: Math.floor(at / 1_000), transaction });
  const signature = await signer.sign(new TextEncoder().encode(`${header}.${payload}`));
  const jws = `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`;
  const info = { version: 1, receipt: { format: 'jws', signature: jws } };
  return { ...settled, extensions: { ...settled.extensions, [OFFER_RECEIPT]: { info } } };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
