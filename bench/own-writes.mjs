import { closedLoop } from './closed-loop.mjs';
import { quantile, round } from './figures.mjs';
import { day, diamond } from './plans.mjs';
import { withEngine } from './with-engine.mjs';

const WARM_UP = 50;
/** ms between two runs of the load, and between two that are looked at */
const LOAD_PACE_MS = 5;
const PACE_MS = 15;

/** A workflow read right after it was asked for, beside others' runs, and read again: what its read model is waited for. */
export async function ownWrites({ root, reads, say = console.log }) {
  return withEngine('ours', { root }, async ({ app }) => {
    const ending = new AbortController();
    const load = paced(LOAD_PACE_MS, ending.signal, () => app.create(diamond));
    const [first, again] = [[], []];
    const looked = await closedLoop(WARM_UP + reads, 1, async (nth) => {
      const id = await app.create(day);
      for (const times of [first, again]) {
        const began = performance.now();
        await app.call('GET', `/workflows/${id}`);
        if (nth >= WARM_UP) times.push(performance.now() - began);
      }
      await pause(PACE_MS);
    });
    ending.abort();
    const errors = looked.errors + (await load);
    const ms = (times) => ({ p50: round(quantile(times, 0.5)), p99: round(quantile(times, 0.99)) });
    const figures = { first: ms(first), again: ms(again) };
    const ratio = { p50: round(figures.first.p50 / figures.again.p50), p99: round(figures.first.p99 / figures.again.p99) };
    const failures = errors > 0 ? [`${errors} calls failed`] : [];
    say(`  read first p50 ${figures.first.p50} ms, p99 ${figures.first.p99} · again p50 ${figures.again.p50}, p99 ${figures.again.p99}`);
    for (const failure of failures) say(`  FAILED ${failure}`);
    return { reads, ...figures, ratio, failures };
  });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns how many calls failed */
async function paced(ms, signal, call) {
  let failed = 0;
  while (!signal.aborted) {
    await call().catch(() => failed++);
    await pause(ms);
  }
  return failed;
}
