import type { Plan, PlanStep } from '../../src/events/plan.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import { must } from './violation.js';

/** The workflow that a step was, as its own history tells what could be undone of it. */
export interface ChildSeen {
  readonly undo: bigint | undefined;
  readonly lasting: boolean;
}

interface Seen {
  status: 'waiting' | 'live' | 'retrying' | 'undone' | 'failed';
  attempt: number;
  /** attempts before this round began */
  before: number;
}

/**
 * I8: what a run did is undone at most once, the last of it first, and only what it did. Judged from the history and
 * from what services were asked, by code that shares nothing with the decider.
 */
export class UndoRules {
  private readonly steps = new Map<string, Seen>();
  private readonly undoneOutside = new Set<string>();
  private failedFor: readonly string[] | undefined;
  private resolved = false;
  /** in a workflow that a step was */
  private resolvedWithin = false;
  begun = false;
  hasFailed = false;

  constructor(
    private readonly plan: Plan,
    private readonly completed: (stepId: string) => boolean,
    private readonly child: (stepId: string) => ChildSeen | undefined,
  ) {}

  /** Whether that attempt to undo a step is under way. */
  isUnderWay(stepId: string, attempt: number): boolean {
    const seen = this.steps.get(stepId);
    return seen?.status === 'live' && seen.attempt === attempt;
  }

  /** Whether it was done here and is undone, or is to be. */
  isTaken = (stepId: string): boolean => this.begun && this.undoable.includes(stepId);

  /** Most that undoing all of it may cost. */
  get price(): bigint | undefined {
    const { undoable } = this;
    return undoable.length === 0 ? undefined : undoable.reduce((sum, id) => sum + this.ceilingOf(id), 0n);
  }

  get isLasting(): boolean {
    return this.plan.steps.some(
      ({ id, sideEffect, compensation }) =>
        this.completed(id) &&
        (sideEffect === 'irreversible' || (!compensation && this.child(id)?.lasting === true)),
    );
  }

  /** Whatever the history says of undoing. @returns what it cost */
  apply(event: WorkflowEvent): bigint {
    switch (event.type) {
      case 'CompensationStarted':
        this.start(event);
        return 0n;
      case 'StepCompensationScheduled':
        this.schedule(event);
        return 0n;
      case 'StepCompensationStarted':
        this.attempt(event.stepId, event.attempt, 'started');
        return 0n;
      case 'StepCompensated':
        return this.undone(event);
      case 'StepCompensationRetryScheduled': {
        const seen = this.attempt(event.stepId, event.attempt - 1, 'failed for a while');
        seen.status = 'retrying';
        return 0n;
      }
      case 'StepCompensationFailed':
        this.attempt(event.stepId, event.attempt, 'failed').status = 'failed';
        return 0n;
      case 'CompensationFailed':
        this.fail(event.steps);
        return 0n;
      case 'CompensationRestarted':
        must(this.failedFor !== undefined, 'I8', () => 'a rollback was restarted that had not failed');
        this.failedFor = undefined;
        for (const seen of this.steps.values())
          if (seen.status === 'failed') Object.assign(seen, { status: 'waiting', before: seen.attempt });
        return 0n;
      case 'CompensationCompleted':
        must(this.left.length === 0, 'I8', () => `a rollback completed without ${this.left.join(', ')}`);
        return 0n;
      case 'CompensationResolved':
        must(this.failedFor !== undefined, 'I8', () => 'a rollback was resolved that had not failed');
        this.resolved = true;
        return 0n;
      default:
        return 0n;
    }
  }

  /** What undoes a step is called only once its turn has come. */
  mayCall(stepId: string): PlanStep {
    const step = this.plan.steps.find(({ id }) => id === stepId)!;
    must(this.completed(stepId), 'I8', () => `${stepId} was to be undone outside and never completed`);
    must((this.steps.get(stepId)?.attempt ?? 0) > 0, 'I8', () => `${stepId} was undone before its turn`);
    const compensation = step.compensation!;
    return { ...step, service: compensation.service, maxCost: compensation.maxCost };
  }

  /** A service has undone it: once, however often it was asked with the same key. */
  didOutside(key: string, stepId: string): void {
    this.mayCall(stepId);
    this.undoneOutside.add(key);
    must(this.undoneOutside.size <= this.steps.size, 'I8', () => `${stepId} was undone under a second name`);
  }

  /** What a run that ends may leave as it is, and how it says so. */
  closes({ rollback, outcome }: WorkflowEventOf<'RunClosed'>, keep: boolean): void {
    const wanted = outcome === 'failed' || outcome === 'cancelled';
    if (keep || !wanted) {
      must(!this.begun, 'I8', () => `a run that ${outcome} undid what was to be kept`);
      must(rollback === 'none', 'I8', () => `a run that undid nothing says ${rollback}`);
      return;
    }
    const { left } = this;
    if (left.length > 0) {
      const said = rollback === 'resolved' && this.resolved;
      must(said, 'I8', () => `the run closed with ${left.join(', ')} left undone and says ${rollback}`);
      return;
    }
    const byHand = this.resolved || this.resolvedWithin;
    const expected = !this.begun ? 'none' : byHand ? 'resolved' : this.isLasting ? 'partial' : 'completed';
    must(rollback === expected, 'I8', () => `the run says ${rollback}, and its rollback is ${expected}`);
  }

  /** Steps that completed, can be undone, and are not. */
  private get left(): readonly string[] {
    return this.undoable.filter((id) => this.steps.get(id)?.status !== 'undone');
  }

  private get undoable(): readonly string[] {
    return this.plan.steps
      .filter(({ id, sideEffect, compensation }) => {
        if (!this.completed(id)) return false;
        if (compensation) return sideEffect === 'reversible';
        return sideEffect !== 'irreversible' && this.child(id)?.undo !== undefined;
      })
      .map(({ id }) => id);
  }

  private declared(stepId: string) {
    return this.plan.steps.find(({ id }) => id === stepId)!.compensation;
  }

  private ceilingOf(stepId: string): bigint {
    return BigInt(this.declared(stepId)?.maxCost ?? this.child(stepId)?.undo ?? 0n);
  }

  private start({ steps }: WorkflowEventOf<'CompensationStarted'>): void {
    must(!this.begun, 'I8', () => 'a rollback started twice');
    this.begun = true;
    const same = [...steps].sort().join() === [...this.undoable].sort().join();
    must(same, 'I8', () => `${steps.join(', ')} are to be undone, and ${this.undoable.join(', ')} completed`);
    for (const id of steps) this.steps.set(id, { status: 'waiting', attempt: 0, before: 0 });
  }

  /** Reverse topological: nothing that came after it, however far, is still to be undone. */
  private schedule({ stepId, attempt }: WorkflowEventOf<'StepCompensationScheduled'>): void {
    const seen = this.step(stepId);
    const expected = seen.status === 'waiting' || seen.status === 'retrying';
    must(
      expected && attempt === seen.attempt + 1,
      'I8',
      () => `undoing ${stepId} was scheduled as ${attempt} while it was ${seen.status} ${seen.attempt}`,
    );
    // a workflow tries its own steps again, its parent does not
    const maxAttempts = this.declared(stepId)?.retry.maxAttempts ?? 1;
    must(attempt - seen.before <= maxAttempts, 'I8', () => `undoing ${stepId} was tried ${attempt} times`);
    for (const later of this.after(stepId)) {
      const status = this.steps.get(later)?.status;
      const over = status === undefined || status === 'undone' || status === 'failed';
      must(over, 'I8', () => `${stepId} is undone before ${later}, which is ${status}`);
    }
    seen.status = 'live';
    seen.attempt = attempt;
  }

  private undone({ stepId, attempt, cost, resolved }: WorkflowEventOf<'StepCompensated'>): bigint {
    const seen = this.step(stepId);
    must(seen.status !== 'undone', 'I8', () => `${stepId} was undone twice`);
    must(attempt >= 1 && attempt <= seen.attempt, 'I8', () => `${stepId} was undone before it was its turn`);
    must(this.completed(stepId), 'I8', () => `${stepId} was undone and never completed`);
    seen.status = 'undone';
    must(!resolved || !this.declared(stepId), 'I8', () => `${stepId} was no workflow, and resolved as one`);
    this.resolvedWithin ||= resolved === true;
    const ceiling = this.ceilingOf(stepId);
    must(BigInt(cost) <= ceiling, 'I3', () => `undoing ${stepId} cost ${cost} of ${ceiling} approved`);
    return BigInt(cost);
  }

  private fail(steps: readonly string[]): void {
    const failed = [...this.steps].filter(([, { status }]) => status === 'failed').map(([id]) => id);
    const same = [...steps].sort().join() === failed.sort().join();
    must(same, 'I8', () => `${steps.join(', ')} are said to have failed, and ${failed.join(', ')} did`);
    const open = [...this.steps].find(([, { status }]) => status !== 'undone' && status !== 'failed');
    must(!open, 'I8', () => `the rollback failed before ${open?.[0]} was tried`);
    this.failedFor = steps;
    this.hasFailed = true;
  }

  private attempt(stepId: string, attempt: number, what: string): Seen {
    const seen = this.step(stepId);
    must(
      seen.status === 'live' && seen.attempt === attempt,
      'I8',
      () => `undoing ${stepId} ${what} as ${attempt} while it was ${seen.status} ${seen.attempt}`,
    );
    return seen;
  }

  private step(stepId: string): Seen {
    const seen = this.steps.get(stepId);
    must(seen !== undefined, 'I8', () => `${stepId} is undone, and nobody said that it is to be`);
    return seen;
  }

  /** Everything that depends on a step, directly or through others. */
  private after(stepId: string): ReadonlySet<string> {
    const found = new Set([stepId]);
    for (const { id, dependencies } of this.plan.steps)
      if (dependencies.some((before) => found.has(before))) found.add(id);
    found.delete(stepId);
    return found;
  }
}
