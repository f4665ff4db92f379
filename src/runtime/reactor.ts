import type { AnyAggregate } from '../kernel/aggregate.js';
import { Coalescer } from '../kernel/coalescer.js';
import { reactionId } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Job, JobQueue } from '../ports/jobs.js';
import type { TimerStore } from '../ports/timers.js';
import type { Reaction, SentCommand, StepTask, TimedAction } from '../sagas/reaction.js';
import type { CommandContext, Dispatch } from './dispatch.js';
import { TimerBuffer } from './timer-buffer.js';

export interface Cause {
  readonly processManager: string;
  readonly eventId: string;
  readonly correlationId: string;
  readonly stream: string;
  readonly revision: number;
  /** another process, or an earlier life of this one, may have reacted to it already */
  readonly mayBeRepeated?: boolean;
}

/** Something that was begun, and is not durable yet. */
export interface Begun {
  /** resolves when a crash would not lose it any more; to false when that will not be */
  readonly kept: Promise<boolean>;
}

/** Does jobs of this process itself, without the queue, where that is as good. */
export interface DirectJobs {
  /** @returns undefined when the job is to be queued */
  begin(job: Job, mayBeRepeated: boolean): Promise<Begun | undefined>;
  /** Makes durable what has been begun, so that nobody waits for its end. */
  flush(): void;
}

/** Does what follows from one correlation when its turn has come. */
export type InTurn = <T>(correlationId: string, work: () => Promise<T>) => Promise<T>;

/**
 * Whether a reaction to an event would change nothing, as far as one can tell without asking anybody. Where that is
 * not known, the answer is no.
 */
export type IsDone = (reaction: Reaction, event: Pick<Cause, 'stream' | 'revision'>) => boolean;

const AT_ONCE = 500;

/** Carries out what sagas and timers ask for. Every call may be repeated. */
export class Reactor {
  private readonly aggregates: ReadonlyMap<string, AnyAggregate>;
  private readonly timers: TimerBuffer;
  /** jobs that are being published, or that nobody said were */
  private readonly unsure = new Set<string>();
  /** jobs that this process does itself, until a crash would not lose them any more */
  private readonly inHand = new Map<string, Promise<boolean>>();
  private readonly publish: Coalescer<Parameters<JobQueue['publish']>[0][number]>;

  constructor(
    private readonly dispatch: Dispatch,
    aggregates: readonly AnyAggregate[],
    timers: TimerStore,
    jobs: Pick<JobQueue, 'publish'>,
    private readonly runStep: (task: StepTask) => Promise<void>,
    private readonly clock: Clock,
    private readonly chance: Pick<Chance, 'random'>,
    /** ms that a timer which is not due soon waits before it is stored, see {@link TimerBuffer} */
    holdTimersMs = 0,
    private readonly inTurn: InTurn = (_correlationId, work) => work(),
    private readonly direct?: DirectJobs,
    private readonly isDone: IsDone = () => false,
  ) {
    this.aggregates = new Map(aggregates.map((aggregate) => [aggregate.category, aggregate]));
    this.timers = new TimerBuffer(timers, clock, holdTimersMs);
    this.publish = new Coalescer((jobList) => jobs.publish(jobList), AT_ONCE);
  }

  /** Whether a reaction need not wait for a turn: what it cancels is held here, or it would change nothing. */
  takesNoTurn(reaction: Reaction, event: Pick<Cause, 'stream' | 'revision'>): boolean {
    return reaction.do === 'cancel-timers' ? this.timers.isHere(reaction.ids) : this.isDone(reaction, event);
  }

  /** Does at once what is left to do of a reaction that takes no turn: its timers need not exist. */
  passOver(reaction: Reaction): void {
    if (reaction.do === 'cancel-timers') this.forgetTimers(reaction.ids);
    if (reaction.do === 'timer') this.timers.spare(reaction.id);
  }

  /** @returns what was begun and is not over, if anything */
  async perform(reaction: Reaction, cause: Cause, index: number): Promise<Begun | undefined> {
    switch (reaction.do) {
      case 'command':
        await this.inTurn(cause.correlationId, () =>
          this.send(reaction.send, {
            commandId: reactionId(cause.processManager, cause.eventId, index),
            correlationId: cause.correlationId,
            causationId: cause.eventId,
            actor: { type: 'saga', id: cause.processManager },
            answers: cause,
          }),
        );
        return undefined;
      case 'job':
        return this.inTurn(cause.correlationId, () => this.begin(reaction.job, cause));
      case 'timer': {
        const { id, dueAt, action, watches } = reaction;
        const timer = { id, dueAt: Date.parse(dueAt), action: toTimerAction(action, cause) };
        await this.timers.set(timer, watches === undefined ? undefined : this.inHand.get(watches));
        return undefined;
      }
      case 'cancel-timers':
        await this.timers.cancel(reaction.ids);
        return undefined;
      case 'run-step':
        await this.inTurn(cause.correlationId, () => this.runStep(reaction.step));
        return undefined;
    }
  }

  private async begin(job: Job, { mayBeRepeated = false }: Cause): Promise<Begun | undefined> {
    const begun = await this.direct?.begin(job, mayBeRepeated || this.unsure.has(job.id));
    if (begun) return this.hasInHand(job.id, begun);
    // who was not answered may have been heard all the same
    this.unsure.add(job.id);
    await this.publish.add(job);
    this.unsure.delete(job.id);
    return undefined;
  }

  private hasInHand(jobId: string, begun: Begun): Begun {
    this.inHand.set(jobId, begun.kept);
    const isOver = () => {
      if (this.inHand.get(jobId) === begun.kept) this.inHand.delete(jobId);
    };
    begun.kept.then(isOver, isOver);
    return begun;
  }

  /** Spares timers that would change nothing; one that cannot be spared fires, and nothing follows. */
  forgetTimers(ids: readonly string[]): void {
    this.timers.cancel(ids).catch(() => undefined);
  }

  /** Makes durable all that is still held or in hand: whoever waits for it is about to stop. */
  flush(): void {
    this.timers.flush();
    this.direct?.flush();
  }

  /**
   * Stamps the moment and a random number on a command and sends it.
   * @param notBefore ms; a timer's command is never stamped before it was due, whatever the clock says meanwhile
   */
  async send(
    { category, id, command }: SentCommand,
    context: CommandContext,
    notBefore = Number.NEGATIVE_INFINITY,
  ): Promise<void> {
    const aggregate = this.aggregates.get(category);
    if (!aggregate) throw new Error(`no aggregate is called ${category}`);
    const stamped = {
      ...command,
      at: isoTime(Math.max(this.clock.now(), notBefore)),
      random: this.chance.random(),
    };
    await this.dispatch.send(aggregate, id, stamped, context);
  }
}

const toTimerAction = (
  action: TimedAction,
  cause: Cause,
): Parameters<TimerStore['set']>[0][number]['action'] =>
  action.do === 'job'
    ? action
    : {
        do: 'command',
        category: action.send.category,
        aggregateId: action.send.id,
        command: action.send.command,
        correlationId: cause.correlationId,
      };
