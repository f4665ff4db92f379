/** `npm run test:simulation -- --seeds N --from S [--bug NAME | --bugs] [--trace]` */
import { parseArgs } from 'node:util';
import { type Deed, neverDone } from './deeds.js';
import { type Fault, neverMet } from './faults.js';
import { findPlantedBugs } from './find-planted-bugs.js';
import { plantedBugs } from './planted-bugs.js';
import { simulate } from './world.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
const from = Number(values.from);
if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(from) || from < 0) {
  console.error('--seeds is a number from 1, --from a number from 0.');
  process.exit(2);
}
const bug = plantedBugs.find(({ name }) => name === values.bug);
if (values.bug !== undefined && !bug) {
  console.error(
    `No bug is called ${values.bug}. There are: ${plantedBugs.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

if (values.bugs) {
  const missed = await findPlantedBugs(from, seeds, (row) => console.log(row));
  for (const name of missed) console.error(`${name} was not found within ${seeds} seeds.`);
  process.exit(missed.length > 0 ? 1 : 0);
}

/** In so many worlds every kind of fault must have come, and everything been done. */
const ENOUGH = 2_000;

const began = performance.now();
const total = { steps: 0, events: 0, payments: 0, simulatedMs: 0 };
const ends: Record<string, number> = {};
const faults: Partial<Record<Fault, number>> = {};
const deeds: Partial<Record<Deed, number>> = {};
let failed = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const outcome = await simulate(seed, { bug, trace: values.trace });
  for (const line of outcome.trace ?? []) console.log(line);
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += outcome[key];
  for (const end of outcome.outcomes) ends[end] = (ends[end] ?? 0) + 1;
  for (const [fault, times] of Object.entries(outcome.faults) as [Fault, number][])
    faults[fault] = (faults[fault] ?? 0) + times;
  for (const [deed, times] of Object.entries(outcome.deeds) as [Deed, number][])
    deeds[deed] = (deeds[deed] ?? 0) + times;
  if (!outcome.broken) continue;
  failed++;
  console.log(`seed ${seed} (trace ${outcome.hash}): ${outcome.broken.message}`);
  if (bug) break;
}
const seconds = (performance.now() - began) / 1_000;
console.log(
  `${seeds} seeds from ${from} in ${seconds.toFixed(1)} s: ${failed} failed; ` +
    `${total.steps} steps, ${total.events} events, ${total.payments} payments, ` +
    `${(total.simulatedMs / 3_600_000).toFixed(0)} simulated hours; runs: ${JSON.stringify(ends)}`,
);
console.log(`faults: ${JSON.stringify(faults)}`);
console.log(`deeds: ${JSON.stringify(deeds)}`);
const never = [...neverMet(faults), ...neverDone(deeds)];
if (never.length > 0) console.log(`never met: ${never.join(', ')}`);
process.exitCode = failed > 0 || (seeds >= ENOUGH && never.length > 0) ? 1 : 0;
