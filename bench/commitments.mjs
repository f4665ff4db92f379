import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { median, round } from './figures.mjs';

/**
 * What hashing costs: one hash by number of inputs, and all commitments of a five-step run, ours against the same
 * code over poseidon-lite. They take turns in processes of their own: read the ratios.
 */
export function commitments({ root, rounds }) {
  const hooks = join(root, 'test', 'kit', 'typescript.mjs');
  const entry = join(root, 'bench', 'commitments', 'measure.mjs');
  const measure = (which) =>
    JSON.parse(
      execFileSync(process.execPath, ['--import', hooks, entry, which], { cwd: root, encoding: 'utf8' }),
    );
  const taken = { ours: [], 'poseidon-lite': [] };
  for (let turn = 0; turn < rounds; turn++)
    for (const which of Object.keys(taken)) taken[which].push(measure(which));
  return { hash: table(taken, 'hash'), run: table(taken, 'run') };
}

/** @returns by what was measured: the medians of both and their ratio */
function table(taken, part) {
  const of = (which, name) => round(median(taken[which].map((one) => one[part][name])));
  return Object.fromEntries(
    Object.keys(taken.ours[0][part]).map((name) => {
      const [ours, lite] = [of('ours', name), of('poseidon-lite', name)];
      return [name, { ours, 'poseidon-lite': lite, ratio: ours === 0 ? null : round(lite / ours) }];
    }),
  );
}
