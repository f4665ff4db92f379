import { createHmac } from 'node:crypto';
import type { Chance } from '../ports/clock.js';

export interface NewSecret {
  /** shown once, stored nowhere */
  readonly secret: string;
  readonly hash: string;
  /** enough of it that a person can tell keys apart */
  readonly prefix: string;
}

const PREFIX_LENGTH = 10;

/** 32 random bytes: nothing to guess, so that a fast keyed hash is enough to keep. */
export function newSecret(pepper: string, chance: Pick<Chance, 'bytes'>): NewSecret {
  return describeSecret(pepper, `qk_${Buffer.from(chance.bytes(32)).toString('base64url')}`);
}

export const describeSecret = (pepper: string, secret: string): NewSecret => ({
  secret,
  hash: hashSecret(pepper, secret),
  prefix: secret.slice(0, PREFIX_LENGTH),
});

/** HMAC-SHA256 under the installation's pepper: a stolen table of hashes tests no guesses without it. */
export const hashSecret = (pepper: string, secret: string): string =>
  createHmac('sha256', pepper).update(secret).digest('hex');

const SECRET = /^qk_[A-Za-z0-9_-]{16,128}$/;

/** Cheap test before anything is hashed or looked up. */
export const looksLikeSecret = (text: string): boolean => SECRET.test(text);
