import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Seen } from '../../test/kit/gate.js';
import { PATIENCE_MS } from '../../test/kit/patience.js';
import { type FreshDatabase, freshDatabase } from '../../test/kit/postgres.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryLiveBus } from '../adapters/memory/live-bus.js';
import { openReadModelPool, PostgresReadModels } from '../adapters/postgres/read-models.js';
import { Refusal } from '../kernel/errors.js';
import { eventId } from '../kernel/event.js';
import { idOfStream } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import type { ReadModels } from '../ports/read-models.js';
import type { Kind } from '../projections/memory.js';
import { ownStream, type Projection } from '../projections/projection.js';
import { UNRIVALLED } from './fence.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModelProgress } from './read-model-progress.js';
import { takeParked } from './take-parked.js';

const metadata = {
  commandId: 'c',
  correlationId: 'c',
  causationId: 'c',
  actor: { type: 'system', id: 'test' },
  occurredAt: '2026-01-02T03:04:05.678Z',
} as const;

/** instead of what a database is given to come back */
const SOON_MS = 2;

/** A row an event, refused by the database where its stream, or itself, or everything is on the list of `refused`. */
const SCHEMA = `create table listing (stream text not null, revision int not null);
  create table refused (stream text not null);
  create function refuse() returns trigger language plpgsql as $$ begin
    if exists (select from refused where 'workflow-' || stream in (new.stream, new.stream || '/' || new.revision)
        or stream = '*')
      then raise exception 'refused' using errcode = '23514', table = 'listing'; end if;
    return new; end $$;
  create trigger refusing before insert on listing for each row execute function refuse()`;

const listing = (changes: Partial<Projection> = {}): Projection => ({
  name: 'listing',
  version: 1,
  handles: ['ApprovalExpired'],
  schema: SCHEMA,
  parkedWith: ownStream,
  async project(events, sql) {
    for (const { stream, revision } of events)
      await sql.query('insert into listing (stream, revision) values ($1, $2)', [stream, revision]);
    return events.map(({ stream }) => ({ topic: `timeline.${stream}` as const, message: {} }));
  },
  ...changes,
});

describe('a read model that cannot take an event', () => {
  let database: FreshDatabase;
  let pool: pg.Pool;
  let readModels: PostgresReadModels;
  let store: MemoryEventStore;
  let progress: ReadModelProgress;
  let warned: Seen<Record<string, unknown>>;
  let stood: Seen<Record<string, unknown>>;
  let running: ProjectionRunner | undefined;
  const live = new MemoryLiveBus();

  beforeAll(async () => {
    database = await freshDatabase();
    pool = openReadModelPool(database.url, ['listing']);
    readModels = await PostgresReadModels.open(pool);
  });
  afterAll(async () => {
    await running?.stop();
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await running?.stop();
    running = undefined;
    await pool.query('delete from quittance_read_models.checkpoints');
    store = new MemoryEventStore();
    progress = new ReadModelProgress(['listing']);
    warned = new Seen();
    stood = new Seen();
    await readModels.prepare(listing());
  });

  const log = {
    info() {},
    warn: (its: object) => warned.add(its as Record<string, unknown>),
    error: (its: object) => stood.add(its as Record<string, unknown>),
  };
  const start = async (projection = listing()) => {
    running = new ProjectionRunner(projection, store, readModels, live, progress, log, UNRIVALLED, SOON_MS);
    await running.start();
  };
  const restart = async (projection = listing()) => {
    await running?.stop();
    progress = new ReadModelProgress(['listing']);
    await start(projection);
  };
  let appended = 0;
  /** Events of these streams, one append each. */
  const happen = async (...streams: string[]) => {
    for (const stream of streams) {
      const event = { type: 'ApprovalExpired', v: 1, requestId: 'apr_1' };
      await store.append(`workflow-${stream}`, [{ id: eventId(`${++appended}`, 0), event, metadata }], 'any');
    }
  };
  const refuse = (...streams: string[]) =>
    pool.query('insert into refused select unnest($1::text[])', [streams]);
  const mend = () => pool.query('delete from refused');
  const caughtUp = async () => expect(await progress.waitFor(await store.head(), PATIENCE_MS)).toBe(true);
  const rows = async () =>
    (
      await pool.query<{ row: string }>(
        "select substr(stream, 10) || '/' || revision as row from listing order by stream, revision",
      )
    ).rows.map(({ row }) => row);
  const parked = async () =>
    (await readModels.parked()).map(({ stream, revision }) => `${idOfStream(stream)}/${revision}`);
  const retry = async (stream: string, projection = listing()) => {
    const known = (await readModels.parked()).find((each) => each.stream === `workflow-${stream}`)!;
    return takeParked(known, projection, readModels, store);
  };
  const standsStill = async () => (await stood.count(1))[0];

  it('parks the stream, and its neighbours go on', async () => {
    await happen('a', 'b', 'a', 'c');
    await refuse('a/1');
    await start();
    await caughtUp();
    expect(await rows()).toEqual(['a/0', 'b/0', 'c/0']);
    expect(await readModels.parked()).toEqual([
      {
        model: 'listing',
        stream: 'workflow-a',
        revision: 1,
        position: expect.any(String),
        type: 'ApprovalExpired',
        after: undefined,
        code: '23514',
        detail: expect.stringContaining('table listing'),
        attempts: LIMITS.projectionAttempts,
        parkedAt: expect.stringMatching(/^20.*Z$/),
      },
    ]);
    expect(warned.all.at(-1)).toMatchObject({
      projection: 'listing',
      stream: 'workflow-a',
      code: '23514',
      attempts: 5,
    });
    expect(stood.all).toEqual([]);
  });

  it('takes nothing more of a parked stream, also after a restart', async () => {
    await happen('a', 'b');
    await refuse('a/0');
    await start();
    await caughtUp();
    await mend();
    await happen('a', 'b', 'a');
    await caughtUp();
    expect(await rows()).toEqual(['b/0', 'b/1']);
    await restart();
    await happen('a', 'c');
    await caughtUp();
    expect(await rows()).toEqual(['b/0', 'b/1', 'c/0']);
    expect(await parked()).toEqual(['a/0']);
  });

  it('has, after a retry, the rows of one that was never poisoned, and goes on with the stream', async () => {
    await happen('a', 'b', 'a');
    await refuse('a/1');
    await start();
    await caughtUp();
    await happen('a', 'b', 'c');
    await caughtUp();
    await mend();
    expect(await retry('a')).toMatchObject({
      taken: 2,
      news: [{ topic: 'timeline.workflow-a' }, { topic: 'timeline.workflow-a' }],
    });
    await happen('a', 'c');
    await caughtUp();
    expect(await rows()).toEqual(['a/0', 'a/1', 'a/2', 'a/3', 'b/0', 'b/1', 'c/0', 'c/1']);
    expect(await parked()).toEqual([]);
  });

  it('is taken where the keeper is in the middle of a batch that leaves the stream out', async () => {
    await happen('a', 'b');
    await refuse('a');
    await start();
    await caughtUp();
    await mend();
    await readModels.standing(listing(), async (_sql, parking) => {
      await happen('a', 'b');
      // the keeper has the events in its hands, and waits for the row of the checkpoint
      while ((await pool.query('select from pg_locks where not granted')).rows.length === 0);
      await parking.release('workflow-a');
    });
    await caughtUp();
    expect(await rows()).toEqual(['a/1', 'b/0', 'b/1']);
  });

  it('is taken where the keeper has just found another stream to park', async () => {
    await happen('a', 'b');
    await refuse('a/0', 'c/0');
    await start();
    await caughtUp();
    await running?.stop();
    await happen('a', 'b', 'c');
    let moves = 0;
    const released: ReadModels = {
      prepare: (model) => readModels.prepare(model),
      async advance(...args) {
        // all attempts are made, and now streams are tried one by one
        if (++moves === LIMITS.projectionAttempts + 2)
          await readModels.standing(listing(), (_sql, parking) => parking.release('workflow-a'));
        return readModels.advance(...args);
      },
      standing: (...args) => readModels.standing(...args),
      parked: () => readModels.parked(),
    };
    progress = new ReadModelProgress(['listing']);
    running = new ProjectionRunner(listing(), store, released, live, progress, log, UNRIVALLED, SOON_MS);
    await running.start();
    await caughtUp();
    expect([await rows(), await parked()]).toEqual([['a/1', 'b/0', 'b/1'], ['c/0']]);
  });

  it('remembers nothing of a stream from before others took it', async () => {
    const last: Kind<{ revision: number }> = { weigh: () => 1 };
    const { project, ...its } = listing();
    const remembering: Projection = {
      ...its,
      async project(events, sql, memory) {
        for (const { stream } of events) {
          const { rows } = await sql.query<{ last: number }>(
            'select coalesce(max(revision), -1) as last from listing where stream = $1',
            [stream],
          );
          const before = memory.of(last).get(stream)?.revision ?? rows[0]!.last;
          memory.of(last).set(stream, { revision: before + 1 });
          await sql.query('insert into listing (stream, revision) values ($1, $2)', [stream, before + 1]);
        }
        return [];
      },
    };
    await happen('a', 'b', 'a');
    await refuse('a/1');
    await start(remembering);
    await caughtUp();
    await mend();
    expect(await retry('a', remembering)).toMatchObject({ taken: 1 });
    await happen('a', 'b');
    await caughtUp();
    expect([await rows(), await parked()]).toEqual([['a/0', 'a/1', 'a/2', 'b/0', 'b/1'], []]);
  });

  it('stays parked when a retry fails, which is refused and counted', async () => {
    await happen('a', 'b', 'a');
    await refuse('a/0');
    await start();
    await caughtUp();
    await mend();
    await refuse('a/1');
    await expect(retry('a')).rejects.toMatchObject({
      code: 'STREAM_UNTAKEN',
      kind: 'terminal',
      figures: { model: 'listing', stream: 'workflow-a', revision: 0, reason: '23514', attempts: 6 },
    });
    expect(await rows()).toEqual(['b/0']);
    expect(await readModels.parked()).toMatchObject([{ stream: 'workflow-a', revision: 0, attempts: 6 }]);
    await mend();
    expect(await retry('a')).toMatchObject({ taken: 2 });
    expect(await rows()).toEqual(['a/0', 'a/1', 'b/0']);
  });

  it('is not retried by a program that makes other tables', async () => {
    await happen('a', 'b');
    await refuse('a');
    await start();
    await caughtUp();
    await expect(retry('a', listing({ version: 2 }))).rejects.toMatchObject({ code: 'READ_MODEL_OTHER' });
    expect(await parked()).toEqual(['a/0']);
  });

  it('of another version is built without what the one before had parked', async () => {
    await happen('a', 'b');
    await refuse('a');
    await start();
    await caughtUp();
    await restart(listing({ version: 2, schema: `drop table if exists listing; ${SCHEMA}` }));
    await caughtUp();
    expect([await rows(), await parked()]).toEqual([['a/0', 'b/0'], []]);
  });

  it('parks a lone stream: nobody says that it is the model', async () => {
    await refuse('a');
    await happen('a');
    await start();
    await caughtUp();
    expect(await parked()).toEqual(['a/0']);
  });

  it('parks no second lone stream before it has taken something, and then does', async () => {
    await refuse('a', 'b');
    await start();
    await happen('a');
    await caughtUp();
    await happen('b');
    expect(await standsStill()).toMatchObject({ projection: 'listing', why: 'it takes nothing' });
    expect(await parked()).toEqual(['a/0']);
    await happen('c');
    await caughtUp();
    expect([await rows(), await parked()]).toEqual([['c/0'], ['a/0', 'b/0']]);
  });

  it('stands still when it takes nothing of anybody, and parks nothing', async () => {
    await refuse('*');
    await happen('a', 'b', 'c', 'a');
    await start();
    expect(await standsStill()).toMatchObject({ why: 'it takes nothing', code: '23514' });
    expect([await rows(), await parked()]).toEqual([[], []]);
    await mend();
    await caughtUp();
    expect(await rows()).toEqual(['a/0', 'a/1', 'b/0', 'c/0']);
  });

  it('stands still when more streams fail than may be parked', async () => {
    const bad = Array.from({ length: LIMITS.parkedStreams + 1 }, (_, nth) => `bad${nth}`);
    await refuse(...bad);
    await happen('good', ...bad);
    await start();
    expect(await standsStill()).toMatchObject({ why: expect.stringMatching(/more than 100 streams/) });
    expect([await rows(), await parked()]).toEqual([[], []]);
    await mend();
    await caughtUp();
    expect(await rows()).toHaveLength(bad.length + 1);
  });

  it('stands still where nothing may be left out', async () => {
    const { parkedWith: _, ...whole } = listing();
    await refuse('a');
    await happen('a', 'b');
    await start(whole);
    expect(await standsStill()).toMatchObject({ why: 'nothing may be left out of it' });
    expect([await rows(), await parked()]).toEqual([[], []]);
    await mend();
    await caughtUp();
    expect(await rows()).toEqual(['a/0', 'b/0']);
  });

  it('parks nothing while the database is away, full or busy, however long', async () => {
    const raised = ['08006', '53100', '53300', '40001', '40P01'].map(
      (state) => `do $$ begin raise exception 'no' using errcode = '${state}'; end $$`,
    );
    const statements = ['select pg_terminate_backend(pg_backend_pid())', ...raised];
    expect(statements.length).toBeGreaterThan(LIMITS.projectionAttempts);
    const { project, ...its } = listing();
    await start({
      ...its,
      async project(events, sql, memory) {
        const statement = statements.shift();
        if (statement) await sql.query(statement);
        return project(events, sql, memory);
      },
    });
    await happen('a', 'b');
    await caughtUp();
    expect([await rows(), await parked(), stood.all]).toEqual([['a/0', 'b/0'], [], []]);
    expect(warned.all.map(({ error }) => (error as { code: string }).code)).toEqual([
      'STORE_UNAVAILABLE',
      'STORE_UNAVAILABLE',
      'STORE_FULL',
      'STORE_UNAVAILABLE',
      'STORE_BUSY',
      'STORE_BUSY',
    ]);
  });

  it('goes on after a terminal refusal in it, which is a reason like any other', async () => {
    const { project, ...its } = listing();
    await start({
      ...its,
      async project(events, sql, memory) {
        if (events.some(({ stream }) => stream === 'workflow-a'))
          throw new Refusal('ODD_VALUE', 'It is odd.');
        return project(events, sql, memory);
      },
    });
    await happen('a', 'b');
    await caughtUp();
    expect(await rows()).toEqual(['b/0']);
    expect(await readModels.parked()).toMatchObject([{ stream: 'workflow-a', code: 'ODD_VALUE' }]);
  });

  it('leaves out what is parked with a stream, of whatever streams, and takes it in their order', async () => {
    const family = listing({ parkedWith: ({ stream }) => stream.slice(0, 'workflow-a'.length) });
    await happen('a1', 'b1', 'a2');
    await refuse('a1');
    await start(family);
    await caughtUp();
    await happen('a2', 'b2', 'a3');
    await caughtUp();
    expect([await rows(), await parked()]).toEqual([['b1/0', 'b2/0'], ['a/0']]);
    await mend();
    expect(await retry('a', family)).toMatchObject({
      taken: 4,
      news: ['a1', 'a2', 'a2', 'a3'].map((stream) => ({ topic: `timeline.workflow-${stream}` })),
    });
    expect(await rows()).toEqual(['a1/0', 'a2/0', 'a2/1', 'a3/0', 'b1/0', 'b2/0']);
  });
});
