import { expect, it } from '@jest/globals';
import { comparePositions } from '../../../src/kernel/event.js';
import type { EventStore, ReadOptions } from '../../../src/ports/event-store.js';
import { all, freshCategory, newEvent, newEvents, notes } from './harness.js';

export function reading(store: () => EventStore): void {
  it('reads an unknown stream as empty', async () => {
    expect(await all(store().read(`${freshCategory()}-1`))).toEqual([]);
    expect(await all(store().read(`${freshCategory()}-1`, { backwards: true }))).toEqual([]);
  });

  it.each<[ReadOptions, number[]]>([
    [{}, [0, 1, 2, 3, 4]],
    [{ from: 2 }, [2, 3, 4]],
    [{ from: 1, limit: 2 }, [1, 2]],
    [{ limit: 0 }, []],
    [{ from: 5 }, []],
    [{ backwards: true }, [4, 3, 2, 1, 0]],
    [{ backwards: true, limit: 1 }, [4]],
    [{ backwards: true, from: 2 }, [2, 1, 0]],
    [{ backwards: true, from: 9, limit: 2 }, [4, 3]],
  ])('reads a stream of five with %j', async (options, expected) => {
    const name = `${freshCategory()}-1`;
    await store().append(name, newEvents(5), 'none');
    expect((await all(store().read(name, options))).map((event) => event.revision)).toEqual(expected);
  });

  it('reads a stream of 1,500 events in order, both ways', async () => {
    const name = `${freshCategory()}-1`;
    for (let i = 0; i < 3; i++) await store().append(name, newEvents(500), 'any');
    const revisions = Array.from({ length: 1_500 }, (_, i) => i);
    expect((await all(store().read(name))).map((event) => event.revision)).toEqual(revisions);
    const backwards = await all(store().read(name, { backwards: true }));
    expect(backwards.map((event) => event.revision)).toEqual(revisions.reverse());
  });

  it('stops reading when its reader has seen enough', async () => {
    const name = `${freshCategory()}-1`;
    await store().append(name, newEvents(5), 'none');
    for await (const event of store().read(name)) {
      expect(event.revision).toBe(0);
      break;
    }
    expect(await all(store().read(name))).toHaveLength(5);
  });

  it('reads all streams in one order, which is the order of positions', async () => {
    const [a, b] = [freshCategory(), freshCategory()];
    const after = await store().head();
    await store().append(`${a}-1`, newEvents(2), 'none');
    await store().append(`${b}-1`, newEvents(1), 'none');
    await store().append(`${a}-1`, newEvents(1), 'any');
    const events = await all(store().readAll({ after, filter: { categories: [a, b] } }));
    expect(events.map((event) => `${event.stream}@${event.revision}`)).toEqual([
      `${a}-1@0`,
      `${a}-1@1`,
      `${b}-1@0`,
      `${a}-1@2`,
    ]);
    expect([...events].sort((x, y) => comparePositions(x.position, y.position))).toEqual(events);
    expect(new Set(events.map((event) => event.position)).size).toBe(4);
  });

  it('reads all after a position, up to a limit that counts what the filter lets through', async () => {
    const [a, b] = [freshCategory(), freshCategory()];
    const after = await store().head();
    for (let i = 0; i < 4; i++)
      for (const category of [a, b])
        await store().append(`${category}-1`, [newEvent(i % 2 ? 'Odd' : 'Even', i)], 'any');
    const read = async (limit: number | undefined, filter: object, from = after): Promise<unknown[]> =>
      notes(await all(store().readAll({ after: from, filter, ...(limit === undefined ? {} : { limit }) })));
    expect(await read(3, { categories: [b] })).toEqual([0, 1, 2]);
    expect(await read(undefined, { categories: [a], types: ['Odd'] })).toEqual([1, 3]);
    expect(await read(undefined, { categories: [a, b], types: ['Odd'] })).toEqual([1, 1, 3, 3]);
    expect(await read(undefined, { categories: [a], types: [] })).toEqual([]);
    const [, second] = await all(store().readAll({ after, filter: { categories: [a] } }));
    expect(await read(undefined, { categories: [a] }, second!.position)).toEqual([2, 3]);
  });

  it('does not take a category for another that begins with the same letters', async () => {
    const category = freshCategory();
    const after = await store().head();
    await store().append(`${category}x-1`, newEvents(1), 'none');
    expect(await all(store().readAll({ after, filter: { categories: [category] } }))).toEqual([]);
  });

  it('has the newest event at its head', async () => {
    const before = await store().head();
    const { position } = await store().append(`${freshCategory()}-1`, newEvents(2), 'none');
    expect(comparePositions(before, position)).toBe(-1);
    expect(await store().head()).toBe(position);
    expect(await all(store().readAll({ after: position }))).toEqual([]);
  });
}
