import type { DomainEvent, Recorded } from '../kernel/event.js';
import { idOfStream } from '../kernel/ids.js';

/** Narrows a recorded event to the union a saga handles; the runner delivers nothing else. */
export const eventOf = <E extends DomainEvent>(recorded: Recorded): E => recorded.event as E;

export const aggregateIdOf = (recorded: Recorded): string => idOfStream(recorded.stream);

/** Everything about one workflow carries its id as correlation. */
export const byCorrelation = (recorded: Recorded): string => recorded.metadata.correlationId;

export const noState = { initial: undefined, evolve: () => undefined } as const;
