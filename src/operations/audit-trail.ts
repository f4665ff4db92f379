import type { AuditEvent } from '../events/audit.js';
import { assertStorable } from '../events/catalogue.js';
import { eventId } from '../kernel/event.js';
import { streamOf } from '../kernel/ids.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Appended, EventStore } from '../ports/event-store.js';
import type { CommandContext } from '../runtime/dispatch.js';

export interface AuditParts {
  readonly store: EventStore;
  readonly clock: Clock;
}

/** What changes no aggregate goes into the stream of its day. */
export function recordAudit(
  { store, clock }: AuditParts,
  event: AuditEvent,
  { commandId, correlationId, causationId = commandId, actor, traceparent }: CommandContext,
): Promise<Appended> {
  assertStorable(event);
  const occurredAt = isoTime(clock.now());
  const metadata = {
    commandId,
    correlationId,
    causationId,
    actor,
    occurredAt,
    ...(traceparent !== undefined && { traceparent }),
  };
  return store.append(
    streamOf('audit', occurredAt.slice(0, 10)),
    [{ id: eventId(commandId, 0), event, metadata }],
    'any',
  );
}
