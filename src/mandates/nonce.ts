import { createHmac, timingSafeEqual } from 'node:crypto';
import { makeId } from '../kernel/ids.js';
import type { Chance } from '../ports/clock.js';

const ULID_CHARS = 26;
const PROOF_CHARS = 20;

/**
 * A nonce that this installation gave to that user, without keeping a list of them: a ULID, and a keyed hash of it. It
 * counts once, since the mandate's id is made of it.
 */
export function newNonce(pepper: string, userId: string, chance: Pick<Chance, 'ulid'>): string {
  const id = chance.ulid();
  return id + proofOf(pepper, userId, id);
}

/** @returns the id of the mandate it grants; undefined for a nonce of somebody else, or of nobody */
export function mandateIdOf(pepper: string, userId: string, nonce: string): string | undefined {
  if (!/^[0-9A-Z]{26}[0-9a-f]{20}$/.test(nonce)) return undefined;
  const id = nonce.slice(0, ULID_CHARS);
  const expected = Buffer.from(proofOf(pepper, userId, id));
  return timingSafeEqual(expected, Buffer.from(nonce.slice(ULID_CHARS))) ? makeId('mandate', id) : undefined;
}

const proofOf = (pepper: string, userId: string, id: string): string =>
  createHmac('sha256', pepper).update(`mandate ${userId} ${id}`).digest('hex').slice(0, PROOF_CHARS);
