import type { Decider } from './decider.js';
import type { DomainEvent } from './event.js';
import type { Category } from './ids.js';

/** What the runtime needs to carry out commands of one kind: the rules, and the streams they are written to. */
export interface Aggregate<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly category: Category;
  readonly decider: Decider<State, Command, Event>;
  /** of streams that grow as long as the installation lives: they are always gone on with from a snapshot */
  readonly isEndless?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: aggregates of every state and command stand side by side
export type AnyAggregate = Aggregate<any, any, any>;
