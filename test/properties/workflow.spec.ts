import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openQuestion, requiredFor } from '../../src/commands/workflow/approval.js';
import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { workflowDecider as decider } from '../../src/commands/workflow/decide.js';
import { type KeptFromElsewhere, keptForFork, requireForkable } from '../../src/commands/workflow/fork.js';
import { offeredPlan } from '../../src/commands/workflow/overrun.js';
import { keptOf } from '../../src/commands/workflow/retry.js';
import {
  type AwaitingApproval,
  type Compensating,
  type Executing,
  isInFlight,
  isRunning,
  type StepState,
  type WorkflowState,
} from '../../src/commands/workflow/state.js';
import { isUndoing } from '../../src/commands/workflow/undo.js';
import { assertStorable } from '../../src/events/catalogue.js';
import type { Plan, PlanStep } from '../../src/events/plan.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { fold } from '../../src/kernel/decider.js';
import { isRefusal } from '../../src/kernel/errors.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { toMicros } from '../../src/kernel/money.js';
import {
  alternative,
  approve,
  assemble,
  broken,
  cancel,
  complete,
  condition,
  create,
  drift,
  endDrain,
  fail,
  later,
  local,
  notUndone,
  OWNER,
  ofRun,
  PLAN_HASH,
  paid,
  pause,
  planOf,
  resolveRollback,
  resume,
  retry,
  retryRollback,
  retryRun,
  settle,
  settleFree,
  start,
  startExecution,
  startWait,
  timeOut,
  toExecution,
  unavailable,
  undo,
  undoAgain,
  undoCall,
  undoHere,
  undone,
  waitStep,
  wake,
} from '../kit/runs.js';

/**
 * Runs of random graphs, reported on by workers that crash, repeat themselves, come late and fail, while owners
 * cancel and clocks run out. Each choice is a number: whatever it is, it means something in every state.
 */
const node = fc.record({
  kind: fc.constantFrom('paid', 'paid', 'local', 'condition', 'wait'),
  /** bits over the steps before it */
  needs: fc.nat({ max: 255 }),
  when: fc.constantFrom(undefined, undefined, 'then', 'else'),
  tolerant: fc.boolean(),
  onFailure: fc.constantFrom('abort', 'skip_dependants', 'skip_dependants', 'fallback'),
  attempts: fc.integer({ min: 1, max: 3 }),
  sideEffect: fc.constantFrom('none', 'reversible', 'reversible', 'irreversible'),
  asks: fc.constantFrom(undefined, undefined, undefined, true),
});

const graph: fc.Arbitrary<Plan> = fc.array(node, { minLength: 1, maxLength: 8 }).map((nodes) => {
  const steps: PlanStep[] = [];
  for (const [index, each] of nodes.entries()) {
    const { kind, needs, when, tolerant, onFailure, attempts, sideEffect, asks } = each;
    const before = steps.filter((_, bit) => (needs >> bit) & 1);
    const decision = before.find((step) => step.kind === 'conditional');
    const id = `step_${index + 1}`;
    const dependencies = before.map((step) => step.id);
    const more = {
      toleratesSkipped: tolerant,
      onFailure,
      sideEffect,
      ...(kind === 'paid' &&
        onFailure === 'fallback' && {
          alternatives: [alternative('svc_2', '15000'), alternative('svc_3', '30000')],
        }),
      ...(sideEffect === 'reversible' && { compensation: kind === 'paid' ? undoCall : undoHere }),
      retry: { maxAttempts: attempts, initialMs: 1_000, multiplier: 2, maxMs: 4_000 },
      ...(when && decision && { when: { step: decision.id, branch: when } }),
      ...(asks && { requiresConfirmation: asks }),
    } as const;
    if (kind === 'condition') steps.push({ ...condition(id, dependencies), onFailure });
    else if (kind === 'wait') steps.push(waitStep(id, dependencies, more));
    else steps.push(kind === 'paid' ? paid(id, dependencies, more) : local(id, dependencies, more));
  }
  const awaited = new Set(steps.flatMap(({ dependencies }) => dependencies));
  const ends = steps.map(({ id }) => id).filter((id) => !awaited.has(id));
  const onFailure = nodes[0]!.onFailure;
  return planOf(...steps, { ...assemble(`step_${steps.length + 1}`, ends), onFailure });
});

interface Happening {
  readonly what:
    | 'start'
    | 'complete'
    | 'fail'
    | 'break'
    | 'step-timeout'
    | 'retry'
    | 'cancel'
    | 'drain'
    | 'deadline'
    | 'stale'
    | 'settle'
    | 'keep'
    | 'undo'
    | 'undone'
    | 'not-undone'
    | 'undo-again'
    | 'rate'
    | 'pause'
    | 'resume'
    | 'drift'
    | 'short'
    | 'approve-again'
    | 'nobody-answers'
    | 'confirm'
    | 'decline'
    | 'unanswered'
    | 'wait'
    | 'wake'
    | 'operator-retries'
    | 'operator-resolves';
  readonly which: number;
  readonly branch: 'then' | 'else';
  readonly random: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(
    ...([
      'start',
      'start',
      'complete',
      'complete',
      'complete',
      'complete',
      'fail',
      'retry',
      'retry',
    ] as const),
    ...(['complete', 'complete', 'complete', 'complete', 'break'] as const),
    ...(['break', 'step-timeout', 'stale', 'cancel', 'drain', 'deadline', 'settle', 'keep'] as const),
    ...(['undo', 'undone', 'undone', 'undone', 'not-undone', 'not-undone', 'undo-again'] as const),
    ...(['pause', 'resume', 'drift', 'short', 'approve-again', 'approve-again', 'nobody-answers'] as const),
    ...(['operator-retries', 'operator-resolves', 'rate'] as const),
    ...(['confirm', 'confirm', 'decline', 'unanswered'] as const),
    ...(['wait', 'wait', 'wake'] as const),
  ),
  which: fc.nat({ max: 20 }),
  branch: fc.constantFrom('then', 'else'),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

type Live = Extract<WorkflowState, { steps: unknown }>;
const isLive = (state: WorkflowState): state is Live => isRunning(state);
const isRollingBack = (state: WorkflowState): state is Compensating =>
  state.status === 'compensating' || state.status === 'compensation_failed';

/** What workers, timers and operators do about a rollback; about a step that is to be undone if there is one. */
function rollbackCommandOf({ what, which, random }: Happening, state: WorkflowState, plan: Plan) {
  const undos = isRollingBack(state) ? state.undos : {};
  const wanted = what === 'undo-again' ? 'retrying' : undefined;
  const candidates = Object.entries(undos).filter(([, each]) =>
    wanted ? each.status === wanted : isUndoing(each),
  );
  const [stepId, step] =
    candidates[which % Math.max(1, candidates.length)] ??
    ([plan.steps[which % plan.steps.length]!.id, undefined] as const);
  const attempt = step && 'attempt' in step ? step.attempt : 1;
  const at = later(1 + (which % 5));
  const ceiling = plan.steps.find(({ id }) => id === stepId)!.compensation?.maxCost ?? '0';
  switch (what) {
    case 'undo':
      return undo(stepId, attempt, at);
    case 'undone':
      // an earlier attempt may answer late
      return undone(stepId, which % 4 === 0 ? Math.max(1, attempt - 1) : attempt, BigInt(ceiling), at);
    case 'not-undone':
      return notUndone(stepId, attempt, which % 2 === 0 ? broken : unavailable, at, random);
    case 'undo-again':
      return undoAgain(stepId, attempt, at);
    case 'operator-retries':
      return retryRollback(at);
    default:
      return resolveRollback();
  }
}

const answerTo = (
  what: 'confirm' | 'decline' | 'unanswered',
  stepId: string,
  at: string,
): WorkflowCommand => {
  const of = { at, by: OWNER, runNo: 1, stepId };
  if (what === 'confirm') return { type: 'ConfirmStep', ...of };
  return what === 'decline' ? { type: 'DeclineStep', ...of } : { type: 'ExpireConfirmation', ...of };
};

const requestOf = (state: WorkflowState): string => openQuestion(state)?.request.requestId ?? 'apr_1';

/** The owner's answer to the question of a paused run, with its hold extended to what it costs now. */
function approveAgain(state: WorkflowState): WorkflowCommand | undefined {
  const open = openQuestion(state);
  if (!open || state.status !== 'paused') return undefined;
  const { holdId = 'hold_1' } = state.approval;
  const { planHash, request } = open;
  const answer = { approver: OWNER, automatic: false, planHash, requestId: request.requestId, holdId };
  return { type: 'Approve', at: later(5), ...answer, budget: requiredFor(open) };
}

/** Which steps a happening is about, where that is not those in flight. */
const WANTED: Readonly<Partial<Record<Happening['what'], StepState['status']>>> = {
  retry: 'retrying',
  confirm: 'confirming',
  decline: 'confirming',
  unanswered: 'confirming',
  wake: 'sleeping',
};

/** The command a happening means now; about a step that is in flight if there is one, else about any. */
function commandOf(happening: Happening, state: WorkflowState, plan: Plan): WorkflowCommand {
  const { what, which, branch, random } = happening;
  const steps = isLive(state) ? state.steps : {};
  const wanted = WANTED[what];
  const candidates = Object.entries(steps).filter(([, step]) =>
    wanted ? step.status === wanted : isInFlight(step),
  );
  const all = plan.steps.map(({ id }) => id);
  const [stepId, step] =
    what !== 'stale' && candidates.length > 0
      ? candidates[which % candidates.length]!
      : ([all[which % all.length]!, steps[all[which % all.length]!]] as const);
  const attempt = what === 'stale' ? 1 : step && 'attempt' in step ? step.attempt : 1;
  const at = later(1 + (which % 5));
  const planned = plan.steps.find(({ id }) => id === stepId)!;
  const done = {
    attempt,
    at,
    cost: toMicros(BigInt(planned.maxCost)),
    ...(planned.kind === 'conditional' && { branch }),
  };
  switch (what) {
    case 'start':
      return start(stepId, attempt, at);
    case 'complete':
      return complete(stepId, done);
    case 'stale':
      return branch === 'then' ? complete(stepId, done) : fail(stepId, { attempt, at, random });
    case 'fail':
      return fail(stepId, { attempt, at, random, error: unavailable });
    case 'break':
      return fail(stepId, { attempt, at, random, error: broken });
    case 'step-timeout':
      return fail(stepId, {
        attempt,
        at,
        random,
        error: { code: 'STEP_TIMEOUT', message: 'No result in time.', kind: 'retryable' },
      });
    case 'confirm':
    case 'decline':
      return answerTo(what, stepId, at);
    case 'unanswered':
      return answerTo(what, stepId, later(300));
    case 'wait':
      // some of them would outlive the run
      return startWait(stepId, later(10 + (which % 4) * 100), { attempt, at });
    case 'wake':
      return wake(stepId, later(10 + (which % 4) * 100), attempt);
    case 'pause':
      return pause(at);
    case 'resume':
      return which % 3 === 0 ? resume(at, stepId) : resume(at);
    case 'drift': {
      const base = state.status === 'executing' || state.status === 'paused' ? offeredPlan(state) : plan;
      const priced = base.steps.find(({ id }) => id === stepId)!;
      if (!priced.service) return pause(at);
      const serviceId = which % 3 === 0 ? 'svc_2' : priced.service.id;
      return drift(base, stepId, BigInt(priced.maxCost) + 1_000n, { attempt, at, serviceId });
    }
    case 'short': {
      const figures = { required: toMicros(1n), available: toMicros(0n) };
      const of = { at, runNo: 1, stepId, attempt, holdId: 'hold_1' };
      return { type: 'ReportFundsExhausted', ...of, ...figures };
    }
    case 'approve-again':
      return approveAgain(state) ?? resume(at);
    case 'nobody-answers':
      return { type: 'ExpireApproval', at: later(7_200), requestId: requestOf(state) };
    case 'rate':
      return { type: 'RateWorkflow', by: OWNER, stars: 1 + (which % 5) };
    case 'retry':
      return retry(stepId, attempt, at);
    case 'cancel':
      return cancel(at);
    case 'keep':
      return { ...cancel(at), rollback: false } as WorkflowCommand;
    case 'drain':
      return endDrain(at);
    case 'deadline':
      return timeOut(later(300));
    case 'settle':
      return { type: 'RecordSettlement', at, holdId: 'hold_1', spent: toMicros(1n) };
    default:
      return rollbackCommandOf(happening, state, plan);
  }
}

class Run {
  state: WorkflowState = decider.initial;
  readonly history: WorkflowEvent[] = [];
  runNo = 1;

  constructor(
    readonly plan: Plan,
    beginning: readonly WorkflowCommand[] = toExecution(plan),
  ) {
    // by nobody: so that steps ask
    for (const command of beginning)
      this.carryOut(command.type === 'Approve' ? { ...command, automatic: true } : command);
  }

  /** A command as the runtime carries it out: decided, checked for storage, folded; repeated at once for nothing. */
  carryOut(each: WorkflowCommand): void {
    const command = ofRun(this.runNo, each);
    const events = this.decide(command);
    events.forEach(assertStorable);
    const before = this.state;
    for (const event of events) {
      this.state = decider.evolve(this.state, event);
      this.history.push(event);
    }
    this.judge(before, events);
    expect(this.decide(command)).toEqual([]);
  }

  private decide(command: WorkflowCommand): readonly WorkflowEvent[] {
    try {
      return decider.decide(command, this.state);
    } catch (error) {
      if (isRefusal(error)) return [];
      throw error;
    }
  }

  /** The invariants, after every command. */
  private judge(before: WorkflowState, events: readonly WorkflowEvent[]): void {
    let state = before;
    for (const event of events) {
      if (event.type === 'StepScheduled') this.judgeScheduled(event.stepId, state);
      if (event.type === 'StepCompensationScheduled') this.judgeUndo(event.stepId, state as Compensating);
      state = decider.evolve(state, event);
    }
    if (isLive(this.state)) {
      expect(Object.values(this.state.steps).filter(isInFlight).length).toBeLessThanOrEqual(
        LIMITS.concurrentSteps,
      );
    }
    if (isRollingBack(this.state))
      expect(Object.values(this.state.undos).filter(isUndoing).length).toBeLessThanOrEqual(
        LIMITS.concurrentSteps,
      );
    if ('spent' in this.state)
      expect(this.state.spent).toBeLessThanOrEqual(BigInt(this.state.approval.budget)); // I3
    if (before.status === 'closed')
      for (const { type } of events)
        expect([
          'WorkflowSettled',
          'StaleStepResultRecorded',
          'RetryRequested',
          'ApprovalRequested',
          'WorkflowRated',
        ]).toContain(type); // I9
  }

  /** I7: what it depends on is over, no other attempt is live, and the run goes on. */
  private judgeScheduled(stepId: string, state: WorkflowState): void {
    expect(state.status).toBe('executing');
    const { steps, approval } = state as Executing;
    expect(['waiting', 'retrying', 'held']).toContain(steps[stepId]!.status);
    const { dependencies, toleratesSkipped } = this.plan.steps.find(({ id }) => id === stepId)!;
    const wanted = toleratesSkipped ? ['completed', 'skipped', 'failed'] : ['completed'];
    for (const id of dependencies) expect(wanted).toContain(steps[id]!.status);
    const step = steps[stepId]!;
    const planned = this.plan.steps.find(({ id }) => id === stepId)!;
    if (planned.requiresConfirmation && step.status === 'waiting' && approval.automatic)
      expect(step).toHaveProperty('confirmed', true); // T42
  }

  /** I8: nothing that came after it, by any way, is still to be undone; it completed, and says how it is undone. */
  private judgeUndo(stepId: string, { undos, steps }: Compensating): void {
    const after = new Set([stepId]);
    for (const { id, dependencies } of this.plan.steps)
      if (dependencies.some((before) => after.has(before))) after.add(id);
    after.delete(stepId);
    for (const id of after) expect(['done', 'failed', undefined]).toContain(undos[id]?.status);
    expect(['waiting', 'retrying']).toContain(undos[stepId]!.status);
    expect(steps[stepId]!.status).toBe('completed');
    expect(this.plan.steps.find(({ id }) => id === stepId)).toMatchObject({ sideEffect: 'reversible' });
  }

  /** The rollback goes on without faults: workers undo, timers fire, an operator has a failed one tried again. */
  private rollBack({ status, undos }: Compensating): void {
    if (status === 'compensation_failed') {
      this.carryOut(retryRollback());
      return;
    }
    const open = Object.entries(undos).find(([, each]) => isUndoing(each) || each.status === 'retrying');
    if (!open) throw new Error(`nothing is being undone, and the run is open: ${JSON.stringify(undos)}`);
    const [stepId, step] = open;
    const attempt = 'attempt' in step ? step.attempt : 1;
    this.carryOut(step.status === 'retrying' ? undoAgain(stepId, attempt) : undone(stepId, attempt));
  }

  /** T36: the next run, under the same plan. @returns the steps it keeps, none when it cannot be resumed */
  resume(): readonly string[] | undefined {
    this.carryOut(this.state.status === 'closed' && this.state.holdId === undefined ? settleFree : settle());
    if (this.state.status !== 'closed' || this.state.outcome !== 'failed' || this.state.rollback)
      return undefined;
    const kept = keptOf(this.state).map(({ stepId }) => stepId);
    this.carryOut(retryRun());
    this.runNo = 2;
    const budget = requiredFor(this.state as WorkflowState as AwaitingApproval);
    const hold = budget > 0n ? 'hold_2' : undefined;
    const more = { requestId: 'apr_2', at: later(60), budget, ...(hold && { holdId: hold }) };
    const { holdId: _hold, planHash: _hash, ...answer } = approve(this.plan);
    this.carryOut({ ...answer, ...more });
    this.carryOut(startExecution(later(60)));
    return kept;
  }

  /** No more faults: workers finish what is in flight and timers fire. I14: the run must end. */
  end(): void {
    for (let turn = 0; this.state.status !== 'closed'; turn++) {
      if (turn > 200) throw new Error(`the run does not end: ${JSON.stringify(this.state)}`);
      if (isRollingBack(this.state)) {
        this.rollBack(this.state);
        continue;
      }
      if (this.state.status === 'paused') {
        this.carryOut(approveAgain(this.state) ?? resume(later(8)));
        continue;
      }
      const { steps } = this.state as Live;
      const inFlight = Object.entries(steps).find(([, step]) => isInFlight(step));
      const waiting = Object.entries(steps).find(([, step]) => step.status === 'retrying');
      const sleeping = Object.entries(steps).find(([, step]) => step.status === 'sleeping');
      const asking = Object.entries(steps).find(([, step]) => step.status === 'confirming');
      if (inFlight) {
        const [stepId, step] = inFlight;
        const kind = this.plan.steps.find(({ id }) => id === stepId)!.kind;
        const attempt = 'attempt' in step ? step.attempt : 1;
        this.carryOut(complete(stepId, { attempt, ...(kind === 'conditional' && { branch: 'then' }) }));
      } else if (waiting) {
        const [stepId, step] = waiting;
        this.carryOut(retry(stepId, 'attempt' in step ? step.attempt : 1, later(9)));
      } else if (sleeping) {
        const [stepId, step] = sleeping;
        this.carryOut(wake(stepId, later(400), 'attempt' in step ? step.attempt : 1));
      } else if (asking) {
        this.carryOut(answerTo('confirm', asking[0], later(10)));
      } else throw new Error(`nothing is under way, and the run is open: ${JSON.stringify(steps)}`);
    }
  }
}

describe('whatever workers, owners and clocks do to a run of whatever graph', () => {
  it('its rules hold after every command, and it ends once faults stop', () => {
    const outcomes = new Set<string>();
    const types = new Set<string>();
    const rollbacks = new Set<string>();
    const property = fc.property(
      graph,
      fc.array(happening, { maxLength: 60, size: 'max' }),
      (plan, happenings) => {
        // half of them ask before they fail
        const asks = create({ onExhausted: 'pause' });
        const run = new Run(
          plan,
          happenings.length % 2 === 0 ? toExecution(plan) : [asks, ...toExecution(plan).slice(1)],
        );
        const past: WorkflowCommand[] = [];
        for (const each of happenings) {
          const command = commandOf(each, run.state, plan);
          past.push(command);
          run.carryOut(command);
          // a redelivery of something older
          if (each.which === 7) run.carryOut(past[Math.floor(each.random * past.length)]!);
        }
        run.end();
        const closing = run.history.filter(({ type }) => type === 'RunClosed');
        expect(closing).toHaveLength(1);
        expect(fold(decider, run.history)).toEqual(run.state);
        const costs = run.history.flatMap((event) =>
          event.type === 'StepCompleted' || event.type === 'StepCompensated' ? [BigInt(event.cost)] : [],
        );
        const undoneSteps = run.history.flatMap((event) =>
          event.type === 'StepCompensated' ? [event.stepId] : [],
        );
        expect(new Set(undoneSteps).size).toBe(undoneSteps.length); // I8
        if (run.state.status === 'closed' && run.state.rollback) rollbacks.add(run.state.rollback);
        expect(closing[0]).toHaveProperty('totalCost', `${costs.reduce((a, b) => a + b, 0n)}`);
        const seqs = run.history.flatMap((event) => ('seq' in event ? [event.seq] : []));
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
        if (closing[0]?.type === 'RunClosed') outcomes.add(closing[0].outcome);
        for (const { type } of run.history) types.add(type);
      },
    );
    // new ones every time, and some that are known to meet everything
    fc.assert(property, { numRuns: 200 });
    fc.assert(property, { numRuns: 300, seed: 1 });
    // a property over runs that all ended alike would say little
    expect([...outcomes].sort()).toEqual(['cancelled', 'completed', 'failed']);
    expect([...rollbacks].sort()).toEqual(['completed', 'partial', 'resolved']);
    for (const type of [
      ...['StepSkipped', 'StepRetryScheduled', 'StaleStepResultRecorded', 'WorkflowTimedOut'],
      ...['StepConfirmed', 'StepConfirmationDeclined', 'StepCompensationRetryScheduled'],
      ...['StepCompensationFailed', 'CompensationFailed', 'CompensationRestarted'],
      ...['StepReassigned', 'PriceDriftDetected', 'BudgetExhausted', 'ApprovalExpired'],
      ...['ExecutionPaused', 'ExecutionResumed', 'StepHeld'],
    ])
      expect(types).toContain(type);
  });

  it('T36 a run that is resumed never does again what it keeps, nor pays for it, and ends', () => {
    let resumed = 0;
    let keeping = 0;
    fc.assert(
      fc.property(
        graph,
        fc.array(happening, { maxLength: 30, size: 'max' }),
        fc.array(happening, { maxLength: 30, size: 'max' }),
        (plan, first, then) => {
          const run = new Run(plan);
          for (const each of first) run.carryOut(commandOf(each, run.state, plan));
          run.end();
          const from = run.history.length;
          const kept = run.resume();
          if (!kept) return;
          resumed += 1;
          if (kept.length > 0) keeping += 1;
          for (const each of then) run.carryOut(commandOf(each, run.state, plan));
          run.end();
          const events = run.history.slice(from);
          for (const event of events)
            if (event.type === 'StepScheduled' || event.type === 'StepCompleted')
              expect(kept).not.toContain(event.stepId);
          expect(events.filter(({ type }) => type === 'RunClosed')).toHaveLength(1);
          expect(fold(decider, run.history)).toEqual(run.state);
        },
      ),
      { numRuns: 300 },
    );
    expect(resumed).toBeGreaterThan(20);
    expect(keeping).toBeGreaterThan(5);
  });

  it('a fork from any step that can be one never does again what it keeps, nor pays for it, and ends', () => {
    let forked = 0;
    let keeping = 0;
    fc.assert(
      fc.property(
        graph,
        fc.array(happening, { maxLength: 30, size: 'max' }),
        fc.array(happening, { maxLength: 30, size: 'max' }),
        fc.nat({ max: 20 }),
        (plan, first, then, which) => {
          const source = new Run(plan);
          for (const each of first) source.carryOut(commandOf(each, source.state, plan));
          source.end();
          const stepId = plan.steps[which % plan.steps.length]!.id;
          const kept = keptOrNone(source.state, stepId);
          if (!kept) return;
          forked += 1;
          if (Object.keys(kept).length > 0) keeping += 1;
          const run = new Run(plan, forkOf(plan, kept));
          for (const each of then) run.carryOut(commandOf(each, run.state, plan));
          run.end();
          for (const event of run.history)
            if (['StepScheduled', 'StepCompleted', 'StepCompensationScheduled'].includes(event.type))
              expect(Object.keys(kept)).not.toContain((event as { stepId: string }).stepId);
          expect(run.history.filter(({ type }) => type === 'RunClosed')).toHaveLength(1);
          expect(fold(decider, run.history)).toEqual(run.state);
        },
      ),
      { numRuns: 300 },
    );
    expect(forked).toBeGreaterThan(50);
    expect(keeping).toBeGreaterThan(10);
  });
});

function keptOrNone(state: WorkflowState, stepId: string) {
  try {
    return keptForFork(requireForkable(state), stepId, []);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** A fork of the run, approved and started like any other. */
function forkOf(plan: Plan, kept: KeptFromElsewhere): readonly WorkflowCommand[] {
  const { type: _type, given: _given, ...created } = create();
  const fork: WorkflowCommand = {
    type: 'ForkWorkflow',
    ...created,
    workflowId: 'wf_02',
    forkedFrom: { workflowId: 'wf_01', runNo: 1, stepId: 'step_1' },
    plan,
    planHash: PLAN_HASH,
    kept: Object.entries(kept).map(([stepId, step]) => {
      const { from, attempt, output, inputHash, outputHash, branch, startedAt, completedAt } = step;
      const hashes = { inputHash, outputHash, ...(branch && { branch }) };
      return { stepId, from, attempt, output, ...hashes, startedAt, completedAt };
    }),
  };
  const budget = requiredFor({ plan, kept });
  const { holdId: _hold, ...answer } = approve(plan);
  return [fork, { ...answer, budget, ...(budget > 0n && { holdId: 'hold_1' }) }, startExecution()];
}
