import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of ours as it stands, with the arguments of this one; an interruption reaches both. */
export function runTypescript(path) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', './test/kit/typescript.mjs', path, ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}
