/**
 * `prover.process.mjs <backend>`: the process that makes proofs. It holds hundreds of megabytes and keeps threads, so
 * it lives here alone: keys and witness generators are loaded once, and whatever happens here takes nobody else down.
 *
 * Asked:    {id, task: 'load', circuit: CircuitFiles} · {id, task: 'prove', circuit, inputs}
 * Answers:  {id, says} for a person, {id, stage, done}; then {id, memory, result} or {id, memory, failed: {unsatisfied, message}}; memory is
 *           what is resident, in bytes
 */
import { backends } from './backends.mjs';
import { compiled } from './compiled.mjs';
import { provingKey } from './proving-key-file.mjs';
import { Unsatisfied, witnessGenerator } from './witness.mjs';

const loaded = new Map();
let openKey;

async function load(circuit, say) {
  if (!loaded.has(circuit.id)) {
    openKey ??= await backends[process.argv[2]]();
    const { r1cs, wasm } = await compiled(circuit, say);
    const key = await openKey(await provingKey(circuit, r1cs, say));
    loaded.set(circuit.id, { key, generate: await witnessGenerator(wasm()) });
  }
  return loaded.get(circuit.id);
}

async function prove({ circuit, inputs }, say, tell) {
  if (!loaded.has(circuit.id)) tell('preparing', 0);
  const { key, generate } = await load(circuit, say);
  tell('witness', 0);
  return key.prove(generate(inputs), tell);
}

const tasks = {
  load: async ({ circuit }, say) => ({
    verificationKey: (await load(circuit, say)).key.verificationKey,
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
    const result = await tasks[message.task](
      message,
      (says) => process.send({ id, says }),
      (stage, done) => process.send({ id, stage, done }),
    );
    process.send({ id, memory: process.memoryUsage().rss, result });
  } catch (error) {
    const failed = { unsatisfied: error instanceof Unsatisfied, message: String(error.message) };
    process.send({ id, memory: process.memoryUsage().rss, failed });
  }
}
