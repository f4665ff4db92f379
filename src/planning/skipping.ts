import type { DraftStep } from '../ports/planner.js';

/**
 * Which steps can do without a skipped dependency: those where ways join again. A step stands under the branch it
 * names, or under the one branch that all it depends on stand under; if a dependency stands under a branch that
 * the step itself does not, it is a join, and a skip of that dependency is no reason to skip the join.
 * @param steps in topological order
 */
export function joins(steps: readonly DraftStep[]): ReadonlySet<string> {
  const branchOf = new Map<string, string | undefined>();
  const joining = new Set<string>();
  for (const { key, dependsOn, when } of steps) {
    const below = new Set(dependsOn.map((other) => branchOf.get(other)));
    const inherited = below.size === 1 ? [...below][0] : undefined;
    const branch = when ? `${when.step}.${when.branch}` : inherited;
    branchOf.set(key, branch);
    if (!when && [...below].some((other) => other !== undefined && other !== branch)) joining.add(key);
  }
  return joining;
}
