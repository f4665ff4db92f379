export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 3, initialMs: 1_000, multiplier: 2, maxMs: 30_000 };

/**
 * min(initial · multiplier^(attempt−1), max), then jitter to [0.5, 1] of it (domain.md 12).
 * @param attempt the attempt that failed, from 1 @param random in [0, 1) @returns whole ms
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number): number {
  const delay = Math.min(policy.initialMs * policy.multiplier ** (attempt - 1), policy.maxMs);
  return Math.round(delay * (0.5 + 0.5 * random));
}
