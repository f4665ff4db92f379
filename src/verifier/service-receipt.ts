import { fromBase58, toBase58 } from '../kernel/base58.js';
import { holdsEd25519 } from './ed25519.js';

/** What the payment says that a service has signed for. */
export interface SignedFor {
  readonly network: string;
  readonly payer: string;
  readonly payee: string;
  readonly signature: string;
}

/** characters of a compact JWS */
export const SERVICE_RECEIPT_CHARS = 2_000;

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
/** multicodec of an Ed25519 public key */
const ED25519_KEY = [0xed, 0x01];

/** `did:key` of a Solana address, which is an Ed25519 public key. @returns undefined for what is no address */
export function didOf(address: string): string | undefined {
  const key = fromBase58(address);
  return key?.length === 32 ? `did:key:z${toBase58(Uint8Array.from([...ED25519_KEY, ...key]))}` : undefined;
}

/**
 * Whether the recipient of a payment signed that it was paid and delivered: a receipt of x402's extension
 * `offer-receipt` in the form of a JWS, by EdDSA with the very key that the money went to. No registry is asked.
 * @returns what is wrong with it
 */
export function wrongServiceReceipt(jws: string, payment: SignedFor): string | undefined {
  const [, header64 = '', payload64 = '', signature64 = ''] = COMPACT.exec(jws) ?? [];
  const header = json(header64);
  const payload = json(payload64);
  const signature = bytes(signature64);
  if (jws.length > SERVICE_RECEIPT_CHARS || !header || !payload || signature?.length !== 64)
    return 'is not a JWS';
  if (header['alg'] !== 'EdDSA') return 'is signed by another algorithm than EdDSA';
  const did = didOf(payment.payee);
  const { kid } = header;
  if (did === undefined || typeof kid !== 'string' || kid.split('#', 1)[0] !== did)
    return 'is signed by another key than the one that was paid';
  const key = fromBase58(payment.payee)!;
  const signed = new TextEncoder().encode(`${header64}.${payload64}`);
  if (!holds(signature, signed, key)) return 'is not what its service signed';
  const { network, payer, transaction, resourceUrl, issuedAt } = payload;
  if (typeof resourceUrl !== 'string' || !Number.isSafeInteger(issuedAt))
    return 'does not say for what or when';
  if (network !== payment.network || payer !== payment.payer) return 'is for the payment of somebody else';
  if (transaction !== undefined && transaction !== payment.signature) return 'is for another payment';
  return undefined;
}

/** A key of small order and the like are answered like a wrong signature. */
function holds(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return holdsEd25519(signature, message, key);
  } catch {
    return false;
  }
}

function bytes(base64url: string): Uint8Array | undefined {
  try {
    const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function json(base64url: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes(base64url)));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
