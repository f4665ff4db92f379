/** The arithmetic of every measurement, apart from what measures: nothing here looks at a clock or a machine. */

export const round = (value) => Math.round(value * 100) / 100;

/** @returns NaN of nothing: a figure that was not measured must not look like one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a `share` of all values stays below. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0
    ? Number.NaN
    : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** How many times as good `ours` is as `theirs`, above 1 is better, whether more or less of the unit is good. */
export function ratio(ours, theirs, better = 'more') {
  const [above, below] = better === 'more' ? [ours, theirs] : [theirs, ours];
  return below > 0 && Number.isFinite(above) ? round(above / below) : null;
}

/** Numbers of one shape, member by member: medians of what every run has, whatever the depth. */
export function medians(runs) {
  const [first] = runs;
  if (typeof first === 'number') return round(median(runs));
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return first;
  const shared = Object.keys(first).filter((key) => runs.every((run) => run && key in run));
  return Object.fromEntries(shared.map((key) => [key, medians(runs.map((run) => run[key]))]));
}

/**
 * What `--json` keeps of one workload.
 * @param runs by engine, `ours` among them: what each of its turns measured
 * @param figure of the medians of an engine: the one that is compared
 */
export function comparison({ unit, better = 'more', figure }, runs) {
  const of = Object.fromEntries(Object.entries(runs).map(([engine, turns]) => [engine, medians(turns)]));
  const figures = Object.fromEntries(Object.entries(of).map(([engine, its]) => [engine, figure(its)]));
  const { ours, ...peers } = figures;
  const ratios = Object.fromEntries(
    Object.entries(peers).map(([peer, theirs]) => [peer, ratio(ours, theirs, better)]),
  );
  const failures = Object.values(runs)
    .flat()
    .flatMap((turn) => turn.failures ?? []);
  return {
    unit,
    better,
    ...figures,
    ratio: Object.values(ratios)[0] ?? null,
    ratios,
    failures,
    medians: of,
    runs,
  };
}

/** What a file of results holds after another one: other workloads in it stay. */
export const merged = (text, results) => ({ ...(text ? JSON.parse(text) : {}), ...results });

/**
 * @param samples of one load, in order: how many events the slowest read model was behind
 * @param perSecond events stored in a second: to be that far behind is what a batch and its pace leave open
 * @returns `grew` when the lag of the last third is a third above that of the middle one (the first is the start of
 * the load), and it is over a second's events still when the load has ended
 */
export function lagOf(samples, perSecond) {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [middle, last] = [samples.slice(-2 * third, -third), samples.slice(-third)].map(median);
  const atEnd = samples.at(-1) ?? 0;
  const grew = samples.length >= 3 && Math.min(last, atEnd) > perSecond && last > 1.33 * middle;
  return {
    median: samples.length === 0 ? 0 : median(samples),
    most: Math.max(0, ...samples),
    atEnd,
    grew,
  };
}
