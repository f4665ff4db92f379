import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bn254 } from '@noble/curves/bn254.js';
import { elementsOf, witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { circuitFiles } from '../../src/adapters/snarkjs/circuit-files.js';
import { ResidentKey } from '../../src/adapters/snarkjs/groth16/resident-key.mjs';
import { Threads } from '../../src/adapters/snarkjs/groth16/threads.mjs';
import { packageRoot } from '../../src/adapters/snarkjs/package-root.js';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { verifyProof } from '../../src/verifier/verify-proof.js';
import { openWasmPairing } from '../../src/verifier/wasm/wasm-pairing.js';
import { wholeTask } from '../kit/real-proof.js';
import { sampleRun } from '../kit/sample-run.js';
import { trapdoorProver } from '../kit/trapdoor-proof.js';

const circuitId = 'workflow-receipt-8';
const cache = process.env['QUITTANCE_CACHE'] ?? join(packageRoot(), '.cache', 'zk');
const files = circuitFiles(packageRoot(), cache).find(({ id }) => id === circuitId)!;
const shipped = (file: string) => brotliDecompressSync(readFileSync(file));

function inputs(): Readonly<Record<string, string | readonly string[]>> {
  const run = sampleRun();
  return wholeTask(provingTask(run, commitRun(run))).inputs;
}

/** what snarkjs, in a process of its own, says of proofs */
function saysSnarkjs(key: object, proofs: readonly { publicSignals: readonly string[]; proof: object }[]) {
  const script = fileURLToPath(new URL('../kit/snarkjs-verify.mjs', import.meta.url));
  const input = JSON.stringify(proofs.map((each) => ({ key, ...each })));
  return JSON.parse(execFileSync(process.execPath, [script], { input, encoding: 'utf8' }));
}

describe('our prover beside snarkjs', () => {
  let reference: SnarkjsProver;
  let threads: Threads;
  let key: ResidentKey;
  let witness: Uint8Array;
  let trapdoor: ReturnType<typeof trapdoorProver>;
  beforeAll(async () => {
    reference = new SnarkjsProver({ backend: 'snarkjs' });
    await reference.prepare();
    threads = await Threads.open(2);
    key = await ResidentKey.open(readFileSync(files.zkey), threads);
    witness = elementsOf((await witnessGenerator(shipped(files.wasm.file)))(inputs()));
    const elements = Array.from({ length: witness.length / 32 }, (_, i) =>
      BigInt(
        `0x${Buffer.from(witness.slice(32 * i, 32 * i + 32))
          .reverse()
          .toString('hex')}`,
      ),
    );
    trapdoor = trapdoorProver(shipped(files.r1cs.file), files.seed, elements);
  });
  afterAll(async () => {
    await Promise.all([reference.close(), threads.close()]);
  });

  it('makes proofs that snarkjs, our verifier and noble accept, none like another', async () => {
    const made = [await key.prove(witness), await key.prove(witness)] as const;
    expect(made[0].proof.pi_a).not.toEqual(made[1].proof.pi_a);
    expect(made[0].publicSignals).toEqual(made[1].publicSignals);
    expect(saysSnarkjs(key.verificationKey, made)).toEqual([true, true]);
    const pairing = await openWasmPairing();
    for (const { proof, publicSignals } of made)
      for (const options of [{ pairing }, {}])
        expect(
          verifyProof(circuitId, proof, publicSignals, { allowDevelopmentKeys: true, ...options }).valid,
        ).toBe(true);
  });

  it('says the same of itself as snarkjs: signals, key and hash of the key', async () => {
    const [theirs, ours] = [await reference.prove(circuitId, inputs()), await key.prove(witness)];
    expect(ours.publicSignals).toEqual(theirs.publicSignals);
    expect(Object.keys(ours.proof).sort()).toEqual(Object.keys(theirs.proof).sort());
    const [described] = await reference.circuits();
    expect(key.verificationKey).toEqual(described!.verificationKey);
  });

  const blindings: [string, bigint, bigint][] = [
    ['any r and s', FIELD / 3n, FIELD / 7n],
    ['no blinding at all', 0n, 0n],
    ['the largest r and s', FIELD - 1n, FIELD - 1n],
  ];
  it.each(blindings)(
    'computes what follows from the trapdoor without any point, with %s',
    async (_, r, s) => {
      const expected = trapdoor(r, s);
      const first = (multiple: bigint) => {
        const { x, y } = bn254.G1.Point.BASE.multiply(multiple).toAffine();
        return [`${x}`, `${y}`, '1'];
      };
      const { x, y } = bn254.G2.Point.BASE.multiply(expected.b).toAffine();
      const { proof } = await key.prove(witness, [r, s]);
      expect(proof).toMatchObject({
        pi_a: first(expected.a),
        pi_b: [
          [`${x.c0}`, `${x.c1}`],
          [`${y.c0}`, `${y.c1}`],
          ['1', '0'],
        ],
        pi_c: first(expected.c),
      });
    },
  );

  it('refuses to hand out a proof of a witness that does not satisfy the circuit', async () => {
    for (const wire of [1, 100, witness.length / 32 - 1]) {
      const wrong = Uint8Array.from(witness);
      wrong[32 * wire]! ^= 1;
      await expect(key.prove(wrong)).rejects.toThrow('does not verify');
    }
    await expect(key.prove(witness.subarray(32))).rejects.toThrow('another number of wires');
    expect((await key.prove(witness)).proof.protocol).toBe('groth16');
  });

  it('refuses a file that is no proving key, or is cut short', async () => {
    const zkey = readFileSync(files.zkey);
    const damaged = Buffer.from(zkey);
    damaged[4] = 2;
    for (const file of [
      Buffer.alloc(0),
      Buffer.from('zkey'),
      damaged,
      zkey.subarray(0, -1),
      zkey.subarray(0, 500),
    ])
      await expect(ResidentKey.open(file, threads)).rejects.toThrow();
  });
});
