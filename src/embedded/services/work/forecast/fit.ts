import { type Smoothed, smooth, type Weights } from './smoothing.js';

/** Search space as shares, so that every point of it is admissible: beta of alpha, gamma of 1 − alpha. */
type Shares = readonly [number, number, number];

const COARSE: readonly (readonly number[])[] = [
  [0.05, 0.2, 0.4, 0.6, 0.8, 0.98],
  [0, 0.03, 0.1, 0.3, 0.7],
  [0, 0.05, 0.2, 0.5, 0.9],
];

export interface Fit {
  readonly weights: Weights;
  readonly state: Smoothed;
}

/** The weights with the least squared one-step error: a coarse grid, then closer and closer around the best. */
export function fitWeights(values: readonly number[], period: number): Fit {
  const [alphas = [], betas = [], gammas = []] = COARSE;
  let best: { shares: Shares; fit: Fit } | undefined;
  const attempt = (shares: Shares): void => {
    const weights = weightsOf(shares, period);
    const state = smooth(values, weights);
    if (best === undefined || state.sse < best.fit.state.sse) best = { shares, fit: { weights, state } };
  };
  for (const a of alphas)
    for (const b of betas) for (const g of period > 1 ? gammas : [0]) attempt([a, b, g]);
  for (let step = 0.1; step > 0.005; step /= 2) {
    const [a, b, g] = best!.shares;
    for (const da of [-step, 0, step])
      for (const db of [-step, 0, step])
        for (const dg of period > 1 ? [-step, 0, step] : [0])
          attempt([clamp(a + da), clamp(b + db), clamp(g + dg)]);
  }
  return best!.fit;
}

const clamp = (share: number): number => Math.min(0.999, Math.max(0, share));

const weightsOf = ([a, b, g]: Shares, period: number): Weights => {
  const alpha = Math.max(a, 0.001);
  return { alpha, beta: alpha * b, gamma: period > 1 ? (1 - alpha) * g : 0, period };
};
