import { describe, expect, it } from '@jest/globals';
import { newEvent } from '../../../test/contracts/event-store/harness.js';
import type { NewEvent } from '../../kernel/event.js';
import { appendRows, MOST_EVENTS } from './append-rows.js';
import { recordedOf } from './event-rows.js';

const { metadata } = newEvent();
const said = (commandId: string) => ({ ...metadata, commandId });
const event = (about: NewEvent['metadata'], note: unknown = 1): NewEvent => ({
  ...newEvent('Happened', note),
  metadata: about,
});
const readBack = (events: readonly NewEvent[]) =>
  appendRows(events).rows.flatMap((row) =>
    recordedOf({ ...row, stream: 't-1', revision: row.through - 1, position: `${row.through}` }),
  );

describe('the rows of an append', () => {
  it('say once what several events have in common, and read back as they were', () => {
    const [a, b] = [said('a'), said('b')];
    const events = [event(a), event(a), event(b), event(b), event(b), event(a)];
    const { rows } = appendRows(events);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.metadata.split('\n').map((line) => line !== '')).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(readBack(events).map(({ id, event, metadata }) => ({ id, event, metadata }))).toEqual(events);
    expect(readBack(events).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('each begin with what is said of their first event', () => {
    const about = said('a');
    const events = Array.from({ length: 40 }, (_, nth) => event(about, `${nth}`.padEnd(600)));
    const { rows, bytes, dataBytes } = appendRows(events);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      expect(row.metadata.split('\n')[0]).toBe(JSON.stringify(about));
      expect(row.ids.length + row.types.length + row.data.length + row.metadata.length).toBeLessThanOrEqual(
        7_600,
      );
    }
    expect(rows.map(({ size }) => size).reduce((sum, size) => sum + size)).toBe(40);
    expect(rows.at(-1)!.through).toBe(40);
    expect(readBack(events).map((one) => one.event)).toEqual(events.map((one) => one.event));
    expect(dataBytes).toBe(events.reduce((sum, one) => sum + JSON.stringify(one.event).length, 0));
    expect(bytes).toBeGreaterThan(dataBytes);
  });

  it('hold no more events than a reader looks for, and a long event by itself', () => {
    const about = said('a');
    const many = Array.from({ length: MOST_EVENTS + 1 }, () => ({
      ...event(about),
      event: { type: 'X', v: 1 },
    }));
    expect(Math.max(...appendRows(many).rows.map(({ size }) => size))).toBeLessThanOrEqual(MOST_EVENTS);
    const long = [event(about), event(about, 'x'.repeat(100_000)), event(about)];
    expect(appendRows(long).rows.map(({ through, size }) => [through, size])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('name the events with which commands begin', () => {
    const [a, b] = [said('a'), said('b')];
    const events = [event(a), event(a), event(b), event(a)];
    const { beginnings, nths } = appendRows(events);
    expect(beginnings).toEqual([events[0]!.id, events[2]!.id, events[3]!.id]);
    expect(nths).toEqual([1, 3, 4]);
  });
});
