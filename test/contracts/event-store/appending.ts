import { expect, it } from '@jest/globals';
import { isRefusal } from '../../../src/kernel/errors.js';
import type { EventStore } from '../../../src/ports/event-store.js';
import { all, freshCategory, newEvent, newEvents, notes } from './harness.js';

const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not refused',
    (error: unknown) => (isRefusal(error) ? { code: error.code, kind: error.kind, ...error.figures } : error),
  );

export function appending(store: () => EventStore): void {
  const stream = (): string => `${freshCategory()}-1`;

  it('numbers a stream from 0 without gaps, and answers with the last revision', async () => {
    const name = stream();
    expect((await store().append(name, newEvents(2), 'none')).revision).toBe(1);
    expect((await store().append(name, newEvents(3), 1)).revision).toBe(4);
    expect((await all(store().read(name))).map((event) => event.revision)).toEqual([0, 1, 2, 3, 4]);
  });

  it('answers with the position of the last event', async () => {
    const category = freshCategory();
    const after = await store().head();
    const { position } = await store().append(`${category}-1`, newEvents(3), 'none');
    const written = await all(store().readAll({ after, filter: { categories: [category] } }));
    expect(written.map((event) => event.position)[2]).toBe(position);
  });

  it('accepts any revision when asked for none in particular', async () => {
    const name = stream();
    await store().append(name, newEvents(1), 'any');
    expect((await store().append(name, newEvents(1), 'any')).revision).toBe(1);
  });

  it.each([
    ['none', 2],
    [0, 2],
    [7, 2],
  ] as const)(
    'refuses an append at %s to a stream that stands at %i, with both figures',
    async (expected, actual) => {
      const name = stream();
      await store().append(name, newEvents(3), 'none');
      expect(await refusalOf(store().append(name, newEvents(1), expected))).toEqual({
        code: 'CONFLICT',
        kind: 'retryable',
        stream: name,
        expected,
        actual,
      });
      expect(await all(store().read(name))).toHaveLength(3);
    },
  );

  it('refuses a revision of a stream that does not exist', async () => {
    expect(await refusalOf(store().append(stream(), newEvents(1), 0))).toMatchObject({
      code: 'CONFLICT',
      actual: 'none',
    });
  });

  it.each(['none', 'any'] as const)(
    'answers an append repeated at %s as the first time',
    async (expected) => {
      const name = stream();
      const events = newEvents(3);
      const first = await store().append(name, events, expected);
      expect(await store().append(name, events, expected)).toMatchObject(first);
      expect(await all(store().read(name))).toHaveLength(3);
    },
  );

  it('answers a repeated append as the first time although the stream went on', async () => {
    const name = stream();
    const events = newEvents(2);
    await store().append(name, newEvents(2), 'none');
    const first = await store().append(name, events, 1);
    await store().append(name, newEvents(3), 3);
    expect(await store().append(name, events, 1)).toMatchObject({ revision: first.revision });
    expect(await all(store().read(name))).toHaveLength(7);
  });

  it('refuses an append that repeats only some events of another', async () => {
    const name = stream();
    const [a, b, c] = newEvents(3);
    await store().append(name, [a!, b!], 'none');
    expect(await refusalOf(store().append(name, [a!, c!], 'none'))).toMatchObject({ code: 'CONFLICT' });
    expect(await refusalOf(store().append(name, [a!, b!, c!], 'none'))).toMatchObject({ code: 'CONFLICT' });
    expect(notes(await all(store().read(name)))).toEqual([0, 1]);
  });

  it('lets exactly one of many concurrent appends to one stream win', async () => {
    const name = stream();
    await store().append(name, newEvents(1), 'none');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => refusalOf(store().append(name, [newEvent('Happened', i)], 0))),
    );
    expect(results.filter((result) => result === 'not refused')).toHaveLength(1);
    expect(await all(store().read(name))).toHaveLength(2);
  });

  it('keeps concurrent multi-event appends to one stream whole', async () => {
    const name = stream();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store().append(name, [newEvent('Happened', i), newEvent('Happened', i)], 'any'),
      ),
    );
    const written = notes(await all(store().read(name)));
    expect(written).toHaveLength(40);
    for (let i = 0; i < 40; i += 2) expect(written[i]).toBe(written[i + 1]);
  });

  it('accepts concurrent appends to many streams, and refuses only the wrong ones among them', async () => {
    const category = freshCategory();
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        refusalOf(store().append(`${category}-${i}`, newEvents(2), i % 10 === 3 ? 5 : 'none')),
      ),
    );
    results.forEach((result, i) => {
      if (i % 10 === 3) expect(result).toMatchObject({ code: 'CONFLICT', stream: `${category}-${i}` });
      else expect(result).toBe('not refused');
    });
  });

  it('gives metadata and content back as they came, in any script', async () => {
    const name = stream();
    const note = {
      text: 'Zażółć 例え 🧾 \u2028 \\ " \n \t \u0001',
      nested: [{ a: null, b: [true, -0.5, 1e21] }],
      empty: {},
    };
    const event = newEvent('Happened', note);
    const traced = { ...event, metadata: { ...event.metadata, traceparent: '00-ab-cd-01' } };
    await store().append(name, [traced], 'none');
    const [read] = await all(store().read(name));
    expect(read).toEqual({ ...traced, stream: name, revision: 0, position: read!.position });
  });

  it('stores an event of 100 KB', async () => {
    const name = stream();
    await store().append(name, [newEvent('Happened', 'é"'.repeat(50_000))], 'none');
    expect(notes(await all(store().read(name)))).toEqual(['é"'.repeat(50_000)]);
  });

  it('does not take a stream without a category, an append of nothing, or one id twice', async () => {
    const event = newEvent();
    await expect(store().append('nodash', [event], 'none')).rejects.toThrow(RangeError);
    await expect(store().append('a-b\nc', [event], 'none')).rejects.toThrow(RangeError);
    await expect(store().append(stream(), [], 'none')).rejects.toThrow(RangeError);
    await expect(store().append(stream(), [event, event], 'none')).rejects.toThrow(RangeError);
    await expect(store().append(stream(), [event], -1)).rejects.toThrow(RangeError);
  });
}
