/**
 * The process that makes proofs. snarkjs cannot run in a worker thread, holds hundreds of megabytes and keeps
 * threads alive, so it lives here alone: keys and witness generators are loaded once, and whatever happens here
 * takes nobody else down.
 *
 * Asked:    {id, task: 'load', circuit: CircuitFiles} · {id, task: 'prove', circuit, inputs}
 * Answers:  {id, progress}, then {id, memory, result} or {id, memory, failed: {unsatisfied, message}}; memory is
 *           what is resident, in bytes
 */
import { existsSync, readFileSync } from 'node:fs';
import * as snarkjs from 'snarkjs';
import { compiled, sha256, writeWhole } from './compiled.mjs';
import { developmentKey } from './development-key.mjs';
import { Unsatisfied, witnessGenerator } from './witness.mjs';

const loaded = new Map();

async function load(circuit, progress) {
  if (!loaded.has(circuit.id)) {
    const { r1cs, wasm } = await compiled(circuit, progress);
    const zkey = provingKey(circuit, r1cs, await snarkjs.curves.getCurveFromName('bn128'), progress);
    const verificationKey = await snarkjs.zKey.exportVerificationKey({ type: 'mem', data: zkey });
    const generate = await witnessGenerator(wasm());
    loaded.set(circuit.id, { zkey, verificationKey, generate });
  }
  return loaded.get(circuit.id);
}

/** A key that is not what was written, byte for byte, is built again. */
function provingKey(circuit, r1cs, curve, progress) {
  const digestFile = `${circuit.zkey}.sha256`;
  if (existsSync(circuit.zkey) && existsSync(digestFile)) {
    const kept = readFileSync(circuit.zkey);
    if (sha256(kept) === readFileSync(digestFile, 'utf8')) return kept;
    progress(`the kept key of ${circuit.id} is damaged`);
  }
  progress(`building the development key of ${circuit.id}, once: ${keySeconds(circuit)}`);
  const started = performance.now();
  const key = developmentKey(r1cs(), circuit.seed, curve, progress);
  writeWhole(circuit.zkey, key);
  writeWhole(digestFile, sha256(key));
  progress(
    `development key of ${circuit.id} built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return key;
}

/** measured where others had work to do as well */
const keySeconds = ({ slots }) =>
  slots <= 16 ? 'about five seconds' : slots <= 64 ? 'up to a minute' : 'some four minutes';

async function prove({ circuit, inputs }, progress) {
  const { zkey, verificationKey, generate } = await load(circuit, progress);
  const witness = { type: 'mem', data: generate(inputs) };
  const { proof, publicSignals } = await snarkjs.groth16.prove({ type: 'mem', data: zkey }, witness);
  if (!(await snarkjs.groth16.verify(verificationKey, publicSignals, proof)))
    throw new Error('the proof just made does not verify');
  return { proof, publicSignals };
}

const tasks = {
  load: async ({ circuit }, progress) => ({
    verificationKey: (await load(circuit, progress)).verificationKey,
  }),
  prove,
};

let last = Promise.resolve();
process.on('message', (message) => {
  last = last.then(() => answer(message));
});
// the parent is gone: nobody is left to prove for
process.on('disconnect', () => process.exit(0));

async function answer(message) {
  const { id } = message;
  try {
    const result = await tasks[message.task](message, (progress) => process.send({ id, progress }));
    process.send({ id, memory: process.memoryUsage().rss, result });
  } catch (error) {
    const failed = { unsatisfied: error instanceof Unsatisfied, message: String(error.message) };
    process.send({ id, memory: process.memoryUsage().rss, failed });
  }
}
