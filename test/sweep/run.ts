/** `npm run test:sweep -- [point ...]`: kills a process at each crash point, or at those named. */
import { type CrashPointName, crashPointNames } from '../../src/runtime/crash-points.js';
import { sweep } from './sweep.js';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !crashPointNames.includes(name as CrashPointName));
if (unknown.length > 0) {
  console.error(`No crash point is called ${unknown.join(', ')}. There are: ${crashPointNames.join(', ')}`);
  process.exit(2);
}
const { crashes, objections, seconds } = await sweep(
  named.length > 0 ? (named as CrashPointName[]) : crashPointNames,
  (point, ms) => console.error(`${point} ${ms === undefined ? 'not reached' : `${Math.round(ms)} ms`}`),
);
for (const { point, workload, reached, recoveredInMs, objections: said } of crashes) {
  const seen = reached ? `${recoveredInMs ?? '?'} ms`.padStart(9) : 'NOT REACHED';
  console.log(`${point.padEnd(36)}${workload.padEnd(9)}${seen}  ${said.length > 0 ? said.join('; ') : 'ok'}`);
}
for (const line of objections) console.log(line);
const reached = crashes.filter((crash) => crash.reached).length;
const bad = crashes.filter((crash) => crash.objections.length > 0).length;
console.log(
  `${reached} of ${crashes.length} points reached, ${bad + objections.length} objections, ${seconds.toFixed(1)} s`,
);
process.exit(reached < crashes.length || bad + objections.length > 0 ? 1 : 0);
