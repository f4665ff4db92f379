import { Refusal } from '../kernel/errors.js';
import type { NewEvent } from '../kernel/event.js';
import type { ExpectedRevision } from '../ports/event-store.js';

/** Revision of a stream that has no event yet, as adapters count. */
export const NO_REVISION = -1;

export const isExpected = (expected: ExpectedRevision, actual: number): boolean =>
  expected === 'any' || actual === (expected === 'none' ? NO_REVISION : expected);

export const conflict = (stream: string, expected: ExpectedRevision, actual: number): Refusal =>
  new Refusal(
    'CONFLICT',
    `Stream ${stream} was expected at ${expected}, but stands at ${actual === NO_REVISION ? 'none' : actual}.`,
    { stream, expected, actual: actual === NO_REVISION ? 'none' : actual },
    'retryable',
  );

/** Where an event id already stands. */
export interface Standing {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
}

/**
 * An append sent twice finds its own events. It is answered as the first time if all of them stand in this
 * stream, together, in order, and where this append would have put them.
 * @returns revision of the last one, or undefined when this is another append
 */
export function standsAlready(
  stream: string,
  ids: readonly string[],
  expected: ExpectedRevision,
  standing: readonly Standing[],
): number | undefined {
  const byId = new Map(standing.map((event) => [event.id, event]));
  const first = byId.get(ids[0]!)?.revision;
  if (first === undefined) return undefined;
  if (expected !== 'any' && first !== (expected === 'none' ? 0 : expected + 1)) return undefined;
  const together = ids.every((id, index) => {
    const event = byId.get(id);
    return event?.stream === stream && event.revision === first + index;
  });
  return together ? first + ids.length - 1 : undefined;
}

const STREAM = /^[a-z][a-z0-9]*-[\x21-\x7e]{1,200}$/;

/** A programming error rather than a refusal: no caller's input reaches a stream name unchecked. */
export function assertAppend(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): void {
  if (!STREAM.test(stream)) throw new RangeError(`not a stream name: ${stream.slice(0, 80)}`);
  if (events.length === 0) throw new RangeError(`an append of no events to ${stream}`);
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0))
    throw new RangeError(`not a revision: ${expected}`);
  if (namesOneTwice(events)) throw new RangeError(`an append to ${stream} carries one event id twice`);
}

/** So few are compared with each other: a set would have to hash all of their ids, which nobody else needs. */
const FEW = 40;

function namesOneTwice(events: readonly NewEvent[]): boolean {
  if (events.length > FEW) return new Set(events.map(({ id }) => id)).size !== events.length;
  for (let at = 1; at < events.length; at++) {
    const { id } = events[at]!;
    for (let before = 0; before < at; before++) if (events[before]!.id === id) return true;
  }
  return false;
}
