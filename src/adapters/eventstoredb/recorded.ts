import type { AllStreamResolvedEvent, ResolvedEvent } from '@kurrent/kurrentdb-client';
import type { DomainEvent, EventMetadata, Recorded } from '../../kernel/event.js';
import { BEFORE_ALL, positionOf } from './positions.js';

/** @returns undefined for what this product did not write: a server may be shared */
export function recordedOf(resolved: ResolvedEvent | AllStreamResolvedEvent): Recorded | undefined {
  const event = resolved.event;
  if (!event?.isJson || !isDomainEvent(event.data)) return undefined;
  return {
    id: event.id,
    event: event.data,
    metadata: event.metadata as unknown as EventMetadata,
    stream: event.streamId,
    revision: Number(event.revision),
    position: event.position ? positionOf(event.position) : BEFORE_ALL,
  };
}

function isDomainEvent(data: unknown): data is DomainEvent {
  const { type, v } = (data ?? {}) as Partial<DomainEvent>;
  return typeof type === 'string' && typeof v === 'number';
}
