import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { closedLoop } from './closed-loop.mjs';
import { comparison, round } from './figures.mjs';
import { lineOf, loaded } from './loaded.mjs';
import { withEngine } from './with-engine.mjs';

/** Start-up is timed at these shares of the way. */
const STAGES = [0, 0.25, 0.5, 1];
const OPEN = 200;
const PORTION = 2_000;
/** Times a start is taken at each stage: a busy machine delays one of them. */
const STARTS = 3;

/**
 * Makes a store old by really running W1 until it holds `events`, timing starts on the way, and then measures W1 on
 * the old store and on empty ones in turns.
 */
export async function age({ root, events, reps, scale, say = console.log }) {
  return withEngine('ours', { root }, async (old) => {
    const startUps = [];
    for (const stage of STAGES) {
      await fill(old, events * stage, say);
      startUps.push(await timeStarts(old, say));
    }
    const runs = { old: [], empty: [] };
    const measure = async (name, engine) => {
      const run = await loaded(engine, 'w1', scale);
      runs[name].push(run);
      say(`  ${name.padEnd(6)} ${lineOf(run)}`);
    };
    for (let rep = 1; rep <= reps; rep++) {
      await withEngine('ours', { root }, (fresh) => measure('empty', fresh));
      await measure('old', old);
    }
    return { at: new Date().toISOString(), events: await old.lag.head(), startUps, ...compared(runs) };
  });
}

/** The old store against the empty one: 1 is "no slower". */
function compared(runs) {
  const what = { unit: 'workflows/s', figure: ({ loaded: { perSecond } }) => perSecond };
  const { ours: _, ...rest } = comparison(what, { ours: runs.old, empty: runs.empty });
  const [old, empty] = [rest.medians.ours, rest.medians.empty];
  const failures = rest.ratio < 0.9 ? [`w1 on the old store is ${rest.ratio} of w1 on an empty one`] : [];
  return {
    unit: what.unit,
    old: old.loaded.perSecond,
    empty: empty.loaded.perSecond,
    ratio: rest.ratio,
    aloneP50: { old: old.alone.p50, empty: empty.alone.p50 },
    failures: [...rest.failures, ...failures],
    runs,
  };
}

async function fill(engine, events, say) {
  const began = performance.now();
  for (let stored = await engine.lag.head(); stored < events; stored = await engine.lag.head()) {
    const each = 30; // about; the last portion is small, so that the store ends near what was asked for
    const count = Math.max(1, Math.min(PORTION, Math.ceil((events - stored) / each)));
    const { errors, firstErrors } = await closedLoop(count, OPEN, () => engine.run('w1'));
    if (errors > 0) throw new Error(`filling failed ${errors} times: ${Object.keys(firstErrors)[0]}`);
  }
  await engine.lag.drained();
  if (events > 0)
    say(`  ${await engine.lag.head()} events stored after ${round((performance.now() - began) / 1000)} s`);
}

/** What the load left to be written is written first: a start is timed by what is stored, not by a busy disk. */
async function settle(engine) {
  await engine.lag.query('vacuum analyze');
  await engine.lag.query('checkpoint');
  await promisify(execFile)('sync');
}

async function timeStarts(engine, say) {
  await settle(engine);
  const ms = [];
  for (let start = 1; start <= STARTS; start++) {
    await engine.app.stop();
    ms.push(await engine.app.start());
  }
  const [{ closed }] = await engine.lag.query(
    'select count(*)::int as closed from rm_workflows.rm_workflows where terminal',
  );
  say(`  start-up with ${closed} closed runs: ${ms.join(', ')} ms`);
  return { closedRuns: closed, ms };
}
