import { Refusal } from '../../kernel/errors.js';
import { failing } from '../bisect.js';
import type { ParsedProof } from '../groth16-parser.js';
import { DOES_NOT_HOLD, noPointOfGroup, type Pairing, type PairingKey } from '../pairing.js';
import { parseKey } from '../verification-keys.js';
import { Bn254Memory } from './bn254-memory.js';
import { Bn254Points } from './bn254-points.js';
import { type KeyInMemory, ProofBatch, putKey } from './proof-batch.js';

/**
 * Compiled, for whoever checks many: a batch shares all but one pairing a proof. The compiled curve is the one the
 * prover uses too; {@link file://../noble-pairing.ts} is there to hold it against.
 */
export async function openWasmPairing(): Promise<Pairing> {
  const memory = await Bn254Memory.open();
  const points = new Bn254Points(memory);
  return {
    open(pinned): PairingKey {
      const parsed = parseKey(pinned);
      const key = putKey(memory, points, parsed, (what) => {
        throw new Refusal('MALFORMED_PROOF', noPointOfGroup(what), { what });
      });
      return { complaints: (proofs) => complaintsOf(memory, points, key, proofs) };
    },
  };
}

function complaintsOf(
  memory: Bn254Memory,
  points: Bn254Points,
  key: KeyInMemory,
  proofs: readonly ParsedProof[],
): readonly (string | undefined)[] {
  const mark = memory.mark();
  try {
    const batch = new ProofBatch(memory, points, key, proofs.length);
    const complaints: (string | undefined)[] = [];
    const added: number[] = [];
    proofs.forEach((proof, i) => {
      const wrong = batch.add(proof, proofs.length === 1 ? 1n : unpredictable());
      complaints.push(wrong && noPointOfGroup(wrong));
      if (!wrong) added.push(i);
    });
    for (const i of failing(added.length, (from, to) => batch.holds(from, to)))
      complaints[added[i]!] = DOES_NOT_HOLD;
    return complaints;
  } finally {
    memory.release(mark);
  }
}

/** 128 bits nobody could know when the proofs were written: what is wrong in one cannot be made up by another. */
function unpredictable(): bigint {
  const [high, low] = crypto.getRandomValues(new BigUint64Array(2));
  return (high! << 64n) | low! || 1n;
}
