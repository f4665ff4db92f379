import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { figuresOf } from './receipts/figures.mjs';
import { endpoints, singles } from './receipts/verify.mjs';

/** different proofs among those that are verified together */
const DIFFERENT = 12;

/**
 * What receipts cost: proofs by size, ours beside snarkjs; verification of one and of many; what commitments add to
 * the steps of a run. Keys are built before the clock starts; of the larger sizes that takes minutes on a fresh
 * machine, and is said on stderr.
 * @param show called with the figures of each size as they come
 */
export async function receipts({ root, sizes, reps, show }) {
  const script = (name, ...args) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--import', join(root, 'test', 'kit', 'typescript.mjs'), join(root, 'bench', 'receipts', name), ...args],
        { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024 },
      ),
    );
  const bySteps = {};
  for (const steps of sizes) {
    bySteps[steps] = script('prove.mjs', `${steps}`, `${reps}`);
    show(steps, bySteps[steps]);
  }
  const overhead = script('overhead.mjs');
  const samples = script('sample-receipts.mjs', `${DIFFERENT}`);
  const one = await singles(root, samples, 30);
  const verification = { ...(await endpoints(root, samples, 40)), ...one };
  return { verification, overhead, figures: figuresOf(bySteps, verification, overhead) };
}
