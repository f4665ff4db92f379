import { quantile, round } from './figures.mjs';

/**
 * Keeps `open` calls under way until `count` are done: each finished call starts the next one. A call that fails
 * is counted apart and is no workflow.
 * @param patience ms after which no further call is started
 * @returns latencies in ms
 */
export async function closedLoop(count, open, call, patience = Number.POSITIVE_INFINITY) {
  const latencies = [];
  const errors = new Map();
  let next = 0;
  const began = performance.now();
  const lane = async () => {
    while (next < count && performance.now() - began < patience) {
      const id = next++;
      const start = performance.now();
      try {
        await call(id);
        latencies.push(performance.now() - start);
      } catch (error) {
        const said = String(error.message ?? error).slice(0, 200);
        errors.set(said, (errors.get(said) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(open, count) }, lane));
  const seconds = (performance.now() - began) / 1000;
  return {
    count: latencies.length,
    seconds: round(seconds),
    perSecond: round(latencies.length / seconds),
    p50: round(quantile(latencies, 0.5)),
    p99: round(quantile(latencies, 0.99)),
    errors: next - latencies.length,
    firstErrors: Object.fromEntries([...errors].slice(0, 5)),
  };
}
