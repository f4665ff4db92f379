import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { input, offer, usdc } from '../../test/kit/offers.js';
import { stepReferences } from '../execution/expression-references.js';
import { Refusal } from '../kernel/errors.js';
import { topologicalLevels } from '../kernel/graph.js';
import type { DraftStep, PlanDraft } from '../ports/planner.js';
import { type Proposal, propose } from './propose.js';

const offers = ['read', 'mix', 'draw'].map((id, at) =>
  offer(id, {
    price: usdc(BigInt(at + 1) * 1_000n),
    inputs: [input('x', 'table', true)],
    latencyMs: at * 300,
  }),
);
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step: fc.Arbitrary<DraftStep> = fc
  .record({
    key,
    dependsOn: fc.uniqueArray(key, { maxLength: 3 }),
    kind: fc.constantFrom('service_call' as const, 'data_transform' as const, 'conditional' as const),
    capability: fc.constantFrom('read', 'mix', 'draw', 'unheard'),
    reads: fc.option(key),
    branch: fc.option(fc.constantFrom('then' as const, 'else' as const)),
  })
  .map(({ capability, reads, branch, ...rest }) => ({
    ...rest,
    title: 'made up',
    input: `{"x": ${reads === null ? '1' : `steps.${reads}`}}`,
    ...(rest.kind === 'service_call' ? { capability } : {}),
    ...(branch !== null && rest.dependsOn[0] ? { when: { step: rest.dependsOn[0], branch } } : {}),
  }));

/** A draft as likely well formed as not: half of them only depend on steps before themselves. */
const drafts: fc.Arbitrary<PlanDraft> = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 6 }), key, fc.boolean())
  .map(([steps, result, tidy]) => ({
    intent: { classification: 'any', capabilities: [], confidence: 0.5, method: 'llm' },
    steps: tidy ? tidied(steps) : steps,
    result: { step: tidy ? 'a' : result, mediaType: 'application/json' },
  }));

function tidied(steps: readonly DraftStep[]): readonly DraftStep[] {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  return steps.map(({ when: _, ...one }, at) => {
    const dependsOn = one.dependsOn.filter((other) => names.indexOf(other) < at);
    const kind = at === 0 ? 'data_transform' : one.kind;
    const { capability, ...rest } = one;
    return {
      ...rest,
      kind,
      key: names[at]!,
      dependsOn,
      input: dependsOn[0] ? `{"x": steps.${dependsOn[0]}}` : '{"x": 1}',
      ...(kind === 'service_call' ? { capability: capability ?? 'read' } : {}),
    };
  });
}

const MAX_COST = 9_000n;
const MAX_TIME = 2_600;
const proposed = (draft: PlanDraft): Proposal | Refusal => {
  try {
    return propose(draft, { offers, request: 'x', maxCost: usdc(MAX_COST), maxTime: MAX_TIME });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
};

describe('Whatever a planner drafts', () => {
  it('an accepted plan is acyclic, in order, within budget and time, and knows its ids; all else is a refusal', () => {
    let accepted = 0;
    fc.assert(
      fc.property(drafts, (draft) => {
        const proposal = proposed(draft);
        if (proposal instanceof Refusal) return;
        accepted += 1;
        const { plan, details } = proposal;
        const ids = plan.steps.map(({ id }) => id);
        expect(ids).toEqual(ids.map((_, at) => `step_${at + 1}`));
        expect(topologicalLevels(new Map(plan.steps.map((s) => [s.id, s.dependencies])))).toBeDefined();
        for (const [at, one] of plan.steps.entries()) {
          for (const dependency of one.dependencies) expect(ids.indexOf(dependency)).toBeLessThan(at);
          if (one.when) expect(one.dependencies).toContain(one.when.step);
          for (const { step: read } of stepReferences(details[one.id]!.input))
            expect(one.dependencies).toContain(read);
          expect(one.kind === 'service_call').toBe(one.service !== undefined);
        }
        const cost = plan.steps.reduce((sum, one) => sum + BigInt(one.service?.price ?? 0), 0n);
        expect(plan.totals.maxCost).toBe(cost.toString());
        expect(cost).toBeLessThanOrEqual(MAX_COST);
        expect(plan.totals.criticalPathTime).toBeLessThanOrEqual(MAX_TIME);
        expect(plan.steps.at(-1)!.action).toBe('assemble');
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(25);
  });

  it('the same draft gives the same plan', () => {
    fc.assert(fc.property(drafts, (draft) => expect(proposed(draft)).toEqual(proposed(draft))));
  });
});
