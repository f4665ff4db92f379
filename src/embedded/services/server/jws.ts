import { didOf } from '../../../verifier/service-receipt.js';

/** Signs bytes with the key that payments go to. */
export interface ReceiptSigner {
  readonly address: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A JWS in compact form, by the key of an address: whoever holds it needs nobody to tell whose key that is. */
export async function signedJws(payload: object, signer: ReceiptSigner): Promise<string> {
  const did = didOf(signer.address)!;
  const header = encoded({ alg: 'EdDSA', kid: `${did}#${did.slice('did:key:'.length)}` });
  const body = encoded(payload);
  const signature = await signer.sign(new TextEncoder().encode(`${header}.${body}`));
  return `${header}.${body}.${Buffer.from(signature).toString('base64url')}`;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
