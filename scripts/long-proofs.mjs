/**
 * `npm run test:long-proofs [-- --steps 150,500]`: runs of that many steps, each proven by a chain, with the prover killed
 * on the way. The circuits are compiled and keyed on first use: two minutes for up to 256 steps, five for up to 512, on a
 * machine with nothing else to do, up to 4 GB of memory.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { steps } = parseArgs({ options: { steps: { type: 'string', default: '150,500' } } }).values;
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
for (const count of steps.split(',')) {
  const args = ['--experimental-vm-modules', '--no-warnings', jest, 'test/proofs/chain-of-a-run'];
  const { status } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, CHAIN_STEPS: count },
  });
  if (status !== 0) process.exit(status ?? 1);
}
