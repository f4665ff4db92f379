import { isRefusal } from '../kernel/errors.js';
import { type Check, check, failed, noted, type Verdict } from './checks.js';
import { parseProof, type RawProof } from './groth16-parser.js';
import { DEVELOPMENT_KEY_WARNING } from './limits-of-proof.js';
import type { Pairing } from './pairing.js';
import { type Finding, settle } from './pending-proof.js';
import { type PinnedKey, releasedKeys } from './verification-keys.js';

export interface ProofOptions {
  /** false in production: anybody can forge proofs for a development key */
  readonly allowDevelopmentKeys: boolean;
  /** keys to trust instead of those this version was released with */
  readonly verificationKeys?: readonly PinnedKey[];
  readonly circuitVersion?: string;
  /** the library to compute pairings with; the one that runs everywhere when absent */
  readonly pairing?: Pairing;
}

/**
 * Checks a bare proof against the key this verifier has for the circuit. Never throws.
 * @param proof as snarkjs writes it @param publicSignals canonical decimals in the circuit's order
 */
export const verifyProof = (
  circuitId: string,
  proof: unknown,
  publicSignals: unknown,
  options: ProofOptions,
): Verdict => settle([proofFindings(circuitId, proof, publicSignals, options)], options.pairing)[0]!;

export function proofFindings(
  circuitId: string,
  proof: unknown,
  publicSignals: unknown,
  options: ProofOptions,
): readonly Finding[] {
  const pinned = findKey(circuitId, options);
  if (!pinned) return [failed('proof-key', `This verifier trusts no key for the circuit ${circuitId}.`)];
  const key = keyCheck(pinned, options);
  // the cheap answers come first: a key that is not accepted costs no pairing
  if (!key.passed) return [key];
  const warning = pinned.keyKind === 'development' ? [noted('proof-key-kind', DEVELOPMENT_KEY_WARNING)] : [];
  return [key, ...warning, provenBy(pinned, proof, publicSignals)];
}

export const findKey = (circuitId: string, options: ProofOptions): PinnedKey | undefined =>
  (options.verificationKeys ?? releasedKeys).find(
    (key) =>
      key.circuitId === circuitId &&
      (options.circuitVersion === undefined || key.circuitVersion === options.circuitVersion),
  );

const keyCheck = (pinned: PinnedKey, options: ProofOptions): Check =>
  check(
    'proof-key',
    pinned.keyKind === 'development' && !options.allowDevelopmentKeys
      ? 'The circuit has a development key, which a verifier in production refuses.'
      : undefined,
    `Checked with the ${pinned.keyKind} key ${pinned.vkeyHash.slice(0, 16)} of ${pinned.circuitId}.`,
  );

function provenBy(pinned: PinnedKey, proof: unknown, publicSignals: unknown): Finding {
  if (!isProof(proof)) return failed('proof', 'This is not a Groth16 proof over BN254.');
  if (!Array.isArray(publicSignals)) return failed('proof', 'The public signals are not a list.');
  try {
    const holds = `The proof of ${pinned.circuitId} holds for these public signals.`;
    const parsed = parseProof(proof, publicSignals, pinned.publicSignals.length);
    return { name: 'proof', pinned, proof: parsed, holds };
  } catch (error) {
    if (isRefusal(error)) return failed('proof', error.message);
    throw error;
  }
}

function isProof(value: unknown): value is RawProof {
  if (typeof value !== 'object' || value === null) return false;
  const { protocol, curve, pi_a, pi_b, pi_c, ...more } = value as Record<string, unknown>;
  return (
    protocol === 'groth16' &&
    curve === 'bn128' &&
    Array.isArray(pi_a) &&
    Array.isArray(pi_b) &&
    Array.isArray(pi_c) &&
    Object.keys(more).length === 0
  );
}
