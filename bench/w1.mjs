import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop, median, round } from './closed-loop.mjs';
import { cpuMs } from './cpu.mjs';
import { quittance } from './engines/quittance.mjs';
import { restate } from './engines/restate.mjs';

/** Workflows one at a time, for latency; then `many` with `open` under way, for throughput. */
const SIZE = { warmUp: 400, alone: 200, many: 2_000, open: 200 };

const engines = {
  ours: (place) => quittance(place),
  restate: (place) => restate(place),
  'restate-2': (place) => restate(place, 2),
};

/**
 * A diamond of five steps that do nothing, durable, through the HTTP API. Engines take turns, so that a busy
 * machine is busy for all of them: read the ratios.
 */
export async function w1({ root, peers, rounds, scale }) {
  const names = ['ours', ...peers];
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round_ = 1; round_ <= rounds; round_++)
    for (const name of names) {
      const run = await measure(root, name, scale);
      runs[name].push(run);
      console.log(`round ${round_}  ${name.padEnd(10)} ${line(run)}`);
    }
  return summary(runs);
}

async function measure(root, name, scale) {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-bench-'));
  mkdirSync(dir, { recursive: true });
  const engine = await engines[name]({ root, dir });
  try {
    const times = (count) => Math.max(1, Math.round(count * scale));
    await closedLoop(times(SIZE.warmUp), SIZE.open, () => engine.w1());
    const alone = await closedLoop(times(SIZE.alone), 1, () => engine.w1());
    const before = cpuOf(engine);
    const loaded = await closedLoop(times(SIZE.many), SIZE.open, () => engine.w1());
    const cpuMsPerWorkflow = round((cpuOf(engine) - before) / loaded.count);
    return { alone, loaded, cpuMsPerWorkflow };
  } finally {
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const cpuOf = ({ pid }) => [pid].flat().reduce((sum, each) => sum + cpuMs(each), 0);

const line = ({ alone, loaded, cpuMsPerWorkflow }) =>
  `${loaded.perSecond} workflows/s  p50 ${loaded.p50} ms  p99 ${loaded.p99} ms  alone p50 ${alone.p50} ms  p99 ${alone.p99} ms  CPU ${cpuMsPerWorkflow} ms a workflow`;

function summary(runs) {
  const of = (name) => ({
    perSecond: median(runs[name].map(({ loaded }) => loaded.perSecond)),
    p50: median(runs[name].map(({ loaded }) => loaded.p50)),
    p99: median(runs[name].map(({ loaded }) => loaded.p99)),
    aloneP50: median(runs[name].map(({ alone }) => alone.p50)),
    aloneP99: median(runs[name].map(({ alone }) => alone.p99)),
    cpuMsPerWorkflow: median(runs[name].map(({ cpuMsPerWorkflow }) => cpuMsPerWorkflow)),
  });
  const medians = Object.fromEntries(Object.keys(runs).map((name) => [name, of(name)]));
  const ratios = Object.fromEntries(
    Object.keys(runs)
      .filter((name) => name !== 'ours')
      .map((name) => [name, round(medians.ours.perSecond / medians[name].perSecond)]),
  );
  return { medians, ratios, runs };
}
