export interface LaneResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly output: string;
}
export function runLanes(
  lanes: readonly (readonly [string, () => Promise<LaneResult>])[],
  signal?: AbortSignal,
  print?: (line: string) => void,
): Promise<Omit<LaneResult, 'output'>>;
