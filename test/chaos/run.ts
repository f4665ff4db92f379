/** `npm run test:chaos [-- --minutes N --seed S]` */
import { parseArgs } from 'node:util';
import { chaos } from './chaos.js';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(minutes > 0 && minutes <= 24 * 60) || !Number.isSafeInteger(seed)) {
  console.error('--minutes is a number above 0, --seed a whole number.');
  process.exit(2);
}

console.log(`seed ${seed}, ${minutes} minutes of faults`);
const report = await chaos(seed, minutes, (line) => console.log(line));
const { faults, runs, recoveriesMs, objections } = report;
const table = (title: string, counts: Readonly<Record<string, number>>) => {
  console.log(`\n${title}`);
  for (const [name, count] of Object.entries(counts).sort()) console.log(`  ${name.padEnd(28)}${count}`);
};
const at = (share: number) => Math.round(recoveriesMs[Math.floor((recoveriesMs.length - 1) * share)] ?? 0);
const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);
table('faults', faults);
table('runs', runs);
console.log(`
${sum(faults)} faults, ${sum(runs)} runs, ${report.payments} payments, ${report.events} events, ${report.repeatedCalls} calls made again
recovery (a fault's end to the next finished run): median ${at(0.5)} ms, worst ${at(1)} ms
all quiet ${Math.round(report.quietAfterMs)} ms after the last fault
${objections.length} rules broken`);
for (const line of objections.slice(0, 40)) console.log(`  ${line}`);
process.exit(objections.length > 0 ? 1 : 0);
