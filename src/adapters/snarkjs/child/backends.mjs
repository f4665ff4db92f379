/**
 * Two makers of the same proofs. Each opens a proving key: {verificationKey, prove(witness, tell)}, where the witness
 * is a .wtns file and `tell(stage, done)` hears how far it is. What `prove` gives has been verified.
 */
import { availableParallelism } from 'node:os';
import { elementsOf } from './witness.mjs';

export const backends = { wasm: openWasm, snarkjs: openSnarkjs };

/** more threads than this gain little, and each holds its share of memory */
const MOST_THREADS = 4;

/** Ours: the key stays parsed, in threads that stay. */
async function openWasm() {
  const { ResidentKey } = await import('../groth16/resident-key.mjs');
  const { Threads } = await import('../groth16/threads.mjs');
  const threads = await Threads.open(Math.min(MOST_THREADS, availableParallelism()));
  return async (zkey) => {
    const key = await ResidentKey.open(zkey, threads);
    return {
      verificationKey: key.verificationKey,
      prove: (witness, tell) => key.prove(elementsOf(witness), undefined, tell),
    };
  };
}

/** The reference. */
async function openSnarkjs() {
  const { groth16, zKey } = await import('snarkjs');
  return async (zkey) => {
    const verificationKey = await zKey.exportVerificationKey({ type: 'mem', data: zkey });
    return {
      verificationKey,
      async prove(witness, tell) {
        tell('proving', 0);
        const { proof, publicSignals } = await groth16.prove(
          { type: 'mem', data: zkey },
          { type: 'mem', data: witness },
        );
        tell('verifying', 0);
        if (!(await groth16.verify(verificationKey, publicSignals, proof)))
          throw new Error('the proof just made does not verify');
        return { proof, publicSignals };
      },
    };
  };
}
