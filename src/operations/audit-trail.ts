import type { AuditEvent, CommandRejected } from '../events/audit.js';
import { assertStorable } from '../events/catalogue.js';
import type { EventOf } from '../events/define.js';
import type { Refusal } from '../kernel/errors.js';
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

type Rejected = Pick<EventOf<typeof CommandRejected>, 'category' | 'aggregateId' | 'command'>;

/** What was asked under `context`, and why it was refused. */
export const recordRefused = (
  parts: AuditParts,
  what: Rejected,
  { code, message }: Refusal,
  context: CommandContext,
): Promise<Appended> =>
  recordAudit(
    parts,
    { type: 'CommandRejected', v: 1, ...what, code, message: message.slice(0, 500) },
    { ...context, commandId: `${context.commandId}/rejected` },
  );
