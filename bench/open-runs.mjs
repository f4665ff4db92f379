import { closedLoop } from './closed-loop.mjs';
import { memoryOf } from './cpu.mjs';
import { round } from './figures.mjs';
import { day, diamond } from './plans.mjs';
import { withEngine } from './with-engine.mjs';

const OPEN = 100;
const PORTIONS = 10;
const MOST_GIB = 1.5;
const GIB = 2 ** 30;
const DAY_MS = 86_400_000;

/** Runs that wait, one half for their approval and one for a timer, created through the API: what they hold in memory. */
export async function openRuns({ root, runs, say = console.log }) {
  const env = { MAX_CONCURRENT_WORKFLOWS: `${2 * runs}` };
  return withEngine('ours', { root, env }, async (engine) => {
    const ask = (nth) =>
      nth % 2 === 0
        ? engine.app.create(diamond, { autoApprove: false })
        : engine.app.create(day, { autoApprove: true, maxTime: 2 * DAY_MS });
    const memory = [];
    const note = (open, when = 'created') => {
      const { now, most } = memoryOf(engine.app.pid);
      memory.push({ open, when, nowGiB: round(now / GIB), mostGiB: round(most / GIB) });
      say(`  ${open} open runs ${when}: ${round(now / GIB)} GiB, ${round(most / GIB)} GiB at most`);
    };
    note(0);
    const created = [];
    for (let portion = 1; portion <= PORTIONS; portion++) {
      created.push(await closedLoop(Math.ceil(runs / PORTIONS), OPEN, ask));
      note(Math.ceil(runs / PORTIONS) * portion);
    }
    const drainMs = await engine.lag.drained();
    const [{ waiting }] = await engine.lag.query(
      'select count(*)::int as waiting from rm_workflows.rm_workflows where not terminal',
    );
    await engine.app.stop();
    const startUpMs = await engine.app.start();
    const latency = await closedLoop(50, 1, () => engine.run('w1'));
    note(waiting, 'after a restart');
    const errors = created.reduce((sum, each) => sum + each.errors, 0);
    const most = Math.max(...memory.map(({ mostGiB }) => mostGiB));
    const failures = [
      ...(errors > 0 ? [`${errors} runs could not be created`] : []),
      ...(waiting + errors < runs ? [`${waiting} of ${runs} runs wait`] : []),
      ...(most > MOST_GIB ? [`${most} GiB are more than ${MOST_GIB}`] : []),
    ];
    say(`  ${waiting} wait · start-up with them ${startUpMs} ms · w1 alone p50 ${latency.p50} ms`);
    for (const failure of failures) say(`  FAILED ${failure}`);
    const perSecond = round(runs / created.reduce((sum, { seconds }) => sum + seconds, 0));
    return {
      runs,
      waiting,
      createdPerSecond: perSecond,
      drainMs,
      startUpMs,
      aloneP50: latency.p50,
      memory,
      failures,
    };
  });
}
