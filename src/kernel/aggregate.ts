import type { Decider } from './decider.js';
import type { DomainEvent } from './event.js';
import type { Category } from './ids.js';

/** A decider and the category of the streams it lives in. */
export interface Aggregate<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly category: Category;
  readonly decider: Decider<State, Command, Event>;
}
