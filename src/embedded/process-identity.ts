import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same number by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** opaque; equal for the same process only */
  readonly started: string;
}

/** @returns undefined when no such process lives (a zombie does not live) */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === 'linux' ? startTick(pid) : ps(pid, 'lstart=');
  return started ? { pid, started } : undefined;
}

export const self = (): ProcessIdentity => identify(process.pid) ?? { pid: process.pid, started: 'unknown' };

export const isAlive = (identity: ProcessIdentity): boolean =>
  identify(identity.pid)?.started === identity.started;

/** Arguments joined by blanks, or the empty string. */
export function commandLine(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Field 22 of proc(5) stat, counted after the program's name, which may itself hold blanks and brackets. */
function startTick(pid: number): string {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}
