import { z } from 'zod';
import { jsonHash } from '../kernel/commitments/json-hash.js';
import { Refusal } from '../kernel/errors.js';
import { type AffineG1, type AffineG2, parseG1, parseG2 } from './groth16-parser.js';
import { DEVELOPMENT_KEYS } from './keys/development.js';

const coordinates = z.array(z.string());

const verificationKeySchema = z.strictObject({
  protocol: z.literal('groth16'),
  curve: z.literal('bn128'),
  nPublic: z.number().int().min(1).max(64),
  vk_alpha_1: coordinates,
  vk_beta_2: z.array(coordinates),
  vk_gamma_2: z.array(coordinates),
  vk_delta_2: z.array(coordinates),
  IC: z.array(coordinates),
});

const pinnedKeySchema = z.strictObject({
  circuitId: z.string().max(80),
  circuitVersion: z.string().max(40),
  keyKind: z.enum(['development', 'production']),
  /** SHA-256 of the key's RFC 8785 text */
  vkeyHash: z.string().regex(/^[0-9a-f]{64}$/),
  publicSignals: z.array(z.string()),
  key: verificationKeySchema,
});

/** A verification key somebody decided to trust; it is never taken from whoever brings the proof. */
export type PinnedKey = Readonly<z.output<typeof pinnedKeySchema>>;

/** Its coordinates; whether they are points of their groups is left to the pairing. */
export interface ParsedKey {
  readonly alpha: AffineG1;
  readonly beta: AffineG2;
  readonly gamma: AffineG2;
  readonly delta: AffineG2;
  readonly ic: readonly AffineG1[];
}

/**
 * @throws Refusal UNUSABLE_KEY for a key that is not what its hash says, that has another number of signals, or
 * that no second phase contributed to: with gamma = delta anybody forges a proof of anything
 */
export function parseKey(pinned: PinnedKey): ParsedKey {
  const { key, circuitId, vkeyHash } = pinned;
  const refuse = (why: string) =>
    new Refusal('UNUSABLE_KEY', `The verification key of ${circuitId} ${why}.`, { circuitId, vkeyHash });
  if (jsonHash(key) !== vkeyHash) throw refuse('does not have the hash it is pinned by');
  if (key.nPublic !== pinned.publicSignals.length || key.IC.length !== key.nPublic + 1)
    throw refuse('is for another number of public signals');
  const gamma = parseG2(key.vk_gamma_2, 'gamma');
  const delta = parseG2(key.vk_delta_2, 'delta');
  // the same x means the same point or its negative, and either lets anybody choose C freely
  if (gamma.x.c0 === delta.x.c0 && gamma.x.c1 === delta.x.c1)
    throw refuse('has no contribution: gamma equals delta');
  return {
    alpha: parseG1(key.vk_alpha_1, 'alpha'),
    beta: parseG2(key.vk_beta_2, 'beta'),
    gamma,
    delta,
    ic: key.IC.map((point, i) => parseG1(point, `IC ${i}`)),
  };
}

export const readPinnedKeys = (value: unknown): readonly PinnedKey[] => z.array(pinnedKeySchema).parse(value);

/** The keys this version was released with. */
export const releasedKeys: readonly PinnedKey[] = readPinnedKeys(DEVELOPMENT_KEYS);
