import { closedLoop } from './closed-loop.mjs';
import { cpuByPart, machineMs } from './cpu.mjs';
import { lagOf, round } from './figures.mjs';

/** Workflows one at a time, for latency; then `many` with `open` under way, for throughput. */
export const SIZES = {
  w1: { warmUp: 400, alone: 200, many: 2_000, open: 200 },
  w2: { warmUp: 40, alone: 30, many: 400, open: 20 },
  w3: { warmUp: 400, alone: 200, many: 2_000, open: 200 },
  /** without the kill, to see where the time goes */
  w4: { warmUp: 20, alone: 2, many: 200, open: 200 },
};
/** A phase ends after this, done or not: an engine that crawls is measured by what it did. */
const PATIENCE_MS = 60_000;

/** One turn of one engine: latency alone, then throughput with what it cost, and whether its read models kept up. */
export async function loaded(engine, workload, scale) {
  const { warmUp, alone, many, open } = SIZES[workload];
  const times = (count) => Math.max(1, Math.round(count * scale));
  const loop = (count, lanes) => closedLoop(times(count), lanes, () => engine.run(workload), PATIENCE_MS);
  const startedAt = new Date().toISOString();
  const warm = await loop(warmUp, open);
  if (warm.count === 0) throw new Error(`no run ended: ${Object.keys(warm.firstErrors)[0]}`);
  const latency = await loop(alone, 1);
  const load = await underWatch(engine, () => loop(many, open));
  const otherwise = await engine.check(workload, startedAt);
  // those of the last second, and of what ends together when the load does
  const mayLack = load.loaded.perSecond + open;
  const failures = [...failuresOf(workload, [warm, latency, load.loaded], load.lag, mayLack), ...otherwise];
  return { alone: latency, ...load, failures };
}

async function underWatch(engine, measured) {
  const stored = await engine.lag?.head();
  const worked = await engine.lag?.work();
  const end = engine.lag?.watch();
  const [before, machineBefore] = [cpuByPart(engine.parts()), machineMs()];
  const load = await measured();
  const [during, machineAfter] = [cpuByPart(engine.parts()), machineMs()];
  const samples = await end?.();
  const keptUp = samples ? await leftBehind(engine.lag, samples, load, stored) : {};
  const work = worked && since(worked, await engine.lag.work());
  // what the load left to be done is part of what it cost
  const cpu = since(before, cpuByPart(engine.parts()));
  const a = (ms) => round(ms / load.count);
  const ours = sum(since(before, during));
  return {
    loaded: load,
    cpuMsPerWorkflow: { total: a(sum(cpu)), ...mapped(cpu, a) },
    coresUsedByOthers: round(Math.max(0, machineAfter - machineBefore - ours) / (load.seconds * 1000)),
    ...keptUp,
    ...(work && { databasePerWorkflow: mapped(work, a) }),
  };
}

/** How far read models and receipts were behind when the last workflow had ended, and how long that took. */
async function leftBehind(lag, samples, { count, seconds }, before) {
  const events = (await lag.head()) - before;
  const receiptsOpen = await lag.receiptsOpen();
  const of = lagOf(samples, events / seconds);
  return {
    eventsPerWorkflow: round(events / count),
    lag: { ...of, receiptsOpen, drainMs: await lag.drained() },
  };
}

const sum = (members) => Object.values(members).reduce((all, value) => all + value, 0);
const since = (before, after) => mapped(after, (value, name) => value - before[name]);
const mapped = (members, change) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value, name)]));

/** @param mayLack runs that may have no receipt yet when the load ends */
function failuresOf(workload, loops, lag, mayLack) {
  const errors = loops.reduce((sum, { errors: some }) => sum + some, 0);
  const first = loops.flatMap(({ firstErrors }) => Object.keys(firstErrors))[0];
  return [
    ...(errors > 0 ? [`${workload}: ${errors} calls failed, the first: ${first}`] : []),
    ...(lag?.grew ? [`${workload}: the read models fell behind, ${lag.atEnd} events at the end`] : []),
    ...(lag?.receiptsOpen > mayLack
      ? [`${workload}: the receipts fell behind, ${lag.receiptsOpen} runs had none at the end`]
      : []),
  ];
}

export const lineOf = ({ alone, loaded: load, cpuMsPerWorkflow, lag, coresUsedByOthers }) =>
  [
    `${load.perSecond} workflows/s`,
    `p50 ${load.p50} p99 ${load.p99} ms`,
    `alone p50 ${alone.p50} p99 ${alone.p99} ms`,
    `CPU ms ${Object.entries(cpuMsPerWorkflow)
      .map(([part, ms]) => `${part} ${ms}`)
      .join(', ')}`,
    ...(lag
      ? [
          `read models ${lag.atEnd} events behind at the end (${lag.most} at most), ${lag.receiptsOpen} receipts open, all done ${lag.drainMs} ms later`,
        ]
      : []),
    `others used ${coresUsedByOthers} cores`,
    `${load.errors} errors`,
  ].join(' · ');
