import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a process that does not outlive this one. */
export function start(command, args, { env = {}, cwd, logFile }) {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, stdio: ['ignore', log, log], env: { ...process.env, ...env } });
  running.add(child);
  child.ended = new Promise((resolve) => child.once('exit', resolve));
  child.ended.then(() => running.delete(child));
  return child;
}

export async function stop(child, patienceMs = 20_000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await child.ended;
  clearTimeout(force);
}
