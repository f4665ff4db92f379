/** `npm run test:simulation -- --seeds N --from S [--bug NAME] [--trace]`: see test/simulation/run.ts. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const child = spawn(
  process.execPath,
  ['--import', './test/kit/typescript.mjs', 'test/simulation/run.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
