import { spawn } from 'node:child_process';

/**
 * Far more than a lane of the tests takes on a slow machine. Jest ends a test that hangs by itself and says which;
 * these are for what hangs so that jest cannot.
 */
const SILENT_MS = 25 * 60_000;
const WHOLE_MS = 60 * 60_000;
/** ms a program has to end when it is told to, and what it started to let go of its output when it has ended */
const GRACE_MS = 5_000;

const MINUTE_MS = 60_000;
const shown = (ms) => (ms < MINUTE_MS ? `${ms / 1000} seconds` : `${ms / MINUTE_MS} minutes`);

/**
 * Runs a Node program to its end, however it ends, in a process group of its own.
 * @param {readonly string[]} args
 * @param {{env?: object, cwd?: string, signal?: AbortSignal, silentMs?: number, wholeMs?: number, graceMs?: number}} options
 * `signal` ends it before its time; it is ended as well when it says nothing for `silentMs` or lasts for `wholeMs`
 * @returns {Promise<{exitCode: number, output: string}>} both streams in the order they came, and why it was ended
 */
export function runProgram(args, options = {}) {
  const { env = {}, cwd, signal, silentMs = SILENT_MS, wholeMs = WHOLE_MS, graceMs = GRACE_MS } = options;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const chunks = [];
    const say = (text) => chunks.push(Buffer.from(`\n${text}\n`));
    const timers = new Set();
    const after = (ms, act) => {
      const timer = setTimeout(act, ms);
      timers.add(timer);
      return timer;
    };
    let ending = false;
    const stop = (why) => {
      if (ending) return;
      ending = true;
      say(`Stopped: ${why}.`);
      signalGroup(child, 'SIGTERM');
      after(graceMs, () => signalGroup(child, 'SIGKILL'));
    };
    const settle = (code) => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      // what it left behind, and what still holds its output
      signalGroup(child, 'SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      resolve({ exitCode: ending ? 1 : (code ?? 1), output: Buffer.concat(chunks).toString() });
    };
    const abort = () => stop('told to');
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);

    after(wholeMs, () => stop(`not at its end after ${shown(wholeMs)}`));
    const silence = after(silentMs, () => stop(`nothing was heard of it for ${shown(silentMs)}`));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        chunks.push(chunk);
        silence.refresh();
      });
    child.once('error', (error) => {
      say(error.message);
      settle(1);
    });
    child.once('exit', (code, by) => {
      if (by) say(`Ended by ${by}.`);
      after(graceMs, () => settle(code));
    });
    child.once('close', settle);
  });
}

function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
