import { existsSync, readFileSync } from 'node:fs';
import { crash, crashLineOf } from './crash.mjs';
import { comparison } from './figures.mjs';
import { hotFunctions, hotPlaces } from './hot-functions.mjs';
import { lineOf, loaded } from './loaded.mjs';
import { withEngine } from './with-engine.mjs';

const throughput = (workload) => ({
  unit: 'workflows/s',
  better: 'more',
  figure: (medians) => medians.loaded.perSecond,
  measure: (engine, scale) => loaded(engine, workload, scale),
  line: lineOf,
});

/** By name: what is measured, and which of its figures is compared. */
export const workloads = {
  w1: { title: 'a diamond of five steps that do nothing, 200 open', ...throughput('w1') },
  w2: { title: 'a chain of 50 steps that do nothing, 20 open', ...throughput('w2') },
  w3: { title: 'three steps, the fourth fails, three are undone, 200 open', ...throughput('w3') },
  w4: {
    title: '200 workflows of 20 steps of 50 ms, the program killed at half',
    unit: 's to finish after the kill',
    better: 'less',
    figure: (medians) => medians.finishSeconds,
    measure: (engine, scale) => crash(engine, scale, engine.app),
    line: crashLineOf,
  },
  'w4-whole': {
    title: 'the same, everything of an engine killed: of Restate its server too',
    unit: 's to finish after the kill',
    better: 'less',
    figure: (medians) => medians.finishSeconds,
    measure: (engine, scale) => crash(engine, scale, engine.whole),
    line: crashLineOf,
  },
};

/**
 * Engines take turns, so that a busy machine is busy for all of them: read the ratios.
 * @returns what `--json` keeps of this workload
 */
export async function compare(name, { root, peers, reps, scale, say = console.log }) {
  const { title, measure, line, ...what } = workloads[name];
  const runs = Object.fromEntries(['ours', ...peers].map((engine) => [engine, []]));
  say(`\n${name}: ${title}`);
  for (let rep = 1; rep <= reps; rep++)
    for (const engine of Object.keys(runs)) {
      const run = await withEngine(engine, { root }, (its) => measure(its, scale));
      runs[engine].push(run);
      say(`  ${rep}  ${engine.padEnd(11)} ${line(run)}`);
      for (const failure of run.failures) say(`     FAILED ${failure}`);
    }
  return { at: new Date().toISOString(), scale, ...comparison(what, runs) };
}

/** Where the time of our program goes under a workload: one turn, the load itself profiled. */
export async function profile(name, { root, scale }) {
  return withEngine('ours', { root, env: { PROFILE: '1' } }, async (engine) => {
    const { app } = engine;
    app.signal('SIGUSR2');
    const run = await loaded(engine, name, scale);
    app.signal('SIGUSR2');
    while (!existsSync(app.profileFile)) await new Promise((resolve) => setTimeout(resolve, 50));
    const its = JSON.parse(readFileSync(app.profileFile, 'utf8'));
    return { run, line: lineOf(run), functions: hotFunctions(its), places: hotPlaces(its), statements: its.statements };
  });
}
