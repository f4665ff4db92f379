/**
 * Holds the second verifier, written in Python after docs/receipt-format.md, to the published vectors:
 * `npm run test:second-verifier`. Without Python nothing was tested, and the command says so and fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../docs/examples/python-verifier/verify.py', import.meta.url));
const OLDEST = [3, 9];

const isRecent = (python) => {
  const { status, stdout } = spawnSync(python, ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (status !== 0) return false;
  const [major, minor] = stdout.trim().split(' ').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

const python = ['python3', 'python'].find(isRecent);
if (!python) {
  console.error(`No Python from ${OLDEST.join('.')} on was found. Nothing was tested.`);
  process.exit(1);
}
const { status } = spawnSync(python, ['-B', program, '--vectors'], { stdio: 'inherit' });
process.exit(status ?? 1);
