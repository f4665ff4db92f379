import { expect, it } from '@jest/globals';
import type pg from 'pg';
import { newEvents } from '../../../test/contracts/event-store/harness.js';
import { gate } from '../../../test/kit/gate.js';
import { appendRows } from './append-rows.js';
import type { LogRow } from './event-rows.js';
import { StreamReads } from './stream-reads.js';

const rowsOf = (stream: string, data?: string): LogRow[] =>
  appendRows(newEvents(20)).rows.map((row) => ({
    ...row,
    ...(data !== undefined && { data }),
    stream,
    revision: row.through - 1,
    position: `${row.through}`,
  }));

/** A database that answers when it is let, last row first. */
function database(held: Readonly<Record<string, readonly LogRow[]>>) {
  const asked: string[][] = [];
  const answers = gate();
  const reads = new StreamReads(async ({ values }: pg.QueryConfig) => {
    const streams = values![0] as string[];
    asked.push(streams);
    await answers.opened;
    return streams
      .flatMap((stream, at) => (held[stream] ?? []).map((row) => ({ ...row, nth: `${at + 1}` })))
      .toReversed();
  });
  return { reads, asked, answers };
}

it('asks together for what is wanted while a question is under way, and at most 32 streams at once', async () => {
  const names = Array.from({ length: 40 }, (_, nth) => `t-${nth}`);
  const { reads, asked, answers } = database(Object.fromEntries(names.map((name) => [name, rowsOf(name)])));
  const first = reads.page({ stream: 't-0', from: 0, limit: 500 });
  await new Promise(setImmediate);
  const others = names.slice(1).map((stream) => reads.page({ stream, from: 5, limit: 500 }));
  await new Promise(setImmediate);
  answers.open();
  expect((await first).events).toHaveLength(20);
  for (const [nth, page] of (await Promise.all(others)).entries())
    expect(page.events.map(({ stream, revision }) => [stream, revision])).toEqual(
      Array.from({ length: 15 }, (_, at) => [names[nth + 1], at + 5]),
    );
  expect(asked.map(({ length }) => length)).toEqual([1, 32, 7]);
});

it('fails for the stream that cannot be read, and for nobody who asked with it', async () => {
  const { reads, answers } = database({
    't-1': rowsOf('t-1'),
    't-2': rowsOf('t-2', '{"half":'),
    't-3': rowsOf('t-3'),
  });
  answers.open();
  const pages = ['t-1', 't-2', 't-3', 't-none'].map((stream) => reads.page({ stream, from: 0, limit: 500 }));
  const results = await Promise.allSettled(pages);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await pages[3]).toEqual({ events: [], through: 0, isLast: true });
});
