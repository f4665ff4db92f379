import { evaluate } from '../../src/execution/expression.js';
import type { Json } from '../../src/kernel/canonical-json.js';
import type { Proposal } from '../../src/planning/propose.js';

export interface DryRun {
  /** what each service was asked, by its id */
  readonly asked: Readonly<Record<string, Json[]>>;
  readonly skipped: readonly string[];
  readonly result: Json;
}

/** Follows a plan as the executor would, with answers that nobody is paid for. */
export async function dryRun(
  { plan, details }: Proposal,
  given: { readonly text: string; readonly inputs: Json },
  answer: (serviceId: string, body: Json) => Json | Promise<Json>,
): Promise<DryRun> {
  const asked: Record<string, Json[]> = {};
  const outputs = new Map<string, Json>();
  const branches = new Map<string, string>();
  const skipped = new Set<string>();
  for (const step of plan.steps) {
    const otherBranch = step.when && branches.get(step.when.step) !== step.when.branch;
    const lacks = step.dependencies.some((id) => skipped.has(id)) && !step.toleratesSkipped;
    if (otherBranch || lacks) {
      skipped.add(step.id);
      continue;
    }
    const steps = Object.fromEntries([...outputs].filter(([id]) => step.dependencies.includes(id)));
    const value = await evaluate(details[step.id]!.input, {
      inputs: given.inputs,
      steps,
      request: { text: given.text },
    });
    if (step.kind === 'conditional') branches.set(step.id, value === true ? 'then' : 'else');
    if (step.service) {
      const { id } = step.service;
      asked[id] = [...(asked[id] ?? []), value];
      outputs.set(step.id, await answer(id, value));
    } else outputs.set(step.id, value);
  }
  return { asked, skipped: [...skipped], result: outputs.get(plan.steps.at(-1)!.id)! };
}
