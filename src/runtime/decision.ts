import { assertStorable } from '../events/catalogue.js';
import type { Aggregate } from '../kernel/aggregate.js';
import { Refusal } from '../kernel/errors.js';
import { type DomainEvent, type EventMetadata, eventId, type NewEvent } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { CommandContext, Said } from './dispatch.js';

export const tooManyConflicts = (conflicts: number): Refusal =>
  new Refusal('CONCURRENT_UPDATE', 'Others kept changing this at the same time.', { conflicts }, 'retryable');

/** Decides one command after another on the state each leads to; a refusal ends it. */
export async function hold<S, C extends { readonly type: string }, E extends DomainEvent>(
  aggregate: Aggregate<S, C, E>,
  start: S,
  next: (state: S) => Promise<Said<C> | undefined>,
  clock: Clock,
) {
  const events: E[] = [];
  const toStore: NewEvent[] = [];
  let state = start;
  for (let said = await next(state); said; said = await next(state)) {
    const decision = decide(aggregate, said.command, state);
    if (decision instanceof Refusal) return { state, events, toStore, refusal: decision };
    if (decision.length === 0) break;
    events.push(...decision);
    toStore.push(...toAppend(decision, said.context, clock.now()));
    state = decision.reduce((at, event) => aggregate.decider.evolve(at, event), state);
  }
  return { state, events, toStore, refusal: undefined };
}

export const decide = <S, C extends { readonly type: string }, E extends DomainEvent>(
  aggregate: Aggregate<S, C, E>,
  command: C,
  state: S,
): readonly E[] | Refusal => {
  try {
    return aggregate.decider.decide(command, state);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
};

export function toAppend(events: readonly DomainEvent[], context: CommandContext, now: number): NewEvent[] {
  const metadata: EventMetadata = {
    commandId: context.commandId,
    correlationId: context.correlationId,
    causationId: context.causationId ?? context.commandId,
    actor: context.actor,
    occurredAt: isoTime(now),
    ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
  };
  return events.map((event, index) => {
    assertStorable(event);
    return { id: eventId(context.commandId, index), event, metadata };
  });
}
