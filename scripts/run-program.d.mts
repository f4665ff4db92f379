export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  readonly silentMs?: number;
  readonly wholeMs?: number;
  readonly graceMs?: number;
}
export function runProgram(
  args: readonly string[],
  options?: ProgramOptions,
): Promise<{ readonly exitCode: number; readonly output: string }>;
