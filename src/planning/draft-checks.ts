import { stepReferences } from '../execution/expression-references.js';
import { Refusal } from '../kernel/errors.js';
import { type Dependencies, topologicalLevels } from '../kernel/graph.js';
import { LIMITS } from '../kernel/limits.js';
import type { DraftStep, PlanDraft } from '../ports/planner.js';
import { ofStep } from './of-step.js';

const invalid = (message: string, figures: Refusal['figures']): Refusal =>
  new Refusal('INVALID_DAG', message, figures);

export const graphOf = (steps: readonly { key: string; dependsOn: readonly string[] }[]): Dependencies =>
  new Map(steps.map(({ key, dependsOn }) => [key, dependsOn]));

/** What is left when everything that can ever start is taken away: the circles and what waits for them. */
function stuck(graph: Dependencies): readonly string[] {
  const open = new Map(graph);
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    for (const [key, needs] of open) if (!needs.some((need) => open.has(need))) open.delete(key);
  }
  return [...open.keys()];
}

function assertKnown(steps: ReadonlyMap<string, DraftStep>): void {
  for (const { key, dependsOn } of steps.values()) {
    const unknown = dependsOn.filter((other) => !steps.has(other));
    if (unknown.length > 0)
      throw invalid(`Step ${key} depends on steps that the plan does not have.`, { step: key, unknown });
  }
}

function assertBranch({ key, dependsOn, when }: DraftStep, steps: ReadonlyMap<string, DraftStep>): void {
  if (!when) return;
  if (steps.get(when.step)?.kind !== 'conditional')
    throw invalid(`Step ${key} waits for a branch of ${when.step}, which is not a conditional step.`, {
      step: key,
      when: when.step,
    });
  if (!dependsOn.includes(when.step))
    throw invalid(`Step ${key} waits for a branch of ${when.step} without depending on it.`, {
      step: key,
      when: when.step,
    });
}

function assertReads({ key, dependsOn, input, compensation }: DraftStep): void {
  const undeclared = [
    ...references(key, input).filter((step) => !dependsOn.includes(step)),
    // what undoes a step may read what it gave
    ...references(key, compensation?.input ?? '0').filter(
      (step) => step !== key && !dependsOn.includes(step),
    ),
  ];
  if (undeclared.length > 0)
    throw invalid(`Step ${key} reads steps that it does not declare as dependencies.`, {
      step: key,
      undeclared: [...new Set(undeclared)],
    });
}

const references = (step: string, input: string): readonly string[] =>
  ofStep(step, () => stepReferences(input).map((reference) => reference.step));

/**
 * Keys unique and known, no circle, branches of conditional steps that are depended on, and expressions that parse
 * and read declared dependencies only.
 * @returns the steps in topological order
 * @throws Refusal INVALID_DAG or EXPRESSION_INVALID
 */
export function checkDraft({ steps, result }: PlanDraft, maxSteps: number): readonly DraftStep[] {
  if (steps.length + 1 > maxSteps)
    throw invalid('The plan has more steps than a plan may have.', {
      steps: steps.length + 1,
      allowed: maxSteps,
    });
  const dependencies = steps.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  if (dependencies > LIMITS.planDependencies)
    throw invalid('The steps of the plan depend on more than they may, all together.', {
      dependencies,
      allowed: LIMITS.planDependencies,
    });
  const byKey = new Map(steps.map((step) => [step.key, step]));
  if (byKey.size < steps.length) {
    const twice = steps.map(({ key }) => key).filter((key, at, all) => all.indexOf(key) !== at);
    throw invalid('Two steps of the plan have the same key.', { keys: twice });
  }
  assertKnown(byKey);
  const levels = topologicalLevels(graphOf(steps));
  if (!levels)
    throw invalid('The steps of the plan wait for each other in a circle.', { steps: stuck(graphOf(steps)) });
  for (const step of steps) {
    assertBranch(step, byKey);
    assertReads(step);
  }
  const last = byKey.get(result.step);
  if (!last || last.kind === 'conditional')
    throw invalid('The result must be the output of a step that gives one.', { step: result.step });
  return levels.flat().map((key) => byKey.get(key)!);
}
