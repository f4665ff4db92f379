import type { ReportFundsExhausted, ReportPriceDrift } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { offeredPlan } from '../commands/workflow/overrun.js';
import { repriced } from '../commands/workflow/reprice.js';
import { currentStep } from '../commands/workflow/services.js';
import { isRunning } from '../commands/workflow/state.js';
import { jsonHash } from '../kernel/commitments/json-hash.js';
import { isRefusal, type Refusal } from '../kernel/errors.js';
import { parseMicros } from '../kernel/money.js';
import { committed } from '../planning/committed.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { StepTask } from '../sagas/reaction.js';
import type { LiveRun, RunViews } from './run-view.js';

export type OverrunReport = ReportPriceDrift | ReportFundsExhausted;

export const isOverrun = (error: unknown): error is Refusal =>
  isRefusal(error, 'PRICE_DRIFT') || isRefusal(error, 'FUNDS_EXHAUSTED');

/**
 * What a step that could not be paid has to say: that what is held does not cover it, or that it costs more, with the
 * plan at that price for the owner to approve. Nothing was paid.
 */
export async function overrunReport(
  parts: { readonly dispatch: Pick<Dispatch, 'load'>; readonly views: RunViews },
  run: LiveRun,
  task: StepTask,
  error: Refusal,
  at: string,
): Promise<OverrunReport> {
  const { runNo, stepId, attempt } = task;
  const of = { at, runNo, stepId, attempt };
  const figure = (name: string) => parseMicros(String(error.figures[name]));
  if (error.code === 'FUNDS_EXHAUSTED')
    return {
      type: 'ReportFundsExhausted',
      ...of,
      holdId: run.approval.holdId ?? '',
      required: figure('required'),
      available: figure('available'),
    };
  const quoted = figure('quoted');
  const serviceId = currentStep(run, stepId).service!.id;
  const { secret } = await parts.views.open(run);
  const { state } = await parts.dispatch.load(workflow, task.workflowId);
  const base = isRunning(state) && state.status !== 'draining' ? offeredPlan(state) : run.plan;
  const plan = committed(repriced(base, { stepId, serviceId, quoted }), secret);
  return { type: 'ReportPriceDrift', ...of, serviceId, quoted, plan, planHash: jsonHash(plan) };
}
