import type { Aggregate } from '../kernel/aggregate.js';
import { Coalescer } from '../kernel/coalescer.js';
import { reactionId } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { JobQueue } from '../ports/jobs.js';
import type { TimerStore } from '../ports/timers.js';
import type { Reaction, SentCommand, StepTask, TimedAction } from '../sagas/reaction.js';
import type { CommandContext, Dispatch } from './dispatch.js';
import { TimerBuffer } from './timer-buffer.js';

// biome-ignore lint/suspicious/noExplicitAny: aggregates of every state and command stand in one table
export type AnyAggregate = Aggregate<any, any, any>;

export interface Cause {
  readonly processManager: string;
  readonly eventId: string;
  readonly correlationId: string;
  readonly stream: string;
  readonly revision: number;
}

/** Does what follows from one correlation when its turn has come. */
export type InTurn = <T>(correlationId: string, work: () => Promise<T>) => Promise<T>;

const AT_ONCE = 500;

/** Carries out what sagas and timers ask for. Every call may be repeated. */
export class Reactor {
  private readonly aggregates: ReadonlyMap<string, AnyAggregate>;
  private readonly timers: TimerBuffer;
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
  ) {
    this.aggregates = new Map(aggregates.map((aggregate) => [aggregate.category, aggregate]));
    this.timers = new TimerBuffer(timers, clock, holdTimersMs);
    this.publish = new Coalescer((jobList) => jobs.publish(jobList), AT_ONCE);
  }

  async perform(reaction: Reaction, cause: Cause, index: number): Promise<void> {
    switch (reaction.do) {
      case 'command':
        return this.inTurn(cause.correlationId, () =>
          this.send(reaction.send, {
            commandId: reactionId(cause.processManager, cause.eventId, index),
            correlationId: cause.correlationId,
            causationId: cause.eventId,
            actor: { type: 'saga', id: cause.processManager },
            answers: cause,
          }),
        );
      case 'job':
        return this.inTurn(cause.correlationId, () => this.publish.add(reaction.job));
      case 'timer': {
        const { id, dueAt, action } = reaction;
        return this.timers.set({ id, dueAt: Date.parse(dueAt), action: toTimerAction(action, cause) });
      }
      case 'cancel-timers':
        return this.timers.cancel(reaction.ids);
      case 'run-step':
        return this.inTurn(cause.correlationId, () => this.runStep(reaction.step));
    }
  }

  /** Spares timers that would change nothing; one that cannot be spared fires, and nothing follows. */
  forgetTimers(ids: readonly string[]): void {
    this.timers.cancel(ids).catch(() => undefined);
  }

  /** Stores every timer that is still held: whoever waits for one is about to stop. */
  flush(): void {
    this.timers.flush();
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
