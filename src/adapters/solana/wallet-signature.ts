import { getBase58Encoder, getPublicKeyFromAddress, type SignatureBytes, verifySignature } from '@solana/kit';
import { isWellFormedAddress } from './well-formed.js';

const SIGNATURE_BYTES = 64;

/**
 * Whether the owner of `address` signed `message`.
 * @param message the exact text, UTF-8
 * @param signature base58 as Solana tools write it, or base64 as browser wallets often do
 * @returns false for anything malformed
 */
export async function verifyWalletSignature(
  address: string,
  message: string,
  signature: string,
): Promise<boolean> {
  const bytes = signatureBytes(signature);
  if (!bytes || !isWellFormedAddress(address)) return false;
  try {
    const key = await getPublicKeyFromAddress(address);
    return await verifySignature(key, bytes as SignatureBytes, new TextEncoder().encode(message));
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}

function signatureBytes(text: string): Uint8Array | undefined {
  // 64 bytes are 86 to 88 characters either way; base58 is quadratic, so longer text is not even looked at.
  if (text.length > 100) return undefined;
  const base64 = /^[A-Za-z0-9+/]{86}==$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  const bytes = base64 ?? base58(text);
  return bytes?.length === SIGNATURE_BYTES ? bytes : undefined;
}

function base58(text: string): Uint8Array | undefined {
  try {
    return new Uint8Array(getBase58Encoder().encode(text));
  } catch {
    return undefined;
  }
}
