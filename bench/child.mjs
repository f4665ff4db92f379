import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const running = new Set();
// gently: what they started themselves must end too
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a process that does not outlive this one.
 * @param says its first line is awaited, as `child.said`
 */
export function start(command, args, { env = {}, cwd, logFile, says = false }) {
  const log = openSync(logFile, 'a');
  const stdio = ['ignore', says ? 'pipe' : log, log];
  const child = spawn(command, args, { cwd, stdio, env: { ...process.env, ...env } });
  running.add(child);
  child.ended = new Promise((resolve) => child.once('exit', resolve));
  child.ended.then(() => running.delete(child));
  if (says) child.said = firstLine(child, logFile);
  return child;
}

const firstLine = (child, logFile) =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.ended.then((code) => reject(new Error(`it ended with ${code}: see ${logFile}`)));
  });

export async function stop(child, patienceMs = 20_000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await child.ended;
  clearTimeout(force);
}
