import type {
  CompensateStep,
  ReportStepCompensated,
  ReportStepCompensationFailed,
} from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import type { Compensating, WorkflowState } from '../commands/workflow/state.js';
import { isUndoing } from '../commands/workflow/undo.js';
import type { PlanStep } from '../events/plan.js';
import { errorRecord, isRefusal, notBefore, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { CommandContext, Dispatch, Said } from '../runtime/dispatch.js';
import type { StepTask } from '../sagas/reaction.js';
import { evaluate } from './expression.js';
import type { RunViews } from './run-view.js';
import type { StepExecutor } from './step-executor.js';

export type UndoReport = ReportStepCompensated | ReportStepCompensationFailed;

/**
 * Undoes completed steps. A call has one idempotency key and one payment over all attempts, an operator's included:
 * however often it is asked for, it is done and paid at most once.
 */
export class CompensationRunner {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly views: RunViews,
    private readonly call: StepExecutor | undefined,
    private readonly clock: Clock,
    private readonly chance: Pick<Chance, 'random'>,
    private readonly worker: string,
  ) {}

  async run(task: StepTask, signal: AbortSignal): Promise<void> {
    const due = await this.due(task);
    if (!due || (task.unclaimed && due.undo.status === 'running')) return;
    const startedAt = isoTime(this.clock.now());
    if (!(await this.claim(task, startedAt))) return;
    const { command, context } = await this.attempt(due.run, task, startedAt, signal);
    await this.dispatch.send(workflow, task.workflowId, command, context);
  }

  /** Whether that very attempt is still to be made or under way. */
  isDue = async (task: StepTask): Promise<boolean> => (await this.due(task)) !== undefined;

  isBegun = async (task: StepTask): Promise<boolean> => (await this.due(task))?.undo.status === 'running';

  private async due(task: StepTask) {
    const { state } = await this.dispatch.load(workflow, task.workflowId, task.revision);
    return dueUndo(state, task);
  }

  /** Undoes a step that needs no other machine, if one is to be undone now. */
  async here(
    state: WorkflowState,
    { workflowId, runNo }: Pick<StepTask, 'workflowId' | 'runNo'>,
    signal: AbortSignal,
  ): Promise<Said<UndoReport> | undefined> {
    const run = underWay(state, { runNo });
    const found = run && Object.entries(run.undos).find(([id, undo]) => isHere(run, id) && isUndoing(undo));
    if (!run || !found) return undefined;
    const [stepId, undo] = found;
    const attempt = 'attempt' in undo ? undo.attempt : 1;
    return this.attempt(run, { workflowId, runNo, stepId, attempt }, isoTime(this.clock.now()), signal);
  }

  private async attempt(
    run: Compensating,
    task: StepTask,
    startedAt: string,
    signal: AbortSignal,
  ): Promise<Said<UndoReport>> {
    const { runNo, stepId, attempt } = task;
    const of = { runNo, stepId, attempt };
    try {
      const { cost, payment } = await this.undo(run, task, signal);
      const at = isoTime(this.clock.now());
      return {
        command: { type: 'ReportStepCompensated', ...of, at, cost, startedAt, ...(payment && { payment }) },
        context: this.contextOf(task, 'undone'),
      };
    } catch (error) {
      // stopped, not failed: given back, and whoever takes the task next goes on from the records
      if (signal.aborted)
        throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable', { cause: error });
      const now = this.clock.now();
      return {
        command: {
          type: 'ReportStepCompensationFailed',
          ...of,
          at: isoTime(now),
          error: errorRecord(error, 'COMPENSATION_ERROR'),
          ...notBefore(error, now),
          random: this.chance.random(),
        },
        context: this.contextOf(task, 'not undone'),
      };
    }
  }

  private async undo(run: Compensating, task: StepTask, signal: AbortSignal) {
    const step = stepOf(run, task.stepId);
    const [{ details }, context] = await Promise.all([
      this.views.open(run),
      this.views.contextOf(run, step.id, true),
    ]);
    const input = await evaluate(details[step.id]!.compensation!, context);
    const { service, maxCost } = step.compensation!; // a step without one is never given to a worker
    if (!service) return { cost: ZERO, payment: undefined };
    if (!this.call) throw new Refusal('STEP_KIND_UNKNOWN', 'Nothing here calls services.');
    const asStep: PlanStep = { ...step, service, maxCost };
    const done = await this.call({ run, step: asStep, task: { ...task, undo: true }, input, signal });
    return { cost: done.cost, payment: done.payment };
  }

  /** @returns false when the attempt was given up meanwhile */
  private async claim(task: StepTask, at: string): Promise<boolean> {
    const { workflowId, runNo, stepId, attempt } = task;
    const { worker } = this;
    const command: CompensateStep = { type: 'CompensateStep', at, runNo, stepId, attempt, worker };
    try {
      await this.dispatch.send(workflow, workflowId, command, this.contextOf(task, 'undo'));
      return true;
    } catch (error) {
      if (isRefusal(error, 'WRONG_STATE')) return false;
      throw error;
    }
  }

  private contextOf({ workflowId, runNo, stepId, attempt }: StepTask, what: string): CommandContext {
    return {
      commandId: uuidv5(`${workflowId}/${runNo}/${stepId}/${attempt}/${what}`),
      correlationId: workflowId,
      actor: { type: 'worker', id: this.worker },
    };
  }
}

const stepOf = (run: Compensating, stepId: string): PlanStep =>
  run.plan.steps.find(({ id }) => id === stepId)!;

/** One that was a workflow is undone by that one, not here. */
const isHere = (run: Compensating, stepId: string): boolean => {
  const { compensation } = stepOf(run, stepId);
  return compensation !== undefined && !compensation.service;
};

/** @returns undefined when that attempt to undo a step is not in flight, by this state */
export function dueUndo(state: WorkflowState, task: StepTask) {
  const run = underWay(state, task);
  const undo = run?.undos[task.stepId];
  const isDue = undo && isUndoing(undo) && 'attempt' in undo && undo.attempt === task.attempt;
  return run && isDue ? { run, undo } : undefined;
}

const underWay = (state: WorkflowState, { runNo }: { readonly runNo: number }): Compensating | undefined =>
  state.status === 'compensating' && state.runNo === runNo ? state : undefined;
