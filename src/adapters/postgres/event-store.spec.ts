import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import {
  all,
  Follower,
  freshCategory,
  newEvent,
  newEvents,
  notes,
} from '../../../test/contracts/event-store/harness.js';
import { cuttableRelay } from '../../../test/kit/cuttable-relay.js';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/postgres.js';
import { isRefusal } from '../../kernel/errors.js';
import type { NewEvent } from '../../kernel/event.js';
import { numberOf, positionOf } from './event-rows.js';
import { EVENT_SCHEMA } from './event-schema.js';
import { PostgresEventStore } from './event-store.js';
import { LiveEvents } from './live-events.js';
import { migrate } from './migrations.js';

const APPEND_RAW = `SELECT * FROM quittance_events.append($1, ARRAY[-1], ARRAY[1], $2,
  ARRAY[1], ARRAY[1], ARRAY[1], $2, 'Happened', '{"type":"Happened","v":1,"note":"late"}', '{}',
  ARRAY[1], ARRAY[1], $2)`;

const ofCommand = (commandId: string, events: readonly NewEvent[]): NewEvent[] =>
  events.map((event) => ({ ...event, metadata: { ...event.metadata, commandId } }));

describe('the event store on Postgres', () => {
  let database: FreshDatabase;
  let store: PostgresEventStore;
  let other: PostgresEventStore;

  beforeAll(async () => {
    database = await freshDatabase();
    [store, other] = await Promise.all([
      PostgresEventStore.open(database.url),
      PostgresEventStore.open(database.url),
    ]);
  });

  afterAll(async () => {
    await store.close();
    await other.close();
    await database.drop();
  });

  it('never skips an event of a transaction that commits late', async () => {
    const category = freshCategory();
    const follower = new Follower(
      other.subscribe({ after: await other.head(), filter: { categories: [category] } }),
    );
    await follower.untilCaughtUp();
    const raw = new pg.Client({ connectionString: database.url });
    await raw.connect();
    await raw.query('BEGIN');
    await raw.query(APPEND_RAW, [`${category}-late`, newEvent().id]);
    const after = store.append(`${category}-after`, [newEvent('Happened', 'after')], 'none');
    // The later append waits for the open transaction; nothing with a higher position may become visible.
    expect(await Promise.race([after.then(() => 'passed'), lockIsAwaited(database.pool)])).toBe('waits');
    expect(await all(other.readAll({ filter: { categories: [category] } }))).toEqual([]);
    await raw.query('COMMIT');
    await raw.end();
    await after;
    expect(notes(await follower.untilEvents(2))).toEqual(['late', 'after']);
    await follower.subscription.stop();
  });

  it('keeps one order without gaps while two processes write', async () => {
    const category = freshCategory();
    const after = await store.head();
    const followers = [store, other].map(
      (one) => new Follower(one.subscribe({ after, filter: { categories: [category] } })),
    );
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        (i % 2 ? store : other).append(`${category}-${i % 20}`, newEvents(2), 'any'),
      ),
    );
    const [mine, theirs] = await Promise.all(followers.map((follower) => follower.untilEvents(400)));
    expect(mine).toEqual(theirs);
    const positions = mine!.map((event) => Number(event.position) - Number(after));
    expect(positions).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(mine).toEqual(await all(store.readAll({ after })));
    await Promise.all(followers.map((follower) => follower.subscription.stop()));
  });

  it('is pushed what another process appends', async () => {
    const category = freshCategory();
    const follower = new Follower(
      other.subscribe({ after: await other.head(), filter: { categories: [category] } }),
    );
    await follower.untilCaughtUp();
    const started = performance.now();
    for (let i = 1; i <= 10; i++) {
      await store.append(`${category}-1`, newEvents(1), 'any');
      await follower.untilEvents(i);
    }
    // each would be found by the safety poll five seconds later
    expect(performance.now() - started).toBeLessThan(25_000);
    await follower.subscription.stop();
  });

  it('does not read again what it appended itself', async () => {
    const fresh = await freshDatabase();
    const alone = await PostgresEventStore.open(fresh.url);
    const follower = new Follower(alone.subscribe());
    await follower.untilCaughtUp();
    const asked = jest.spyOn(pg.Pool.prototype, 'query');
    for (let i = 1; i <= 50; i++) {
      await alone.append('one-1', newEvents(1), 'any');
      await follower.untilEvents(i);
    }
    const pages = asked.mock.calls.filter(
      ([query]) => (query as unknown as { readonly name?: string }).name === 'events-all',
    );
    asked.mockRestore();
    // polls for what nobody thought of may fall into this time
    expect(pages.length).toBeLessThanOrEqual(5);
    await alone.close();
    await fresh.drop();
  });

  it('hears of its own events too when the answer to an append was lost', async () => {
    const category = freshCategory();
    const live = new LiveEvents(
      database.url,
      async (after, limit, filter) => {
        const read = store.readAll({ after: positionOf(after), limit, ...(filter && { filter }) });
        const events = await all(read);
        return {
          events,
          through: numberOf(events.at(-1)?.position ?? positionOf(0)),
          isLast: events.length < limit,
        };
      },
      async () => numberOf(await store.head()),
      () => true,
    );
    const follower = new Follower(live.subscribe(await store.head(), { categories: [category] }));
    await follower.untilCaughtUp();
    const started = performance.now();
    for (let i = 1; i <= 3; i++) {
      await store.append(`${category}-1`, newEvents(1), 'any');
      await follower.untilEvents(i);
    }
    // each would be found by the safety poll five seconds later
    expect(performance.now() - started).toBeLessThan(8_000);
    await live.close();
  });

  it('commits concurrent appends together', async () => {
    const category = freshCategory();
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => store.append(`${category}-${i}`, newEvents(1), 'none')),
    );
    const { rows } = await database.pool.query(
      `SELECT count(DISTINCT xmin::text)::int AS transactions FROM quittance_events.log WHERE stream LIKE $1`,
      [`${category}-%`],
    );
    expect(rows[0].transactions).toBeLessThanOrEqual(5);
  });

  it('answers the good appends of a batch although one carries an id that stands elsewhere', async () => {
    const category = freshCategory();
    const [taken, good] = ofCommand('cmd-2', newEvents(2));
    await store.append(`${category}-0`, [taken!], 'none');
    const results = await Promise.allSettled([
      store.append(`${category}-1`, [newEvent(), taken!], 'none'),
      store.append(`${category}-2`, [good!], 'none'),
    ]);
    expect(results[0].status === 'rejected' && isRefusal(results[0].reason, 'EVENT_ID_TAKEN')).toBe(true);
    expect(results[1]).toMatchObject({ status: 'fulfilled', value: { revision: 0 } });
    expect(await all(store.read(`${category}-1`))).toEqual([]);
  });

  it('appends once and follows without a gap although all its connections are cut', async () => {
    const category = freshCategory();
    const follower = new Follower(
      other.subscribe({ after: await other.head(), filter: { categories: [category] } }),
    );
    await follower.untilCaughtUp();
    for (let round = 0; round < 3; round++) {
      const appends = Array.from({ length: 20 }, (_, i) =>
        store.append(`${category}-${i}`, [newEvent('Happened', round)], 'any'),
      );
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'quittance %'`,
      );
      await Promise.all(appends);
    }
    const events = await follower.untilEvents(60);
    expect(new Set(events.map((event) => event.id)).size).toBe(60);
    expect(notes(events)).toEqual([...Array(20).fill(0), ...Array(20).fill(1), ...Array(20).fill(2)]);
    await follower.subscription.stop();
  });

  it('follows from far behind what it keeps in memory', async () => {
    const category = freshCategory();
    const after = await store.head();
    for (let i = 0; i < 12; i++)
      await Promise.all([0, 1].map((n) => store.append(`${category}-${n}`, newEvents(500), 'any')));
    const follower = new Follower(store.subscribe({ after, filter: { categories: [category] } }));
    await follower.untilCaughtUp();
    expect(follower.events.map((event) => event.position)).toEqual(
      (await all(store.readAll({ after }))).map((event) => event.position),
    );
    expect(follower.events).toHaveLength(12_000);
    await follower.subscription.stop();
  });

  it('keeps a NUL character in an event', async () => {
    const stream = `${freshCategory()}-1`;
    await store.append(stream, [newEvent('Happened', 'a\u0000b')], 'none');
    expect(notes(await all(store.read(stream)))).toEqual(['a\u0000b']);
  });

  it.each([
    'UPDATE quittance_events.log SET types = $$x$$',
    'DELETE FROM quittance_events.log',
    'TRUNCATE quittance_events.beginnings',
    'DELETE FROM quittance_events.beginnings',
  ])('lets nobody change what happened: %s', async (sql) => {
    await expect(database.pool.query(sql)).rejects.toThrow('events are immutable');
  });

  it('keeps appends of any size in rows that fit a page, and shows them an event a row', async () => {
    const category = freshCategory();
    const after = await store.head();
    const sizes = [1, 2, 300, 40, 1];
    for (const [nth, size] of sizes.entries())
      await store.append(
        `${category}-${nth}`,
        Array.from({ length: size }, () => newEvent('Happened', 'x'.repeat(nth === 3 ? 600 : 10))),
        'none',
      );
    const events = await all(store.readAll({ after }));
    expect(events).toHaveLength(344);
    const { rows } = await database.pool.query(
      `SELECT position, stream, revision, id, data, metadata FROM quittance_events.events
       WHERE position > $1 ORDER BY position`,
      [numberOf(after)],
    );
    expect(
      rows.map(({ data, position, ...row }) => ({ ...row, event: data, position: positionOf(position) })),
    ).toEqual(events);
    const { rows: kept } = await database.pool.query(
      'SELECT count(*)::int AS rows, max(pg_column_size(log.*)) AS longest FROM quittance_events.log WHERE position > $1',
      [numberOf(after)],
    );
    expect(kept[0].longest).toBeLessThan(8_100);
    expect(kept[0].rows).toBeLessThan(25);
  });

  it('reads on from the middle of a row, both ways', async () => {
    const stream = `${freshCategory()}-1`;
    await store.append(stream, newEvents(20), 'none');
    await store.append(stream, newEvents(20), 19);
    const revisions = async (options: object) =>
      (await all(store.read(stream, options))).map(({ revision }) => revision);
    expect(await revisions({ from: 7, limit: 3 })).toEqual([7, 8, 9]);
    expect(await revisions({ from: 18, limit: 4 })).toEqual([18, 19, 20, 21]);
    expect(await revisions({ from: 21, limit: 4, backwards: true })).toEqual([21, 20, 19, 18]);
    expect(await revisions({ from: 39 })).toEqual([39]);
    expect(await revisions({ from: 40 })).toEqual([]);
    const all40 = await all(store.read(stream));
    const some = await all(
      store.readAll({ after: all40[9]!.position, filter: { categories: [stream.split('-')[0]!] } }),
    );
    expect(some).toEqual(all40.slice(10));
  });

  it('reads many streams by few questions, each as it is', async () => {
    const category = freshCategory();
    const streams = Array.from({ length: 100 }, (_, nth) => `${category}-${nth}`);
    await Promise.all(
      streams.map((stream, nth) => store.append(stream, newEvents((nth % 7) * 90 + 1), 'none')),
    );
    const asked = jest.spyOn(pg.Pool.prototype, 'query');
    const read = await Promise.all(
      [...streams, `${category}-none`].map((stream, nth) => all(store.read(stream, { from: nth % 3 }))),
    );
    // the other store follows the log meanwhile, which asks too
    const questions = asked.mock.calls
      .map(([query]) => (query as unknown as pg.QueryConfig).name)
      .filter((name) => name === 'events-forwards');
    asked.mockRestore();
    read.forEach((events, nth) => {
      const length = nth === 100 ? 0 : (nth % 7) * 90 + 1;
      expect(events.map(({ stream, revision }) => [stream, revision])).toEqual(
        Array.from({ length }, (_, at) => [streams[nth], at]).slice(nth % 3),
      );
    });
    // a stream of 541 events is two pages
    expect(questions.length).toBeGreaterThan(0);
    expect(questions.length).toBeLessThan(20);
  });

  it('finds a command that was stored in the middle of an append', async () => {
    const stream = `${freshCategory()}-1`;
    const [first, second, third] = [2, 3, 1].map((count, nth) => ofCommand(`cmd-${nth}`, newEvents(count)));
    await store.append(stream, [...first!, ...second!, ...third!], 'none');
    expect(await store.append(stream, second!, 1)).toMatchObject({ revision: 4, repeated: true });
    // where nobody else wrote since, too: it is not stored again
    const again = store.append(stream, third!, 5);
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await all(store.read(stream))).toHaveLength(6);
  });

  it('takes over what earlier versions stored an event a row', async () => {
    const fresh = await freshDatabase();
    await migrate(fresh.pool, { ...EVENT_SCHEMA, versions: EVENT_SCHEMA.versions.slice(0, 2) });
    const old = newEvents(5);
    for (const [nth, { id, event, metadata }] of old.entries())
      await fresh.pool.query(
        `SELECT * FROM quittance_events.append('old-1', ARRAY[$1::int], ARRAY[1], $2, ARRAY[1], $2, $3, $4, $5)`,
        [nth - 1, id, event.type, JSON.stringify(event), JSON.stringify(metadata)],
      );
    const opened = await PostgresEventStore.open(fresh.url);
    const more = newEvents(3);
    expect(await opened.append('old-1', old.slice(2, 3), 1)).toMatchObject({ revision: 2, repeated: true });
    await opened.append('old-1', more, 4);
    const events = await all(opened.read('old-1'));
    expect(events.map(({ id, event, metadata }) => ({ id, event, metadata }))).toEqual([...old, ...more]);
    expect(events.map(({ revision, position }) => [revision, numberOf(position)])).toEqual(
      Array.from({ length: 8 }, (_, nth) => [nth, nth + 1]),
    );
    expect(await all(opened.readAll())).toEqual(events);
    await opened.close();
    await fresh.drop();
  });

  it('opens the same data again, and from many processes at the same moment', async () => {
    const fresh = await freshDatabase();
    const stores = await Promise.all([1, 2, 3, 4].map(() => PostgresEventStore.open(fresh.url)));
    await stores[0]!.append(`${freshCategory()}-1`, newEvents(1), 'none');
    expect(await stores[3]!.head()).toBe('0000000000000001');
    await Promise.all(stores.map((one) => one.close()));
    await fresh.drop();
  });

  it('does not open data of a newer version', async () => {
    const fresh = await freshDatabase();
    await (await PostgresEventStore.open(fresh.url)).close();
    await fresh.pool.query('INSERT INTO quittance_events.migrations (version) VALUES (99)');
    await expect(PostgresEventStore.open(fresh.url)).rejects.toMatchObject({
      code: 'DATA_TOO_NEW',
      figures: { found: 99 },
    });
    await fresh.drop();
  });

  it('says that the database cannot be reached, and goes on by itself when it can', async () => {
    const relay = await cuttableRelay(database.url);
    const one = await PostgresEventStore.open(relay.url);
    const category = freshCategory();
    const follower = new Follower(
      one.subscribe({ after: await one.head(), filter: { categories: [category] } }),
    );
    await follower.untilCaughtUp();
    relay.cut();
    await expect(all(one.read('a-1'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      kind: 'retryable',
    });
    const append = one.append(`${category}-1`, [newEvent('Happened', 'second')], 'any');
    await store.append(`${category}-1`, [newEvent('Happened', 'first')], 'any');
    relay.mend();
    expect((await append).revision).toBe(1);
    expect(notes(await follower.untilEvents(2))).toEqual(['first', 'second']);
    await one.close();
    await relay.close();
  });

  it('ends its subscriptions and takes no more appends when it is closed while the database is away', async () => {
    const relay = await cuttableRelay(database.url);
    const one = await PostgresEventStore.open(relay.url);
    const follower = new Follower(one.subscribe({ filter: { categories: [freshCategory()] } }));
    await follower.untilCaughtUp();
    relay.cut();
    const ended = follower.ended();
    await one.close();
    expect(await ended).toBe(true);
    await expect(one.append(`${freshCategory()}-1`, newEvents(1), 'any')).rejects.toMatchObject({
      code: 'STORE_CLOSED',
    });
    await relay.close();
  });
});

async function lockIsAwaited(pool: pg.Pool): Promise<'waits'> {
  for (;;) {
    const { rows } = await pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
    );
    if (rows.length > 0) return 'waits';
  }
}
