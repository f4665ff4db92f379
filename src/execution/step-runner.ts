import type { CompleteStep, FailStep, StartStep, StartWait } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { currentStep } from '../commands/workflow/services.js';
import { isRunning, type WorkflowState } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import type { PlanStep } from '../events/plan.js';
import type { Json } from '../kernel/canonical-json.js';
import { commitContents } from '../kernel/commitments/content.js';
import { errorRecord, isRefusal, notBefore, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { CommandContext, Converse, Dispatch, Said } from '../runtime/dispatch.js';
import { isLocal, watchesOf } from '../sagas/execute-plan.js';
import type { StepTask } from '../sagas/reaction.js';
import { CompensationRunner, type UndoReport } from './compensation-runner.js';
import { evaluate } from './expression.js';
import { isOverrun, type OverrunReport, overrunReport } from './overrun-report.js';
import type { LiveRun, RunViews } from './run-view.js';
import type { StepExecutor } from './step-executor.js';

export type { StepExecutor } from './step-executor.js';

type RunOfWorkflow = Pick<StepTask, 'workflowId' | 'runNo'>;
type LocalReport = Report | UndoReport;

export const transform: StepExecutor = async ({ input }) => ({ output: input, cost: ZERO });

/** JSONata's own truth: empty strings, arrays and objects, 0, null and false are not true. */
export const conditional: StepExecutor = async ({ input }) => {
  const branch = isTrue(input) ? 'then' : 'else';
  return { output: { branch, value: input }, cost: ZERO, branch };
};

const isTrue = (value: Json): boolean => {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
};

type Report = CompleteStep | FailStep | StartWait | OverrunReport;

/** What commands about one attempt derive their ids from. */
const NAMES = {
  StepCompleted: 'done',
  FailStep: 'failed',
  StartWait: 'wait',
  ReportPriceDrift: 'drift',
  ReportFundsExhausted: 'funds',
} as const;

/** What the record says of an attempt when it is begun. */
interface Claim {
  /** the first of its step, and begun by nobody before */
  readonly isFirst: boolean;
}
const CLAIMED_BEFORE: Claim = { isFirst: false };

/** Bounds of what is run before it is made durable: others wait for the same workflow meanwhile. */
const TURN_MS = 500;
const TURN_STEPS = 100;

/**
 * Runs one attempt of one step: opens its input, executes, seals and commits to the output, reports. Every report
 * carries the attempt, so doing all of it twice changes nothing.
 */
export class StepRunner {
  private readonly compensations: CompensationRunner;

  constructor(
    readonly dispatch: Dispatch & Converse,
    readonly views: RunViews,
    private readonly content: ContentStore,
    private readonly executors: Readonly<Partial<Record<PlanStep['kind'], StepExecutor>>>,
    private readonly clock: Clock,
    private readonly chance: Pick<Chance, 'random'>,
    private readonly worker: string,
    /** told of timers that have nothing to watch over any more */
    private readonly cancelTimers: (ids: readonly string[]) => void = () => undefined,
  ) {
    const call = executors.service_call;
    this.compensations = new CompensationRunner(dispatch, views, call, clock, chance, worker);
  }

  async run(task: StepTask, signal: AbortSignal): Promise<void> {
    if (task.undo) return this.compensations.run(task, signal);
    const run = await this.views.live(task);
    if (!run) return;
    if (task.unclaimed && run.steps[task.stepId]?.status === 'running') return;
    const startedAt = isoTime(this.clock.now());
    const step = currentStep(run, task.stepId);
    const claim = isLocal(step.kind) ? CLAIMED_BEFORE : await this.claim(task, startedAt);
    if (!claim) return;
    const report = await this.attempt(run, step, { ...task, ...claim }, startedAt, signal);
    await this.send(task, report, NAMES[report.type]);
    if (report.type === 'StepCompleted') this.cancelTimers(watchesOf(task));
  }

  /** Whether that attempt is still to be made or under way, by any record that knows of it. */
  async isDue(task: StepTask): Promise<boolean> {
    if (task.undo) return this.compensations.isDue(task);
    return (await this.views.live(task)) !== undefined;
  }

  /** Whether somebody has begun that attempt and nobody has ended it, by the newest record. */
  async isBegun({ revision: _any, ...task }: StepTask): Promise<boolean> {
    if (task.undo) return this.compensations.isBegun(task);
    return (await this.views.live(task))?.steps[task.stepId]?.status === 'running';
  }

  /**
   * Runs a step that needs no other machine, and every such step it unlocks, and reports all of them in one append.
   * None has an effect outside, so losing them in a crash means running them again.
   */
  async runHere(task: StepTask, signal: AbortSignal): Promise<void> {
    // until it is done, perhaps together with an earlier one: what was run for an append that met a conflict is lost
    while (task.undo ? await this.compensations.isDue(task) : await this.views.live(task))
      await this.dispatch.converse(workflow, task.workflowId, this.turn(task, signal));
  }

  /** What steps that need no other machine report, one after another, until the turn is used up. */
  turn(run: RunOfWorkflow, signal: AbortSignal) {
    let until: number | undefined;
    let left: number = TURN_STEPS;
    return async (state: WorkflowState): Promise<Said<LocalReport> | undefined> => {
      until ??= this.clock.now() + TURN_MS;
      // the first is always run: nobody else will
      if (left < TURN_STEPS && (left === 0 || this.clock.now() > until)) return undefined;
      left -= 1;
      if (state.status === 'compensating') return this.compensations.here(state, run, signal);
      return this.here(state, run, signal);
    };
  }

  private async here(
    state: WorkflowState,
    { workflowId, runNo }: RunOfWorkflow,
    signal: AbortSignal,
  ): Promise<Said<Report> | undefined> {
    const run = isRunning(state) ? state : undefined;
    const step = run?.plan.steps.find(
      ({ id, kind }) => isLocal(kind) && run.steps[id]?.status === 'scheduled',
    );
    if (!run || !step || run.runNo !== runNo) return undefined;
    const { attempt } = run.steps[step.id] as { readonly attempt: number };
    const its = { workflowId, runNo, stepId: step.id, attempt };
    const command = await this.attempt(run, step, its, isoTime(this.clock.now()), signal);
    return { command, context: this.contextOf(its, NAMES[command.type]) };
  }

  private attempt(
    run: LiveRun,
    step: PlanStep,
    task: StepTask & Partial<Claim>,
    startedAt: string,
    signal: AbortSignal,
  ): Promise<Report> {
    return this.execute(run, step, task, startedAt, signal).catch(
      (error: unknown): Report | Promise<Report> => {
        // stopped, not failed: given back, and whoever takes the task next goes on from the records
        if (signal.aborted)
          throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable', { cause: error });
        return isOverrun(error)
          ? overrunReport(this, run, task, error, isoTime(this.clock.now()))
          : this.failure(task, error);
      },
    );
  }

  private async execute(
    run: LiveRun,
    step: PlanStep,
    task: StepTask & Partial<Claim>,
    startedAt: string,
    signal: AbortSignal,
  ): Promise<CompleteStep | StartWait> {
    const executor = this.executors[step.kind];
    if (!executor) throw new Refusal('STEP_KIND_UNKNOWN', `Nothing here runs steps of kind ${step.kind}.`);
    const { workflowId, userId } = run.created;
    const { details, secret } = await this.views.open(run);
    const context = await this.views.contextOf(run, step.id);
    const input = await evaluate(details[step.id]!.input, context);
    const { output, cost, payment, branch, until, child } = await executor({
      run,
      step,
      task,
      input,
      signal,
      isFirst: task.isFirst ?? false,
    });
    const report = {
      at: isoTime(this.clock.now()),
      runNo: task.runNo,
      stepId: step.id,
      attempt: task.attempt,
      output: await this.content.putJson(userId, places.output(workflowId, task.runNo, step.id), output),
      ...commitContents(secret, step.id, { json: input }, { json: output }),
      startedAt,
    };
    if (until !== undefined)
      return { type: 'StartWait', ...report, until, ...(child !== undefined && { child }) };
    return { type: 'StepCompleted', ...report, cost, ...(payment && { payment }), ...(branch && { branch }) };
  }

  /** @returns undefined when the attempt was given up meanwhile */
  private async claim(task: StepTask, at: string): Promise<Claim | undefined> {
    const { runNo, stepId, attempt } = task;
    const { worker } = this;
    try {
      const { events } = await this.send(
        task,
        { type: 'StartStep', at, runNo, stepId, attempt, worker },
        'start',
      );
      return { isFirst: attempt === 1 && events.length > 0 };
    } catch (error) {
      if (isRefusal(error, 'WRONG_STATE')) return undefined;
      throw error;
    }
  }

  private failure({ runNo, stepId, attempt }: StepTask, error: unknown): FailStep {
    const now = this.clock.now();
    return {
      type: 'FailStep',
      at: isoTime(now),
      runNo,
      stepId,
      attempt,
      error: errorRecord(error, 'STEP_ERROR'),
      ...notBefore(error, now),
      random: this.chance.random(),
    };
  }

  private send(task: StepTask, command: StartStep | Report, what: string) {
    return this.dispatch.send(workflow, task.workflowId, command, this.contextOf(task, what));
  }

  private contextOf({ workflowId, runNo, stepId, attempt }: StepTask, what: string): CommandContext {
    return {
      commandId: uuidv5(`${workflowId}/${runNo}/${stepId}/${attempt}/${what}`),
      correlationId: workflowId,
      actor: { type: 'worker', id: this.worker },
    };
  }
}
