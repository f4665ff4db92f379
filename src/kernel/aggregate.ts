import type { Decider } from './decider.js';
import type { DomainEvent } from './event.js';
import type { Category } from './ids.js';

/** What the runtime needs to carry out commands of one kind: the rules, and the streams they are written to. */
export interface Aggregate<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly category: Category;
  readonly decider: Decider<State, Command, Event>;
}
