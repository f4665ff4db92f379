type Better = 'more' | 'less';

export function round(value: number): number;
export function median(values: readonly number[]): number;
export function quantile(values: readonly number[], share: number): number;
export function ratio(ours: number, theirs: number, better?: Better): number | null;
export function medians(runs: readonly unknown[]): unknown;
export function comparison(
  what: { readonly unit: string; readonly better?: Better; readonly figure: (medians: never) => number },
  runs: Readonly<Record<string, readonly object[]>>,
): Record<string, unknown>;
export function merged(text: string | undefined, results: object): Record<string, unknown>;
export function lagOf(
  samples: readonly number[],
  perSecond: number,
): {
  readonly median: number;
  readonly most: number;
  readonly atEnd: number;
  readonly grew: boolean;
};
