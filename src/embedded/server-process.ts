import { spawn } from 'node:child_process';
import { closeSync, fchmodSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { Refusal } from '../kernel/errors.js';
import { type PartFolder, signalIfAlive } from './part-folder.js';
import { identify, type ProcessIdentity } from './process-identity.js';
import { waitUntil } from './wait-until.js';

/** What the starter is told when a server ends without having been asked to. */
export interface UnexpectedExit {
  readonly part: string;
  readonly exit: string;
  /** the last lines it logged */
  readonly log: string;
}

/** What the starter of any server gets. */
export interface RunningPart {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Launch {
  readonly part: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** besides what every server gets */
  readonly env?: Readonly<Record<string, string>>;
  readonly runAs?: { readonly uid: number; readonly gid: number };
  readonly endGently: NodeJS.Signals;
  readonly onUnexpectedExit?: ((exit: UnexpectedExit) => void) | undefined;
}

export interface ServerProcess {
  readonly pid: number;
  /** polls `probe`. @throws Refusal PART_FAILED with the log's tail when the server ends first or time is up */
  ready<T>(probe: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T>;
  logTail(): string;
  /** gentle signal, then SIGKILL; calling it again waits for the same end */
  stop(): Promise<void>;
}

/**
 * How long a server may take until it serves. One that ends is noticed at once, so this is for one that hangs: a Postgres
 * that was killed first writes out and reads its whole folder, which takes a slow disk many seconds.
 */
export const READY_MS = 180_000;
const GRACE_MS = 8_000;
/** a process that was killed is gone when the system has time for it */
const GONE_MS = 60_000;
const LOG_TAIL_CHARS = 2_000;

/**
 * Starts a server that is not ours to write. It runs in its own process group, so that Ctrl-C reaches only us and we
 * decide the order of shutdown, and logs into a file, so that our own death does not break its pipe.
 */
export function launch(folder: PartFolder, options: Launch): ServerProcess {
  // processes of a server before may still write to it: what each of them says comes at its end
  const log = openSync(folder.logFile, 'a', 0o640);
  ftruncateSync(log);
  fchmodSync(log, 0o640);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd ?? '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC', ...options.env },
    ...options.runAs,
  });
  closeSync(log);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity) folder.recordChild(identity);
  const logTail = () => readFileSync(folder.logFile, 'utf8').slice(-LOG_TAIL_CHARS);

  let exit: string | undefined;
  let ready = false;
  let stopping: Promise<void> | undefined;
  const ended = (how: string) => {
    exit ??= how;
    folder.forgetChild();
    if (ready && !stopping) options.onUnexpectedExit?.({ part: options.part, exit, log: logTail() });
  };
  child.once('error', (error) => ended(error.message));
  child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
  child.unref();

  return {
    pid: child.pid ?? -1,
    logTail,
    async ready(probe, timeoutMs) {
      const outcome = await waitUntil(async () => {
        if (exit !== undefined) return { failed: exit };
        const answer = await probe();
        return answer === undefined ? undefined : { answer };
      }, timeoutMs);
      if (outcome && 'answer' in outcome) {
        ready = true;
        return outcome.answer;
      }
      throw partFailed(options.part, outcome?.failed ?? `not ready within ${timeoutMs} ms`, logTail());
    },
    stop() {
      stopping ??= end(identity, options.endGently, () => exit !== undefined);
      return stopping;
    },
  };
}

export const partFailed = (part: string, exit: string, log: string): Refusal =>
  new Refusal('PART_FAILED', `${part} did not start: ${exit}. Its last words: ${log.trim() || '(none)'}`, {
    part,
    exit,
    log,
  });

async function end(
  child: ProcessIdentity | undefined,
  endGently: NodeJS.Signals,
  hasEnded: () => boolean,
): Promise<void> {
  if (!child) return;
  signalIfAlive(child, endGently);
  if (await waitUntil(() => hasEnded() || undefined, GRACE_MS, 5)) return;
  signalIfAlive(child, 'SIGKILL');
  await waitUntil(() => hasEnded() || undefined, GONE_MS, 5);
}
