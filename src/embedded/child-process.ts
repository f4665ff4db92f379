import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../kernel/errors.js';
import { partFailed, READY_MS, type UnexpectedExit } from './server-process.js';

/**
 * A part of ours that runs in a Node process of its own. The contract: it sends `{ready: {…}}` once it serves, or
 * `{failed: {code, message}}`, and ends on SIGTERM and on 'disconnect', so that it never outlives us, not even when we
 * are killed.
 */
export interface ChildOptions {
  readonly part: string;
  /** a module beside the caller: `new URL('./chain.process.js', import.meta.url)` */
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly readyMs?: number;
  readonly graceMs?: number;
  readonly onUnexpectedExit?: (exit: UnexpectedExit) => void;
}

export interface RunningChild<Ready> {
  readonly pid: number;
  readonly ready: Ready;
  /** SIGTERM, then SIGKILL. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

const GRACE_MS = 5_000;
const LOG_TAIL_CHARS = 2_000;

/** @throws Refusal with the code the child failed with, or PART_FAILED with the tail of its log */
export async function startChild<Ready extends object>(options: ChildOptions): Promise<RunningChild<Ready>> {
  const child = spawnChild(options);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const logTail = () => readFileSync(options.logFile, 'utf8').slice(-LOG_TAIL_CHARS);
  const stop = () => end(child, exited, options.graceMs ?? GRACE_MS);

  const started = await firstOf<Ready>(child, exited, options.readyMs ?? READY_MS);
  if ('failed' in started) {
    await stop();
    throw started.failed instanceof Refusal
      ? started.failed
      : partFailed(options.part, started.failed, logTail());
  }
  let stopping: Promise<void> | undefined;
  void exited.then((exit) => {
    if (!stopping) options.onUnexpectedExit?.({ part: options.part, exit, log: logTail() });
  });
  return {
    pid: child.pid ?? -1,
    ready: started.ready,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** In a group of its own: Ctrl-C reaches only us, and we decide the order of shutdown. */
function spawnChild({ entry, env, logFile }: ChildOptions): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o640);
  const child = fork(fileURLToPath(entry), [], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  return child;
}

type Start<Ready> = { ready: Ready } | { failed: string | Refusal };

interface FirstWord<Ready> {
  readonly ready?: Ready;
  readonly failed?: { readonly code: string; readonly message: string };
}

function firstOf<Ready extends object>(
  child: ChildProcess,
  exited: Promise<string>,
  readyMs: number,
): Promise<Start<Ready>> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ failed: `not ready within ${readyMs} ms` }), readyMs);
    const settle = (outcome: Start<Ready>) => {
      clearTimeout(late);
      child.off('message', listen);
      resolve(outcome);
    };
    const listen = (message: unknown) => {
      const { ready, failed } = (message ?? {}) as FirstWord<Ready>;
      if (ready) settle({ ready });
      else if (failed) settle({ failed: new Refusal(failed.code, failed.message) });
    };
    child.on('message', listen);
    void exited.then((failed) => settle({ failed }));
  });
}

async function end(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(kill);
}
