/**
 * A saga as pure functions: from an event, and a small state of its own, to what should happen next. The runner
 * around it is durable and at-least-once, and derives the id of every reaction from the event that caused it,
 * so that a second delivery changes nothing.
 */
export interface ProcessManager<State, Event, Reaction> {
  readonly name: string;
  /** Event types it wants to see; anything else is not delivered. */
  readonly handles: readonly string[];
  /** The instance an event belongs to, or undefined when it belongs to none. */
  correlate(event: Event): string | undefined;
  readonly initial: State;
  evolve(state: State, event: Event): State;
  react(event: Event, state: State): readonly Reaction[];
}
