import { z } from 'zod';
import { Refusal } from '../kernel/errors.js';
import { MAX_RUN_COST } from '../kernel/limits.js';
import { toMicros } from '../kernel/money.js';
import type { DraftContract, DraftStep, PlanDraft } from '../ports/planner.js';
import { bind } from './bind.js';
import { checkDraft } from './draft-checks.js';
import { planDraftSchema } from './draft-schema.js';
import { firstProblems } from './problems.js';

const { $schema: _, ...jsonSchema } = z.toJSONSchema(planDraftSchema, { io: 'input' });

/** Absent members stay absent: zod gives them as undefined. */
const present = (step: z.output<typeof planDraftSchema>['steps'][number]): DraftStep =>
  Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as unknown as DraftStep;

/** What a model's draft must pass. Cost and time are judged later, by {@link propose}: a repair would not help. */
export const draftContract: DraftContract = {
  jsonSchema,
  read(value, { offers, text, maxSteps }) {
    const parsed = planDraftSchema.safeParse(value);
    if (!parsed.success)
      throw new Refusal('VALIDATION_FAILED', 'The draft is not well formed.', {
        problems: firstProblems(parsed.error),
      });
    const { intent, steps, result } = parsed.data;
    const draft: PlanDraft = { intent: { ...intent, method: 'llm' }, steps: steps.map(present), result };
    for (const step of checkDraft(draft, maxSteps))
      if (step.kind === 'service_call')
        bind(step, { offers, request: text, maxCost: toMicros(MAX_RUN_COST) });
    return draft;
  },
};
