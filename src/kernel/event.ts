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

/** bytes of UTF-8 for a unit of UTF-16 */
const MOST_UTF8 = 3;

const NAMESPACE = Buffer.from('8f0d6c2e54a94d1b9f7e3f2a6c0b1d55', 'hex');
/** what is hashed, and what is written of it: used by one call at a time, for nothing in between waits */
const named = Buffer.alloc(512, NAMESPACE);
const text = Buffer.alloc(40);
const DASHES = [8, 13, 18, 23] as const;
const VARIANTS = Buffer.from('89ab');

/**
 * RFC 4122 version 5 over one fixed namespace: the same name always gives the same id. It is written in one piece: of
 * all that is kept in memory there are most of these, and a text that was put together stays a tree of its parts.
 */
export function uuidv5(name: string): string {
  const digest = hash('sha1', withNamespace(name), 'hex');
  text.write(digest, 'latin1');
  // the version, and the variant in the upper two bits
  text[12] = 0x35;
  text[16] = VARIANTS[Number.parseInt(digest[16]!, 16) & 0x3]!;
  text.copyWithin(24, 20, 32).copyWithin(19, 16, 20).copyWithin(14, 12, 16).copyWithin(9, 8, 12);
  for (const dash of DASHES) text[dash] = 0x2d;
  return text.toString('latin1', 0, 36);
}

function withNamespace(name: string): Buffer {
  const room = named.length - NAMESPACE.length;
  if (name.length * MOST_UTF8 > room) return Buffer.concat([NAMESPACE, Buffer.from(name)]);
  return named.subarray(0, NAMESPACE.length + named.write(name, NAMESPACE.length));
}

export const eventId = (commandId: string, index: number): string => uuidv5(`${commandId}/${index}`);

/** The id of the `index`-th reaction of `processManager` to an event. */
export const reactionId = (processManager: string, causeEventId: string, index: number): string =>
  uuidv5(`${processManager}/${causeEventId}/${index}`);
