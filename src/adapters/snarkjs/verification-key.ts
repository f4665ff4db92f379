import { z } from 'zod';
import { jsonHash } from '../../kernel/commitments/json-hash.js';

const point = z.array(z.string());

/** The part of snarkjs's verification key that a verifier needs; the precomputed pairing is left out. */
const exportedSchema = z.object({
  protocol: z.literal('groth16'),
  curve: z.literal('bn128'),
  nPublic: z.number().int(),
  vk_alpha_1: point,
  vk_beta_2: z.array(point),
  vk_gamma_2: z.array(point),
  vk_delta_2: z.array(point),
  IC: z.array(point),
});

export type VerificationKey = z.output<typeof exportedSchema>;

export const readVerificationKey = (exported: unknown): VerificationKey => exportedSchema.parse(exported);

export const verificationKeyHash = (key: VerificationKey): string => jsonHash(key);
