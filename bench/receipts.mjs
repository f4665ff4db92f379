import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * What a proof costs by size: first and repeated proofs, the memory of the process that makes them, and one
 * verification. Keys are built before the clock starts; of the larger sizes that takes minutes on a fresh machine,
 * and is said on stderr.
 */
export function receipts({ root, sizes, reps }) {
  const hooks = join(root, 'test', 'kit', 'typescript.mjs');
  const entry = join(root, 'bench', 'receipts', 'measure.mjs');
  const measure = (steps) =>
    JSON.parse(
      execFileSync(process.execPath, ['--import', hooks, entry, `${steps}`, `${reps}`], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  const bySteps = Object.fromEntries(sizes.map((steps) => [steps, measure(steps)]));
  const figures = {};
  for (const [steps, { coldS, warmS, rssMb }] of Object.entries(bySteps)) {
    figures[`prove${steps}ColdS`] = coldS;
    figures[`prove${steps}WarmS`] = warmS;
    figures[`rss${steps}Mb`] = rssMb;
  }
  const last = bySteps[64] ?? Object.values(bySteps).at(-1);
  const { verifyMs, verifyPortableMs, stepOverhead } = last;
  return { bySteps, figures: { ...figures, verifyMs, verifyPortableMs, stepOverhead, rssMb: last.rssMb } };
}
