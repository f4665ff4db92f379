import { sampleRun, sampleStep } from '../../test/kit/sample-run.ts';

/** A chain with a second dependency every fourth step, each step paid. */
export const paidRun = (steps, more = {}) =>
  sampleRun({
    budget: 10_000_000n,
    steps: Array.from({ length: steps }, (_, i) =>
      sampleStep(
        `step_${i}`,
        i,
        [i - 1, ...(i % 4 === 3 ? [i - 3] : [])].filter((j) => j >= 0).map((j) => `step_${j}`),
        { cost: 20_000n },
      ),
    ),
    ...more,
  });
