/** `npm run test:mutants -- --count 20000 --seed 1`: see hunt.ts. */
import { parseArgs } from 'node:util';
import { hunt, type Mutant } from './hunt.js';
import { written } from './tree.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('--count and --seed are whole numbers.');
  process.exit(2);
}
const started = performance.now();
const { tried, refusedBy, escaped, slowestMs } = await hunt(seed, count);
for (const [family, number] of Object.entries(tried))
  console.log(`${family.padEnd(32)}${String(number).padStart(7)}`);
const byCheck = Object.entries(refusedBy).sort(([, a], [, b]) => b - a);
console.log(`refused by ${byCheck.map(([check, number]) => `${check} ${number}`).join(', ')}`);
for (const { mutant, why } of escaped.slice(0, 20))
  console.log(`\nESCAPED ${mutant.family}, of ${mutant.original.name}: ${why}\n${difference(mutant)}`);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${count} mutants, seed ${seed}: ${count - escaped.length} refused with a reason, ${escaped.length} escaped, ` +
    `slowest ${Math.round(slowestMs)} ms, ${seconds} s`,
);
process.exit(escaped.length > 0 ? 1 : 0);

/** Where a mutant begins to differ from its original. */
function difference({ original, bytes }: Mutant): string {
  const [before, after] = [written(original.document), new TextDecoder().decode(bytes)];
  let from = 0;
  while (from < before.length && before[from] === after[from]) from++;
  let end = 0;
  while (end < before.length - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  const shown = (text: string) =>
    JSON.stringify(text.slice(Math.max(0, from - 60), text.length - end + 30).slice(0, 400));
  return `  was ${shown(before)}\n  is  ${shown(after)}`;
}
