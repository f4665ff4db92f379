import { z } from 'zod';

/**
 * Content encrypted with a user's own data key (AES-256-GCM) before it reaches an event, a read model or an
 * artifact. Destroying the key makes it unreadable everywhere at once. `aad` binds it to its place.
 */
export const sealedSchema = z.strictObject({
  alg: z.literal('A256GCM'),
  /** whose data key */
  owner: z.string().max(80),
  /** base64, 12 bytes */
  iv: z.string().max(24),
  /** base64, ciphertext followed by the 16-byte tag */
  data: z.string(),
});

export type Sealed = Readonly<z.infer<typeof sealedSchema>>;

/** Bytes that are sealed and kept outside the event: SHA-256 of the sealed bytes is their address. */
export const artifactRefSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** bytes of the plain content */
  size: z.number().int().nonnegative(),
  mediaType: z.string().max(120),
});

export type ArtifactRef = Readonly<z.infer<typeof artifactRefSchema>>;

/** What mostly is short: sealed where it stands, or, above LIMITS.inlineTextBytes, kept as an artifact (claim check). */
export const claimedSchema = z.union([sealedSchema, z.strictObject({ artifact: artifactRefSchema })]);

export type Claimed = Readonly<z.infer<typeof claimedSchema>>;

/** Small content stands in the event, large content in the artifact store (LIMITS.inlineOutputBytes). */
export const contentSchema = z.union([
  z.strictObject({ inline: sealedSchema }),
  z.strictObject({ artifact: artifactRefSchema }),
]);

export type Content = Readonly<z.infer<typeof contentSchema>>;
