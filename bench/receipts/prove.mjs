/**
 * `prove.mjs <steps> <reps>` prints what proving a run of that many steps cost, as JSON: by ours and by snarkjs in
 * turns, each in its process, so that what else the machine does meets both.
 */
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.ts';
import { provingTask } from '../../src/receipts/circuit-inputs.ts';
import { commitRun } from '../../src/receipts/run-commitments.ts';
import { cpuMs, memoryOf } from '../cpu.mjs';
import { median, ratio, round } from '../figures.mjs';
import { paidRun } from './runs.mjs';
import { timed } from './timed.mjs';

const [steps, reps] = process.argv.slice(2).map(Number);
const run = paidRun(steps);
const task = provingTask(run, commitRun(run));
if (!task.provable) throw new Error(task.reason);
const prove = (prover) => timed(() => prover.prove(task.circuitId, task.inputs));

// compiles, and builds the key; a process that built one is not the one that is measured
const first = new SnarkjsProver({ progress: (message) => console.error(message) });
await prove(first);
await first.close();

const MB = 1024 * 1024;
const backends = {};
for (const backend of ['wasm', 'snarkjs']) {
  const prover = new SnarkjsProver({ backend });
  backends[backend] = { prover, coldS: (await prove(prover)).ms / 1000, warm: [], cpu: [] };
}
// in the second proof the machine code is still being compiled: it is neither cold nor warm
for (let rep = -1; rep < reps; rep++)
  for (const { prover, warm, cpu } of Object.values(backends)) {
    const before = cpuMs(prover.pid);
    const { ms } = await prove(prover);
    if (rep < 0) continue;
    warm.push(ms);
    cpu.push(cpuMs(prover.pid) - before);
  }
const figures = Object.fromEntries(
  Object.entries(backends).map(([backend, { prover, coldS, warm, cpu }]) => [
    backend,
    {
      coldS: round(coldS),
      warmS: round(median(warm) / 1000),
      warmCpuS: round(median(cpu) / 1000),
      rssMb: Math.round(memoryOf(prover.pid).most / MB),
    },
  ]),
);
await Promise.all(Object.values(backends).map(({ prover }) => prover.close()));
const { wasm, snarkjs } = figures;
const ratios = { warm: ratio(wasm.warmS, snarkjs.warmS, 'less'), cpu: ratio(wasm.warmCpuS, snarkjs.warmCpuS, 'less') };
process.stdout.write(JSON.stringify({ circuitId: task.circuitId, ours: wasm, snarkjs, ratios }), () => process.exit(0));
