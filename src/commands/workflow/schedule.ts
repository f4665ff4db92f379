import type { PlanStep } from '../../events/plan.js';
import type { WorkflowEventOf } from '../../events/workflow.js';
import { isUnderWay, type Progress, type StepState } from './state.js';

type SkipReason = WorkflowEventOf<'StepSkipped'>['reason'];

export interface Schedule {
  readonly ready: readonly string[];
  /** could start, and a person is asked first: that takes nobody's place */
  readonly asking: readonly string[];
  readonly skipped: readonly { readonly stepId: string; readonly reason: SkipReason }[];
}

/**
 * The rules of the graph: what may start now, and what will never start. The plan is topological, so one pass in
 * its order sees every skip before the steps that depend on it. A step that was
 * held is ready: what it depends on was finished before its first attempt.
 * @param concurrency steps in flight at once
 */
export function schedule(
  steps: readonly PlanStep[],
  states: Progress['steps'],
  concurrency: number,
  asks: (step: PlanStep, state: StepState) => boolean = () => false,
): Schedule {
  let now = states as Record<string, StepState>; // copied at the first skip: most often there is none
  const skipped: { stepId: string; reason: SkipReason }[] = [];
  const ready: string[] = [];
  const asking: string[] = [];
  const last = steps.at(-1);
  let free = concurrency;
  for (const { id } of steps) {
    const state = states[id];
    if (state && isUnderWay(state)) free -= 1;
  }
  for (const step of steps) {
    const status = now[step.id]?.status;
    if (status === 'held' && free > 0) {
      free -= 1;
      ready.push(step.id);
    }
    if (status !== 'waiting') continue;
    const isLast = step === last;
    // a run that was resumed may keep what was done without a step, and try that step again: it is over when that is
    const mayStart = isLast
      ? steps.every((one) => one === last || isFinished(now[one.id]))
      : step.dependencies.every((id) => isFinished(now[id]));
    if (!mayStart) continue;
    const reason = skipReason(step, now) ?? (isLast ? emptyResult(step, now) : undefined);
    if (reason) {
      if (skipped.length === 0) now = { ...states };
      now[step.id] = { status: 'skipped', seq: 0, reason };
      skipped.push({ stepId: step.id, reason });
    } else if (asks(step, now[step.id]!)) {
      asking.push(step.id);
    } else if (free > 0) {
      free -= 1;
      ready.push(step.id);
    }
  }
  return { ready, asking, skipped };
}

const isFinished = (step: StepState | undefined): boolean =>
  step?.status === 'completed' || step?.status === 'skipped' || step?.status === 'failed';

/** The result can do without some of what leads to it, not without all of it. */
function emptyResult(step: PlanStep, states: Readonly<Record<string, StepState>>): SkipReason | undefined {
  if (step.dependencies.length === 0) return undefined;
  if (step.dependencies.some((id) => states[id]?.status === 'completed')) return undefined;
  const failed = step.dependencies.some((id) => states[id]?.status === 'failed');
  return failed ? 'dependency_failed' : 'dependency_skipped';
}

function skipReason(step: PlanStep, states: Readonly<Record<string, StepState>>): SkipReason | undefined {
  if (step.when) {
    const condition = states[step.when.step];
    if (condition?.status === 'completed' && condition.branch !== step.when.branch) return 'condition_false';
    if (condition?.status !== 'completed') return 'dependency_skipped';
  }
  if (step.toleratesSkipped) return undefined;
  if (step.dependencies.some((id) => states[id]?.status === 'failed')) return 'dependency_failed';
  if (step.dependencies.some((id) => states[id]?.status === 'skipped')) return 'dependency_skipped';
  return undefined;
}
