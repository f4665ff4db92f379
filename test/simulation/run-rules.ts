import type { ForkedFrom } from '../../src/events/fork.js';
import type { BoundService, Plan, PlanStep } from '../../src/events/plan.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { FallbackRules } from './fallback-rules.js';
import { type ForkAsked, type Forked, ForkRules, type Gave } from './fork-rules.js';
import { type ChildSeen, UndoRules } from './undo-rules.js';
import { must } from './violation.js';

interface Seen {
  status:
    | 'waiting'
    | 'live'
    | 'sleeping'
    | 'retrying'
    | 'held'
    | 'completed'
    | 'skipped'
    | 'failed'
    | 'cancelled';
  attempt: number;
  /** the workflow it waits for, and how that ended */
  child?: string;
  childCost?: string;
  childUndo?: ChildSeen;
  gave?: Gave;
  /** a fork keeps it: it was done and paid in another workflow */
  isElsewhere?: true;
  branch?: 'then' | 'else';
}

/** They begin an append: what belongs together stands together before them. */
const FIRST: ReadonlySet<WorkflowEvent['type']> = new Set([
  'StepStarted',
  'StepCompleted',
  'StepAttemptFailed',
  'SignalReceived',
  'CancellationRequested',
  'WorkflowTimedOut',
] as const);

const UNDER_WAY: readonly Seen['status'][] = ['live', 'sleeping', 'retrying'];

/**
 * The rules of one run, judged from its history by code that shares nothing with the decider: what the decider gets
 * wrong, its own fold would get wrong as well.
 */
export class RunRules implements Forked {
  plan: Plan | undefined;
  planHash: string | undefined;
  approved = false;
  budget = 0n;
  holdId: string | undefined;
  closed = false;
  outcome: string | undefined;
  rollback: string | undefined;
  settled: bigint | undefined;
  spent = 0n;
  /** steps whose answer came for nothing, though another worker may have paid for the same step meanwhile */
  readonly free = new Set<string>();
  /** by workflows that its steps are */
  spentByChildren = 0n;
  /** what it was approved under without its owner */
  mandateId: string | undefined;
  private started = false;
  private ending = false;
  private paused = false;
  private offer: { readonly plan: Plan; readonly planHash: string } | undefined;
  private answered = false;
  /** the owner wants what was done kept */
  private keep = false;
  private kept: readonly string[] = [];
  private undoing: UndoRules | undefined;
  private fork: ForkRules | undefined;
  private readonly fallback = new FallbackRules();
  private readonly steps = new Map<string, Seen>();
  private readonly signals = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly takers = new Map<string, string>();
  /** nobody looked at the plan before it was approved */
  private automatic = false;
  /** what the owner said of steps he was asked about */
  private readonly answers = new Map<string, 'asked' | 'confirmed' | 'declined'>();

  constructor(
    readonly workflowId: string,
    readonly runNo: number,
  ) {}

  /** T36: the plan stands again, and what completed under it. */
  resume(
    last: RunRules,
    kept: readonly { readonly stepId: string }[],
    signals: readonly { readonly signalId: string }[] = [],
  ): void {
    this.plan = last.plan;
    this.planHash = last.planHash;
    this.kept = kept.map(({ stepId }) => stepId);
    const lost = [...last.steps].filter(([, { status }]) => status === 'completed').map(([id]) => id);
    const all = [...new Set([...lost, ...last.kept])].sort().join();
    must(
      [...this.kept].sort().join() === all,
      'I2',
      () => `${all} was paid for, and ${this.kept.join()} kept`,
    );
    must(last.undoing?.begun !== true, 'I8', () => 'a run goes on from what was undone');
    for (const { signalId } of signals) {
      const name = last.signals.get(signalId);
      must(name !== undefined, 'I7', () => `signal ${signalId} is carried on and was never heard`);
      const by = last.takers.get(signalId);
      const done = by !== undefined && last.steps.get(by)?.status === 'completed';
      must(!done, 'I7', () => `signal ${signalId} is carried on, and ${by} has it`);
      this.signals.set(signalId, name);
    }
    for (const stepId of this.kept) this.steps.set(stepId, { ...last.step(stepId), attempt: 0 });
  }

  /** It goes on from where another workflow stands. */
  forkOf(from: ForkedFrom, source: Forked, asked: ForkAsked): void {
    this.fork = new ForkRules(from, source, asked);
  }

  /** It can be forked: it is over, or only an operator can bring it to its end. */
  get isOver(): boolean {
    return this.closed || this.rollbackFailed;
  }

  /** It has failed once, whatever was made of that since. */
  get rollbackFailed(): boolean {
    return this.undoing?.hasFailed === true;
  }

  statusOf = (stepId: string): string | undefined => this.steps.get(stepId)?.status;

  gaveOf(stepId: string): Gave | undefined {
    const seen = this.steps.get(stepId);
    return seen?.status === 'completed' ? seen.gave : undefined;
  }

  isUndone = (stepId: string): boolean => this.undoing?.isTaken(stepId) === true;

  /** Results of earlier runs it went on from, and which. */
  get wentOnFrom(): readonly ({ readonly stepId: string } & Gave)[] {
    if (!this.started) return [];
    return this.kept.flatMap((stepId) => {
      const gave = this.gaveOf(stepId);
      return gave ? [{ stepId, ...gave }] : [];
    });
  }

  /** Services that were asked to do a step so far, the newest last. */
  servicesOf(stepId: string): readonly BoundService[] {
    const step = this.planned(stepId);
    return step ? this.fallback.all(step) : [];
  }

  planned = (stepId: string): PlanStep | undefined => this.plan?.steps.find(({ id }) => id === stepId);

  /** Its parent has the run before undone: nothing else is done in this one. */
  rollBack(last: RunRules, { kept, budget, holdId }: WorkflowEventOf<'RollbackRequested'>): void {
    this.resume(last, kept);
    this.started = true;
    for (const { id } of this.plan?.steps ?? [])
      if (!this.kept.includes(id)) this.steps.set(id, { status: 'waiting', attempt: 0 });
    this.approved = true;
    this.budget = BigInt(budget);
    this.holdId = holdId;
    this.ending = true;
    const price = last.undos.price;
    must(price !== undefined, 'I8', () => `${this.workflowId} did nothing that could be undone`);
    must(this.budget >= price, 'I3', () => `${budget} is held to undo what may cost ${price}`);
  }

  /** Whether that attempt to undo a step is under way. */
  isUndoing = (stepId: string, attempt: number): boolean => this.undos.isUnderWay(stepId, attempt);

  /** What could be undone of what it did, by its own history. */
  get toUndo(): ChildSeen {
    return { undo: this.undos.price, lasting: this.undos.isLasting };
  }

  /** the workflow that a step has asked for */
  hasAskedFor = (stepId: string): string | undefined => this.steps.get(stepId)?.child;

  private isChild = (stepId: string): boolean =>
    this.plan?.steps.find(({ id }) => id === stepId)?.kind === 'workflow';

  /** Whether a step is undone by the workflow that it was. */
  isUndoneWithin = (stepId: string): boolean =>
    this.isChild(stepId) && this.plan?.steps.find(({ id }) => id === stepId)?.compensation === undefined;

  /** I4: what is called and paid is a step of the approved plan whose turn has come. */
  mayCall(stepId: string): PlanStep {
    must(this.approved && this.plan !== undefined, 'I4', () => `${stepId} was called before any approval`);
    const step = this.plan.steps.find(({ id }) => id === stepId);
    must(step?.service !== undefined, 'I4', () => `${stepId} is no paid step of the plan`);
    const seen = this.steps.get(stepId)?.status ?? 'waiting';
    must(!this.kept.includes(stepId), 'I2', () => `${stepId} was called again, though it was kept`);
    must(seen !== 'waiting' && seen !== 'skipped', 'I4', () => `${stepId} was called while it was ${seen}`);
    return step;
  }

  /** What undoes a step: a service the plan names, called when the step's turn has come. */
  mayUndo(stepId: string): PlanStep {
    must(this.undoing !== undefined, 'I8', () => `${stepId} was undone, and nothing was to be`);
    return this.undoing.mayCall(stepId);
  }

  /** A service did what it was called for. */
  did(key: string, stepId: string, undo: boolean): void {
    if (undo) this.undoing?.didOutside(key, stepId);
  }

  apply(event: WorkflowEvent): void {
    if (FIRST.has(event.type)) this.nobodyWaitsInVain();
    switch (event.type) {
      case 'PlanProposed':
        this.plan = event.plan;
        this.planHash = event.planHash;
        this.fork?.proposed(event.plan);
        return;
      case 'StepKept': {
        must(this.fork !== undefined, 'I4', () => `${event.stepId} was kept, and of nothing`);
        const { stepId, branch } = event;
        const gave = this.fork.kept(event);
        this.kept = [...this.kept, stepId];
        this.steps.set(stepId, {
          ...{ status: 'completed', attempt: 0, gave, isElsewhere: true },
          ...(branch && { branch }),
        });
        return;
      }
      case 'ApprovalRequested':
        this.fork?.complete();
        // in the middle of a run, what was approved stands until something else is
        this.approved &&= this.steps.size > 0;
        this.answered = false;
        return;
      case 'ApprovalExpired':
        must(!this.answered, 'I9', () => 'an approval expired that was given');
        return;
      case 'WorkflowApproved':
        must(!this.answered, 'I9', () => 'one question was answered twice');
        if (this.offer) Object.assign(this, this.offer);
        this.offer = undefined;
        must(event.planHash === this.planHash, 'I4', () => 'another plan was approved than was proposed');
        this.answered = true;
        this.approved = true;
        this.automatic = event.automatic;
        this.budget = BigInt(event.budget);
        this.holdId = event.holdId;
        this.mandateId ??= event.automatic ? event.mandateId : undefined;
        must(
          this.budget === this.required,
          'I3',
          () => `${this.budget} was approved of a plan that may cost ${this.required}`,
        );
        return;
      case 'ExecutionStarted':
        must(this.approved, 'I4', () => 'a run started without approval');
        must(this.steps.size === this.kept.length, 'I9', () => 'a run started twice');
        this.started = true;
        for (const { id } of this.plan!.steps)
          if (!this.kept.includes(id)) this.steps.set(id, { status: 'waiting', attempt: 0 });
        return;
      case 'StepScheduled':
        this.schedule(event.stepId, event.attempt);
        return;
      case 'StepStarted': {
        const seen = this.live(event.stepId, event.attempt, 'started');
        seen.attempt = event.attempt;
        return;
      }
      case 'StepWaitStarted':
        Object.assign(this.live(event.stepId, event.attempt, 'began to wait'), {
          status: 'sleeping',
          ...(event.child !== undefined && { child: event.child }),
        });
        return;
      case 'ChildDismissed':
        must(
          this.step(event.stepId).child === event.childId,
          'I7',
          () => `${event.childId} was dismissed, and nobody asked for it`,
        );
        return;
      case 'ChildClosed': {
        const seen = this.step(event.stepId);
        must(
          seen.status === 'sleeping' && seen.child === event.childId && seen.attempt === event.attempt,
          'I7',
          () => `${event.stepId} heard of ${event.childId} while it was ${seen.status} ${seen.attempt}`,
        );
        if (event.outcome !== 'completed') return;
        seen.status = 'live';
        seen.childCost = event.cost;
        seen.childUndo = {
          undo: event.undo === undefined ? undefined : BigInt(event.undo),
          lasting: event.lasting === true,
        };
        return;
      }
      case 'SignalReceived':
        must(!this.ending, 'I9', () => `signal ${event.signalId} was heard while the run was ending`);
        must(!this.signals.has(event.signalId), 'I7', () => `signal ${event.signalId} was heard twice`);
        this.signals.set(event.signalId, event.name);
        return;
      case 'StepSignalled':
        this.signalled(event);
        return;
      case 'StepCompleted': {
        if (this.step(event.stepId).status === 'sleeping') this.step(event.stepId).status = 'live';
        const seen = this.live(event.stepId, event.attempt, 'completed');
        if (this.isChild(event.stepId)) {
          must(
            seen.childCost === event.cost,
            'I5',
            () => `${event.stepId} says another cost than ${seen.child}`,
          );
          this.spentByChildren += BigInt(event.cost);
        }
        seen.status = 'completed';
        seen.gave = this.gave(event);
        if (event.cost === '0') this.free.add(event.stepId);
        if (event.branch) seen.branch = event.branch;
        this.spent += BigInt(event.cost);
        must(this.spent <= this.budget, 'I3', () => `${this.spent} was spent of ${this.budget} approved`);
        return;
      }
      case 'PriceDriftDetected':
        this.offer = event;
        this.step(event.stepId).status = 'held';
        return;
      case 'BudgetExhausted':
        if (event.stepId !== undefined) this.step(event.stepId).status = 'held';
        return;
      case 'StepReassigned':
        this.fallback.reassigned(event, this.planned(event.stepId)!);
        this.step(event.stepId).status = 'held';
        return;
      case 'StepHeld':
        this.step(event.stepId).status = 'held';
        return;
      case 'ExecutionPaused':
        must(!this.paused, 'I9', () => 'a run was paused twice');
        this.paused = true;
        return;
      case 'ExecutionResumed':
        must(this.paused, 'I9', () => 'a run was resumed that was not paused');
        must(this.answered, 'I4', () => 'a run went on while its owner was asked');
        this.paused = false;
        return;
      case 'StepConfirmationRequested':
        must(!this.answers.has(event.stepId), 'I9', () => `it was asked twice about ${event.stepId}`);
        this.answers.set(event.stepId, 'asked');
        return;
      case 'StepConfirmed':
      case 'StepConfirmationDeclined':
        must(
          this.answers.get(event.stepId) === 'asked',
          'I9',
          () => `${event.type} of ${event.stepId}, and nobody waited for it`,
        );
        this.answers.set(event.stepId, event.type === 'StepConfirmed' ? 'confirmed' : 'declined');
        return;
      case 'StepRetryScheduled':
        this.step(event.stepId).status = 'retrying';
        return;
      case 'StepFailed':
        this.step(event.stepId).status = 'failed';
        return;
      case 'StepSkipped':
        must(this.step(event.stepId).status === 'waiting', 'I7', () => `${event.stepId} was skipped late`);
        this.step(event.stepId).status = 'skipped';
        return;
      case 'StepCancelled':
        this.step(event.stepId).status = 'cancelled';
        return;
      case 'CancellationRequested':
        this.keep = event.rollback === false;
        this.ending = true;
        return;
      case 'WorkflowFailed':
        this.ending = true;
        return;
      case 'RunClosed': {
        const open = [...this.steps].find(([, { status }]) => UNDER_WAY.includes(status));
        must(open === undefined, 'I9', () => `the run closed while ${open?.[0]} was under way`);
        must(
          BigInt(event.totalCost) === this.spent,
          'I5',
          () => `${event.totalCost} told, ${this.spent} spent`,
        );
        this.undos.closes(event, this.keep);
        this.closed = true;
        this.outcome = event.outcome;
        this.rollback = event.rollback;
        return;
      }
      case 'CompensationStarted':
      case 'StepCompensationScheduled':
      case 'StepCompensationStarted':
      case 'StepCompensated':
      case 'StepCompensationRetryScheduled':
      case 'StepCompensationFailed':
      case 'CompensationFailed':
      case 'CompensationRestarted':
      case 'CompensationCompleted':
      case 'CompensationResolved':
        this.undo(event);
        return;
      case 'WorkflowSettled':
        must(this.settled === undefined, 'I9', () => 'a run was settled twice');
        this.settled = BigInt(event.actual);
    }
  }

  get describe(): string {
    const steps = [...this.steps].map(([id, { status, attempt }]) => `${id} ${status} ${attempt}`);
    return `${this.workflowId} run ${this.runNo}: ${this.approved ? 'approved' : 'not approved'}, ${steps.join(', ')}`;
  }

  /** Everything about undoing, and what it cost. */
  private undo(event: WorkflowEvent): void {
    must(this.ending, 'I8', () => `${event.type} in a run that goes on`);
    must(!this.keep, 'I8', () => `${event.type} in a run whose owner wants everything kept`);
    this.spent += this.undos.apply(event);
    must(this.spent <= this.budget, 'I3', () => `${this.spent} was spent of ${this.budget} approved`);
  }

  private get undos(): UndoRules {
    const nothing = { steps: [] } as unknown as Plan;
    this.undoing ??= new UndoRules(
      this.plan ?? nothing,
      (id) => this.steps.get(id)?.status === 'completed' && !this.steps.get(id)?.isElsewhere,
      (id) => this.steps.get(id)?.childUndo,
    );
    return this.undoing;
  }

  /** Most that what is still to be done may cost, and what was done here may cost to undo. */
  private get required(): bigint {
    let sum = 0n;
    for (const { id, maxCost, compensation } of this.plan?.steps ?? []) {
      const seen = this.kept.includes(id) ? this.steps.get(id) : undefined;
      if (!seen) sum += BigInt(maxCost);
      if (!seen?.isElsewhere) sum += BigInt(compensation?.maxCost ?? seen?.childUndo?.undo ?? 0n);
    }
    return sum;
  }

  /** What a step gave; who was paid for it is who it was bound to. */
  private gave(event: WorkflowEventOf<'StepCompleted'>): Gave {
    const { stepId, attempt, inputHash, outputHash, branch, startedAt, completedAt, output, payment } = event;
    const payTo = this.servicesOf(stepId).at(-1)?.payTo;
    const isOwn = !payment || payment.payee === payTo;
    must(isOwn, 'I4', () => `${stepId} was done by ${payTo}, and ${payment?.payee} was paid`);
    const { workflowId, runNo } = this;
    const of = { attempt, inputHash, outputHash, branch, startedAt, completedAt };
    return { by: { workflowId, runNo }, of, output };
  }

  /** A signal that was heard is taken once, by a step that waits for its name. */
  private signalled({ stepId, attempt, signalId }: WorkflowEventOf<'StepSignalled'>): void {
    const seen = this.step(stepId);
    must(
      seen.status === 'sleeping' && seen.attempt === attempt,
      'I7',
      () => `attempt ${attempt} of ${stepId} was signalled while it was ${seen.status} ${seen.attempt}`,
    );
    const wanted = this.plan!.steps.find(({ id }) => id === stepId)!.signal?.name;
    must(this.signals.get(signalId) === wanted, 'I7', () => `${stepId} took a signal of another name`);
    must(!this.taken.has(signalId), 'I7', () => `signal ${signalId} was taken twice`);
    this.taken.add(signalId);
    this.takers.set(signalId, stepId);
    seen.status = 'live';
  }

  /** A step that waits for what is there to be taken. */
  private nobodyWaitsInVain(): void {
    for (const [signalId, name] of this.signals) {
      const waits = ({ id, signal }: PlanStep) =>
        signal?.name === name && this.steps.get(id)?.status === 'sleeping';
      const step = this.taken.has(signalId) ? undefined : this.plan!.steps.find(waits);
      must(step === undefined, 'I7', () => `${step?.id} waited for signal ${signalId} that had come`);
    }
  }

  /** I7, and T13's bound on what runs at once. */
  private schedule(stepId: string, attempt: number): void {
    must(!this.ending, 'I7', () => `${stepId} was scheduled while the run was ending`);
    must(!this.paused, 'I7', () => `${stepId} was scheduled while the run was paused`);
    const seen = this.step(stepId);
    const expected = seen.status === 'waiting' ? 1 : seen.attempt + 1;
    must(
      (seen.status === 'waiting' || seen.status === 'retrying' || seen.status === 'held') &&
        attempt === expected,
      'I7',
      () => `attempt ${attempt} of ${stepId} was scheduled while it was ${seen.status} ${seen.attempt}`,
    );
    const { dependencies, toleratesSkipped, when, sideEffect } = this.plan!.steps.find(
      ({ id }) => id === stepId,
    )!;
    const answer =
      this.answers.get(stepId) ?? (this.automatic && sideEffect === 'irreversible' ? 'none' : '');
    must(
      answer === '' || answer === 'confirmed',
      'I4',
      () => `${stepId} was scheduled, and its confirmation is ${answer}`,
    );
    for (const id of dependencies) {
      const { status } = this.step(id);
      const over =
        status === 'completed' || (toleratesSkipped && (status === 'skipped' || status === 'failed'));
      must(over, 'I7', () => `${stepId} was scheduled while ${id} was ${status}`);
    }
    if (when)
      must(this.step(when.step).branch === when.branch, 'I7', () => `${stepId} is of a branch not taken`);
    seen.status = 'live';
    seen.attempt = attempt;
    const live = [...this.steps.values()].filter(({ status }) => status === 'live').length;
    must(live <= LIMITS.concurrentSteps, 'I7', () => `${live} steps at once`);
  }

  private live(stepId: string, attempt: number, what: string): Seen {
    const seen = this.step(stepId);
    must(
      seen.status === 'live' && seen.attempt === attempt,
      'I7',
      () => `attempt ${attempt} of ${stepId} ${what} while it was ${seen.status} ${seen.attempt}`,
    );
    return seen;
  }

  private step(stepId: string): Seen {
    const seen = this.steps.get(stepId);
    must(seen !== undefined, 'I4', () => `${stepId} is no step of the approved plan`);
    return seen;
  }
}
