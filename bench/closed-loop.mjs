/**
 * Keeps `open` calls under way until `count` are done: each finished call starts the next one.
 * @returns {{count: number, seconds: number, perSecond: number, p50: number, p99: number}} latencies in ms
 */
export async function closedLoop(count, open, call) {
  const latencies = [];
  let next = 0;
  const began = performance.now();
  const lane = async () => {
    while (next < count) {
      const id = next++;
      const start = performance.now();
      await call(id);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: Math.min(open, count) }, lane));
  const seconds = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]);
  return { count, seconds: round(seconds), perSecond: round(count / seconds), p50: at(0.5), p99: at(0.99) };
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const round = (value) => Math.round(value * 100) / 100;
