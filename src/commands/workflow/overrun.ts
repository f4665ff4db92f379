import type { WorkflowEvent } from '../../events/workflow.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { Refusal } from '../../kernel/errors.js';
import { formatUsdc, parseMicros, sumMicros, ZERO } from '../../kernel/money.js';
import type { FailStep, ReportFundsExhausted, ReportPriceDrift } from './commands.js';
import { liveStep } from './execution.js';
import { attemptFailed } from './failing.js';
import { asking } from './pausing.js';
import { mostOf, repriced } from './reprice.js';
import { isWithin, nextAlternative, plannedStep } from './services.js';
import type { Executing, Paused, Running, WorkflowState } from './state.js';
import { undoPrice } from './undoable.js';

/**
 * T23: a service asks more than was approved, and was paid nothing. The owner is asked, unless another service does it
 * for what was approved, or the plan would be beyond what he ever wanted to spend.
 */
export function reportPriceDrift(command: ReportPriceDrift, state: WorkflowState): WorkflowEvent[] {
  if (!liveStep(command, state)) return [];
  const run = state as Running;
  const { runNo, stepId, attempt, serviceId, quoted, plan, planHash, at } = command;
  const approved = plannedStep(run, stepId).maxCost;
  if (quoted <= BigInt(approved))
    throw new Refusal('NO_DRIFT', 'The price is within what was approved.', {
      quoted: `${quoted}`,
      approved,
    });
  const cheaper = nextAlternative(run, stepId);
  const tooDear = mostOf(plan) > BigInt(run.created.maxCost);
  if (run.status === 'draining' || (cheaper && isWithin(cheaper, approved)) || tooDear)
    return attemptFailed(asFailure(command, approved, tooDear), run);
  requireSameBut(run, command);
  return [
    {
      type: 'PriceDriftDetected',
      v: 1,
      runNo,
      stepId,
      attempt,
      serviceId,
      approved,
      quoted: `${quoted}`,
      plan,
      planHash,
    },
    ...asking(run, 'price_drift', at, stepId),
  ];
}

/** What is offered to the owner now, which another rise builds on. */
export const offeredPlan = (state: Executing | Paused) =>
  state.status === 'paused' && state.offer ? state.offer.plan : state.plan;

/** Whoever reports can open the run's secret and makes the commitment; all else of the plan is decided here. */
function requireSameBut(run: Executing | Paused, { plan, ...asked }: ReportPriceDrift): void {
  const { workflowHash: _of, ...rest } = plan;
  if (canonicalJson(rest) !== canonicalJson(repriced(offeredPlan(run), asked)))
    throw new Refusal('PLAN_CHANGED', 'Another plan is offered meanwhile.', {}, 'retryable');
}

const asFailure = (
  { runNo, stepId, attempt, at, quoted }: ReportPriceDrift,
  approved: string,
  tooDear: boolean,
): FailStep => ({
  type: 'FailStep',
  runNo,
  stepId,
  attempt,
  at,
  random: 0,
  error: {
    code: 'PRICE_DRIFT',
    message: `The service asks ${formatUsdc(quoted)}, and ${formatUsdc(BigInt(approved))} was approved${
      tooDear ? '; with that the plan would cost more than its limit' : ''
    }.`,
    kind: 'terminal',
  },
});

/** T24: what is held does not cover a step that is to be paid. */
export function reportFundsExhausted(command: ReportFundsExhausted, state: WorkflowState): WorkflowEvent[] {
  if (!liveStep(command, state)) return [];
  const run = state as Running;
  const { runNo, stepId, attempt, holdId, required, available, at } = command;
  if (run.status === 'draining') {
    const message = 'What is held does not cover the step.';
    const error = { code: 'FUNDS_EXHAUSTED', message, kind: 'terminal' } as const;
    return attemptFailed({ type: 'FailStep', runNo, stepId, attempt, at, random: 0, error }, run);
  }
  const figures = { required: `${required}`, available: `${available}` };
  return [
    { type: 'BudgetExhausted', v: 1, runNo, holdId, stepId, attempt, ...figures },
    ...asking(run, 'funds_exhausted', at, stepId),
  ];
}

/** T24: the hold has expired under a run that may still have to pay. A paused one is covered anew when it goes on. */
export function holdLost(holdId: string, state: Executing, at: string): WorkflowEvent[] {
  const left = sumMicros(
    state.plan.steps.map((planned) => {
      const step = state.steps[planned.id]!;
      const isOver = step.status === 'completed' || step.status === 'skipped' || step.status === 'failed';
      const undoing = undoPrice(planned, step.status === 'completed' ? step : undefined);
      return (isOver ? ZERO : parseMicros(planned.maxCost)) + undoing;
    }),
  );
  if (left === 0n) return [];
  const { runNo } = state;
  return [
    { type: 'BudgetExhausted', v: 1, runNo, holdId, required: `${left}`, available: '0' },
    ...asking(state, 'funds_exhausted', at),
  ];
}
