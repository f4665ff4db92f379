import type { Aggregate } from '../kernel/aggregate.js';
import type { Actor, DomainEvent, Position } from '../kernel/event.js';

/** Who sends a command, and why. Event ids derive from `commandId`: sending it twice changes nothing. */
export interface CommandContext {
  readonly commandId: string;
  /** usually the workflow's id: one correlation per run of work */
  readonly correlationId: string;
  /** id of the event or call that caused this; defaults to the command id */
  readonly causationId?: string;
  readonly actor: Actor;
  readonly traceparent?: string;
  /**
   * The event this command answers. A decision that nothing is left to do is believed on any state that knows the
   * event; without it, such a decision is made again on the newest state.
   */
  readonly answers?: { readonly stream: string; readonly revision: number };
}

export interface Dispatched<State, Event> {
  /** empty when the command's effect was there already */
  readonly events: readonly Event[];
  readonly state: State;
  /** -1 for a stream without events */
  readonly revision: number;
  /** where the append went; absent when nothing was appended */
  readonly position: Position | undefined;
}

/** The one way to change anything. Implemented by {@link file://./command-handler.ts}. */
export interface Dispatch {
  /**
   * Loads, decides, appends; on a conflict decides again, up to LIMITS.appendRetries times.
   * @throws Refusal of the decider (also recorded in the audit stream), or CONCURRENT_UPDATE
   */
  send<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    command: C,
    context: CommandContext,
  ): Promise<Dispatched<S, E>>;

  /**
   * State at the newest revision.
   * @param atLeast a revision known to exist: a state kept in memory that has it is new enough
   */
  load<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    atLeast?: number,
  ): Promise<{ readonly state: S; readonly revision: number }>;
}

/** One command of a conversation. */
export interface Said<C> {
  readonly command: C;
  readonly context: CommandContext;
}

/** Several commands to one aggregate that become durable together. */
export interface Converse {
  /**
   * Asks `next` for a command, decides it, shows `next` the state it leads to, and so on until there is none; then
   * one append holds all of it. Only for commands that cause nothing outside: after a crash or a conflict `next` is
   * asked again from the stored state.
   * @param isNew the id was made for this conversation, so that nothing has to be read first
   * @throws Refusal of a decider: what was said before it is appended all the same
   */
  converse<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    next: (state: S) => Promise<Said<C> | undefined>,
    isNew?: boolean,
  ): Promise<Dispatched<S, E>>;
}

/** What this process happens to remember, without asking anybody. */
export interface Memory {
  /** @returns a state that was true once; undefined when nothing is remembered */
  known<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
  ): { readonly state: S; readonly revision: number } | undefined;
}
