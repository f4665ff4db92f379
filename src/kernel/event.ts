import { hash } from 'node:crypto';

/** What every stored event says about how it came to be. */
export interface EventMetadata {
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: Actor;
  /** UTC, ISO 8601, milliseconds. */
  readonly occurredAt: string;
  readonly traceparent?: string;
}

export interface Actor {
  readonly type: 'user' | 'machine' | 'operator' | 'saga' | 'worker' | 'timer' | 'system';
  readonly id: string;
}

/** The least that every event has; each aggregate narrows it to a discriminated union. */
export interface DomainEvent {
  readonly type: string;
  readonly v: number;
}

/** An event about to be appended. */
export interface NewEvent<E extends DomainEvent = DomainEvent> {
  /** UUIDv5 of the command's id and the event's index, see {@link eventId}. */
  readonly id: string;
  readonly event: E;
  readonly metadata: EventMetadata;
}

/** Opaque to callers and comparable with {@link comparePositions} only. */
declare const position: unique symbol;
export type Position = string & { readonly [position]: true };

/** An event as the store gives it back. */
export interface Recorded<E extends DomainEvent = DomainEvent> extends NewEvent<E> {
  readonly stream: string;
  /** 0 for the first event of a stream, without gaps. */
  readonly revision: number;
  readonly position: Position;
}

/** Every adapter renders positions as fixed-width text, so that text order is store order. */
export const comparePositions = (a: Position, b: Position): number => (a < b ? -1 : a > b ? 1 : 0);

/** RFC 4122 version 5 over one fixed namespace: the same name always gives the same id. */
const NAMESPACE = Buffer.from('8f0d6c2e54a94d1b9f7e3f2a6c0b1d55', 'hex');

export function uuidv5(name: string): string {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'hex');
  // the version, and the variant in the upper two bits
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const eventId = (commandId: string, index: number): string => uuidv5(`${commandId}/${index}`);

/** The id of the `index`-th reaction of `processManager` to an event. */
export const reactionId = (processManager: string, causeEventId: string, index: number): string =>
  uuidv5(`${processManager}/${causeEventId}/${index}`);
