import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { Recorded } from './event.js';

/** What a chain begins with: 32 zero bytes. */
export const CHAIN_START = '0'.repeat(64);

/**
 * Links an event to everything before it in its stream: SHA-256 over the bytes of the previous hash, followed by the
 * RFC 8785 text of `{stream, revision, id, event, metadata}` as stored. Whoever noted the last hash of a stream can
 * tell later whether anything in it was changed, left out or put in another order. It is computed, not stored: it
 * proves nothing to somebody who noted nothing.
 * @param previous hex of the hash before, {@link CHAIN_START} for the first event
 * @returns hex
 */
export function chainHash(previous: string, recorded: Omit<Recorded, 'position'>): string {
  const { stream, revision, id, event, metadata } = recorded;
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(canonicalJson({ stream, revision, id, event, metadata }))
    .digest('hex');
}
