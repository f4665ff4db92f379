/** `measure.mjs <steps> <reps>` prints what proving a run of that many steps cost, as JSON. */
import { readFileSync } from 'node:fs';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.ts';
import { commitContent } from '../../src/kernel/commitments/content.ts';
import { provingTask } from '../../src/receipts/circuit-inputs.ts';
import { commitRun } from '../../src/receipts/run-commitments.ts';
import { verifyProof } from '../../src/verifier/verify-proof.ts';
import { openWasmPairing } from '../../src/verifier/wasm/wasm-pairing.ts';
import { sampleContent, sampleSecret, sampleStep, sampleRun } from '../../test/kit/sample-run.ts';
import { median, round } from '../figures.mjs';

const STEP_MS = 50;
const [steps, reps] = process.argv.slice(2).map(Number);
const say = (message) => console.error(message);

/** a chain with a second dependency every fourth step, each step paid */
const run = sampleRun({
  budget: 10_000_000n,
  steps: Array.from({ length: steps }, (_, i) =>
    sampleStep(
      `step_${i}`,
      i,
      [i - 1, ...(i % 4 === 3 ? [i - 3] : [])].filter((j) => j >= 0).map((j) => `step_${j}`),
      { cost: 20_000n },
    ),
  ),
});

async function timed(work) {
  const started = performance.now();
  const result = await work();
  return { result, ms: performance.now() - started };
}

/** @returns MB the process had resident at most; undefined where the system does not say */
function peakMemory(pid) {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

const { result: commitments, ms: commitMs } = await timed(() => commitRun(run));
const task = provingTask(run, commitments);
if (!task.provable) throw new Error(task.reason);
const prove = (prover) => timed(() => prover.prove(task.circuitId, task.inputs));

// compiles, and builds the key; a process that built one is not the one that is measured
const first = new SnarkjsProver({ progress: say });
await prove(first);
await first.close();

const prover = new SnarkjsProver();
const cold = await prove(prover);
const warm = [];
for (let rep = 0; rep < reps; rep++) warm.push((await prove(prover)).ms);
const rssMb = peakMemory(prover.pid);
await prover.close();

const { circuitId, proof, publicSignals } = cold.result;
const compiled = await openWasmPairing();
async function verify(pairing) {
  const options = { allowDevelopmentKeys: true, ...(pairing && { pairing }) };
  const times = [];
  for (let rep = 0; rep < 5 + reps; rep++) {
    const { result, ms } = await timed(() => verifyProof(circuitId, proof, publicSignals, options));
    if (!result.valid) throw new Error(JSON.stringify(result.checks));
    if (rep >= 5) times.push(ms);
  }
  return round(median(times));
}

/** both commitments a step makes on its way, as a share of what the step takes */
async function overhead() {
  const commit = (i) => {
    const { input, output } = sampleContent(`fresh_${i}`);
    commitContent(sampleSecret, `fresh_${i}`, 'input', input);
    commitContent(sampleSecret, `fresh_${i}`, 'output', output);
  };
  for (let i = 0; i < 200; i++) commit(-i - 1);
  const { ms } = await timed(() => {
    for (let i = 0; i < 50; i++) commit(i);
  });
  return Math.round((ms / (50 * STEP_MS)) * 1e5) / 1e5;
}

const figures = {
  circuitId,
  coldS: round(cold.ms / 1000),
  warmS: round(median(warm) / 1000),
  rssMb,
  commitMs: round(commitMs),
  verifyMs: await verify(compiled),
  verifyPortableMs: await verify(),
  stepOverhead: await overhead(),
};
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
