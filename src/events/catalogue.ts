import type { DomainEvent } from '../kernel/event.js';
import { apiKeyEvents } from './api-key.js';
import { auditEvents } from './audit.js';
import { batchEvents } from './batch.js';
import { conforms } from './conforms.js';
import type { EventDefinition } from './define.js';
import { earningsEvents } from './earnings.js';
import { depositEvents, escrowEvents } from './escrow.js';
import { issuerEvents } from './issuer.js';
import { mandateEvents } from './mandate.js';
import { paymentEvents } from './payment.js';
import { receiptEvents } from './receipt.js';
import { receiptLogEvents } from './receipt-log.js';
import { settlementEvents } from './settlement.js';
import { upcasters } from './upcasters/index.js';
import { userEvents } from './user.js';
import { workflowEvents } from './workflow.js';

/** Every event type this version knows, by category of its stream. */
export const eventCatalogue = {
  workflow: workflowEvents,
  escrow: escrowEvents,
  deposit: depositEvents,
  payment: paymentEvents,
  receipt: receiptEvents,
  user: userEvents,
  apikey: apiKeyEvents,
  audit: auditEvents,
  batch: batchEvents,
  mandate: mandateEvents,
  settlement: settlementEvents,
  earnings: earningsEvents,
  log: receiptLogEvents,
  issuer: issuerEvents,
} as const satisfies Record<string, readonly EventDefinition[]>;

const current = new Map<string, EventDefinition>(
  Object.values(eventCatalogue)
    .flat()
    .map((definition) => [definition.type, definition as EventDefinition]),
);

const checks = new Map([...current].map(([type, { schema }]) => [type, conforms(schema)]));

export const eventDefinition = (type: string): EventDefinition | undefined => current.get(type);

/** @throws Error when an event is not what its schema says: a bug of ours, caught before it becomes history */
export function assertStorable(event: DomainEvent): void {
  const definition = current.get(event.type);
  if (!definition) throw new Error(`no event of this version is called ${event.type}`);
  // says what is wrong with it
  if (!checks.get(event.type)!(event)) definition.schema.parse(event);
}

/** Whether {@link upcast} can read it. */
export const isReadable = (stored: DomainEvent): boolean =>
  current.get(stored.type)?.v === stored.v || upcasters.has(key(stored));

/** Brings a stored event to the version this program speaks. @throws Error for an unknown type or version */
export function upcast(stored: DomainEvent): DomainEvent {
  if (current.get(stored.type)?.v === stored.v) return stored;
  let event = stored;
  for (let step = upcasters.get(key(event)); step; step = upcasters.get(key(event))) event = step(event);
  if (current.get(event.type)?.v !== event.v)
    throw new Error(
      `this program cannot read ${stored.type} version ${stored.v}: it was written by a newer one`,
    );
  return event;
}

const key = (event: DomainEvent): string => `${event.type}@${event.v}`;
