import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { endpoints, singles } from './receipts/verify.mjs';

/** different proofs among those that are verified together */
const DIFFERENT = 12;

/**
 * What receipts cost: proofs by size, ours beside snarkjs; verification of one and of many; what commitments add to
 * the steps of a run. Keys are built before the clock starts; of the larger sizes that takes minutes on a fresh
 * machine, and is said on stderr.
 */
export async function receipts({ root, sizes, reps }) {
  const script = (name, ...args) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--import', join(root, 'test', 'kit', 'typescript.mjs'), join(root, 'bench', 'receipts', name), ...args],
        { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024 },
      ),
    );
  const bySteps = Object.fromEntries(sizes.map((steps) => [steps, script('prove.mjs', `${steps}`, `${reps}`)]));
  const overhead = script('overhead.mjs');
  const samples = script('sample-receipts.mjs', `${DIFFERENT}`);
  const one = await singles(root, samples, 30);
  const verification = { ...(await endpoints(root, samples, 40)), ...one };
  return { bySteps, verification, overhead, figures: figuresOf(bySteps, verification, overhead) };
}

/** One flat object, as `--json` keeps it. */
function figuresOf(bySteps, verification, overhead) {
  const figures = {};
  for (const [steps, { ours, snarkjs, ratios }] of Object.entries(bySteps)) {
    figures[`prove${steps}ColdS`] = ours.coldS;
    figures[`prove${steps}WarmS`] = ours.warmS;
    figures[`prove${steps}CpuS`] = ours.warmCpuS;
    figures[`rss${steps}Mb`] = ours.rssMb;
    figures[`snarkjs${steps}ColdS`] = snarkjs.coldS;
    figures[`snarkjs${steps}WarmS`] = snarkjs.warmS;
    figures[`snarkjs${steps}CpuS`] = snarkjs.warmCpuS;
    figures[`snarkjs${steps}RssMb`] = snarkjs.rssMb;
    figures[`prove${steps}Ratio`] = ratios.warm;
  }
  for (const [steps, { stepPath }] of Object.entries(overhead)) figures[`stepOverhead${steps}`] = stepPath;
  const { rssMb } = (bySteps[64] ?? Object.values(bySteps).at(-1)).ours;
  return { ...figures, ...verification, stepOverhead: overhead[50].stepPath, rssMb };
}
