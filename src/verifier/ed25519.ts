import { ed25519 } from '@noble/curves/ed25519.js';
import { hex } from '../kernel/commitments/hex.js';

/** Node's own where there is one: a tenth of the time. The verifier runs in browsers too, which have none. */
const native = globalThis.process?.getBuiltinModule?.('node:crypto');

type NativeKey = ReturnType<NonNullable<typeof native>['createPublicKey']>;

/** keys seen last, null for one that is left to the strict verifier; verifiers meet the same few issuers */
const keys = new Map<string, NativeKey | null>();
const MOST_KEYS = 64;

/**
 * Whether a signature holds by RFC 8032 in its strict reading, the same in Node and in a browser.
 *
 * Node's answer is taken only when it is yes. It then computed R from the rest and found the very bytes that were
 * signed with, so R is canonical and the equation holds even without its cofactor; with a sound key the strict
 * verifier says yes as well. To what Node refuses, the strict verifier may still say yes, so it is asked.
 * @throws Error for a key or signature of another length
 */
export function holdsEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const key = signature.length === 64 && publicKey.length === 32 ? nativeKey(publicKey) : null;
  if (native && key && native.verify(null, message, key, signature)) return true;
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

function nativeKey(publicKey: Uint8Array): NativeKey | null {
  const name = hex(publicKey);
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= MOST_KEYS) keys.delete(keys.keys().next().value!);
  const key = native && isSound(publicKey) ? native.createPublicKey(asJwk(publicKey)) : null;
  keys.set(name, key);
  return key;
}

/** A canonical point that is not of small order. Not every version of Node looks at either. */
function isSound(publicKey: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(publicKey, false).isSmallOrder();
  } catch {
    return false;
  }
}

const asJwk = (publicKey: Uint8Array) => ({
  key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
  format: 'jwk' as const,
});
