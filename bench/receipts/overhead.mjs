/** `overhead.mjs` prints the share of runs of 10, 50 and 100 steps of 50 ms that their commitments take, as JSON. */
import { commitContent } from '../../src/kernel/commitments/content.ts';
import { commitRun } from '../../src/receipts/run-commitments.ts';
import { sampleContent, sampleSecret } from '../../test/kit/sample-run.ts';
import { median } from '../figures.mjs';
import { paidRun } from './runs.mjs';
import { timed } from './timed.mjs';

const STEP_MS = 50;
const ROUNDS = 9;

/** what a step waits for: the commitments to its input and its output */
async function stepPath(steps, round) {
  const commit = (i) => {
    const id = `fresh_${round}_${i}`;
    const { input, output } = sampleContent(id);
    commitContent(sampleSecret, id, 'input', input);
    commitContent(sampleSecret, id, 'output', output);
  };
  return (await timed(() => {
    for (let i = 0; i < steps; i++) commit(i);
  })).ms;
}

const share = (ms, steps) => Math.round((ms / (steps * STEP_MS)) * 1e5) / 1e5;
await stepPath(200, -1);
const figures = {};
for (const steps of [10, 50, 100]) {
  const onPath = [];
  for (let round = 0; round < ROUNDS; round++) onPath.push(await stepPath(steps, `${steps}_${round}`));
  const run = paidRun(steps);
  commitRun(run);
  const { ms: atEnd } = await timed(() => commitRun(run));
  figures[steps] = { stepPath: share(median(onPath), steps), withReceipt: share(median(onPath) + atEnd, steps) };
}
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
