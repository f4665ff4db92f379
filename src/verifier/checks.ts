/** One line of a verifier's answer. */
export interface Check {
  /** what was checked; stable, programs match on it */
  readonly name: string;
  /** whether the receipt is invalid when this fails */
  readonly required: boolean;
  readonly passed: boolean;
  /** a sentence: why it failed, or what it showed */
  readonly reason: string;
}

export interface Verdict {
  readonly valid: boolean;
  readonly checks: readonly Check[];
}

/** Valid when there is something that had to hold, and all of it holds. */
export const verdict = (checks: readonly Check[]): Verdict => ({
  valid: checks.some(({ required }) => required) && checks.every((check) => check.passed || !check.required),
  checks,
});

export const passed = (name: string, reason: string): Check => ({
  name,
  required: true,
  passed: true,
  reason,
});
export const failed = (name: string, reason: string): Check => ({
  name,
  required: true,
  passed: false,
  reason,
});
/** Says something a reader should know, on which nothing depends. */
export const noted = (name: string, reason: string): Check => ({
  name,
  required: false,
  passed: false,
  reason,
});

/** @param complaint why it does not hold, undefined when it does */
export const check = (name: string, complaint: string | undefined, holds: string): Check =>
  complaint === undefined ? passed(name, holds) : failed(name, complaint);
