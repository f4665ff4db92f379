/**
 * An aggregate as two pure functions. No clock, no randomness, no I/O: times, ids and random numbers arrive in
 * the command. Deciding a command whose effect is already in the state yields no events, so that a command
 * delivered twice changes nothing.
 */
export interface Decider<State, Command, Event> {
  readonly initial: State;
  /** @throws Refusal with a literal code when the command is not allowed in this state */
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}

export const fold = <State, Command, Event>(
  decider: Decider<State, Command, Event>,
  events: Iterable<Event>,
  from: State = decider.initial,
): State => {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
};
