import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { Seen } from '../../test/kit/gate.js';
import { PATIENCE_MS } from '../../test/kit/patience.js';
import { type FreshDatabase, freshDatabase } from '../../test/kit/postgres.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryLiveBus } from '../adapters/memory/live-bus.js';
import { openReadModelPool, PostgresReadModels } from '../adapters/postgres/read-models.js';
import { eventId } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { ReadModels } from '../ports/read-models.js';
import type { Kind } from '../projections/memory.js';
import { ownStream, type Projection } from '../projections/projection.js';
import { UNRIVALLED } from './fence.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModelProgress } from './read-model-progress.js';

const silent = { info() {}, warn() {}, error() {} };

/** One row for every event, with a number that tells a second insertion from the first. */
const listing = (version = 1, broken: { times: number } = { times: 0 }): Projection => ({
  name: 'listing',
  version,
  handles: ['ApprovalExpired'],
  schema: 'create table listing (stream text not null, version int not null)',
  async project(events, sql) {
    for (const { stream } of events)
      await sql.query('insert into listing (stream, version) values ($1, $2)', [stream, version]);
    if (broken.times-- > 0) throw new Error('crashed after writing rows');
    return events.map(({ stream }) => ({ topic: `timeline.${stream}` as const, message: {} }));
  },
});

describe('a read model', () => {
  let database: FreshDatabase;
  let pool: pg.Pool;
  let readModels: PostgresReadModels;
  let store: MemoryEventStore;
  let live: MemoryLiveBus;
  let progress: ReadModelProgress;

  beforeAll(async () => {
    database = await freshDatabase();
    pool = openReadModelPool(database.url, ['listing']);
    readModels = await PostgresReadModels.open(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query('delete from quittance_read_models.checkpoints');
    store = new MemoryEventStore();
    live = new MemoryLiveBus();
    progress = new ReadModelProgress(['listing']);
  });

  const runner = (projection: Projection, models: ReadModels = readModels) =>
    new ProjectionRunner(projection, store, models, live, progress, silent);
  const happened = async (...names: string[]) => {
    for (const name of names) {
      const metadata = {
        commandId: name,
        correlationId: name,
        causationId: name,
        actor: { type: 'system', id: 'test' },
        occurredAt: '2026-01-02T03:04:05.678Z',
      } as const;
      const event = { type: 'ApprovalExpired', v: 1, requestId: 'apr_1' };
      await store.append(`workflow-${name}`, [{ id: eventId(name, 0), event, metadata }], 'none');
    }
  };
  const asTheyAre = (): ReadModels => ({
    prepare: (model) => readModels.prepare(model),
    advance: (...args) => readModels.advance(...args),
    standing: (...args) => readModels.standing(...args),
    parked: () => readModels.parked(),
  });
  const rows = async () =>
    (
      await pool.query<{ stream: string; version: number }>(
        'select stream, version from listing order by stream',
      )
    ).rows;
  const caughtUp = async () => expect(await progress.waitFor(await store.head(), PATIENCE_MS)).toBe(true);
  /** What runs until it has everything, and is stopped. */
  const follow = async (projection: Projection, models?: ReadModels) => {
    const one = runner(projection, models);
    await one.start();
    await caughtUp();
    await one.stop();
  };

  it('follows what happens, announces it, and goes on after its checkpoint', async () => {
    await happened('a');
    const announced = new Seen<string>();
    live.subscribe('timeline.workflow-b', () => announced.add('b'));
    await follow(listing());
    await happened('b');
    await follow(listing());
    await announced.count(1);
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a', 'workflow-b']);
  });

  it('does not pass an event that a newer program wrote, and says so again and again', async () => {
    await happened('a');
    await follow(listing());
    const metadata = {
      commandId: 'newer',
      correlationId: 'newer',
      causationId: 'newer',
      actor: { type: 'system', id: 'test' },
      occurredAt: '2026-01-02T03:04:05.678Z',
    } as const;
    const event = { type: 'ApprovalExpired', v: 99, requestId: 'apr_1' };
    await store.append('workflow-newer', [{ id: eventId('newer', 0), event, metadata }], 'none');
    await happened('b');
    const warned = new Seen<object>();
    const log = { ...silent, warn: (its: object) => warned.add(its) };
    const parking = { ...listing(), parkedWith: ownStream };
    const old = new ProjectionRunner(parking, store, readModels, live, progress, log);
    await old.start();
    await warned.count(LIMITS.projectionAttempts + 1);
    await old.stop();
    expect(await readModels.parked()).toEqual([]);
    expect(warned.all[0]).toMatchObject({
      what: 'projection listing',
      error: { detail: expect.stringMatching(/ApprovalExpired version 99: it was written by a newer one/) },
    });
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a']);
  });

  it('that is far behind is not held up by the pace it keeps when it follows', async () => {
    await happened(...Array.from({ length: 2 * LIMITS.subscriptionBatch + 1 }, (_, nth) => `w${nth}`));
    await follow({ ...listing(), paceMs: 60_000 });
    expect(await rows()).toHaveLength(2 * LIMITS.subscriptionBatch + 1);
  });

  it('says where it stands also when nothing is for it, now and then: a start need not look through all of that', async () => {
    const moves: unknown[] = [];
    const watched: ReadModels = {
      ...asTheyAre(),
      async advance(...args) {
        moves.push(args[2]);
        return readModels.advance(...args);
      },
    };
    const one = runner({ ...listing(), handles: ['NeverHappens'] }, watched);
    await one.start();
    for (let nth = 0; nth < 260; nth++) {
      await happened(`p${nth}`);
      await caughtUp();
    }
    await one.stop();
    expect(moves).toHaveLength(1);
    expect((await readModels.positions()).get('listing')).toBe(moves[0]);
  });

  it('rests in proportion to what its last write took, within bounds', async () => {
    const rests: { least: number; most: number }[] = [];
    progress.rest = async (least, most) => void rests.push({ least, most });
    const slow: ReadModels = {
      ...asTheyAre(),
      async advance(...args) {
        const result = await readModels.advance(...args);
        took(args[1] === undefined ? 10 : 500);
        return result;
      },
    };
    let clock = Math.round(performance.now());
    const took = (ms: number) => {
      clock += ms;
    };
    const reading = jest.spyOn(performance, 'now').mockImplementation(() => clock);
    const one = runner({ ...listing(), paceMs: 25 }, slow);
    await happened('a');
    await one.start();
    await caughtUp();
    await happened('b');
    await caughtUp();
    await one.stop();
    reading.mockRestore();
    expect(rests).toEqual([
      { least: 15, most: 80 },
      { least: -475, most: 100 },
    ]);
  });

  it('that crashed after writing its rows has neither lost nor doubled one', async () => {
    await happened('a', 'b');
    await follow(listing(1, { times: 1 }));
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a', 'workflow-b']);
  });

  it('remembers what it wrote until a write fails, and reads it again then', async () => {
    const lookups: string[] = [];
    const count: Kind<{ rows: number }> = { weigh: () => 1 };
    let failing = 0;
    const counting: Projection = {
      ...listing(),
      async project(events, sql, memory) {
        const known = memory.of(count).get('rows');
        lookups.push(known ? `remembered ${known.rows}` : 'read');
        const { rows } = await sql.query('select * from listing');
        expect(known?.rows ?? rows.length).toBe(rows.length);
        memory.of(count).set('rows', { rows: rows.length + events.length });
        if (failing-- > 0) throw new Error('lost');
        return listing().project(events, sql, memory);
      },
    };
    const one = runner(counting);
    await one.start();
    for (const name of ['a', 'b', 'c']) {
      failing = name === 'c' ? 1 : 0;
      await happened(name);
      await caughtUp();
    }
    await happened('d');
    await caughtUp();
    await one.stop();
    expect(lookups).toEqual(['read', 'remembered 1', 'remembered 2', 'read', 'remembered 3']);
  });

  it('whose commit was answered by a lost connection goes on after it', async () => {
    let deaf = 1;
    const lossy: ReadModels = {
      ...asTheyAre(),
      async advance(...args) {
        const result = await readModels.advance(...args);
        if (deaf-- > 0) throw new Error('connection lost');
        return result;
      },
    };
    await happened('a');
    const one = runner(listing(), lossy);
    await one.start();
    await caughtUp();
    await happened('b');
    await caughtUp();
    await one.stop();
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a', 'workflow-b']);
  });

  it('of a database that lost its last commits in a crash goes on from where that one stands', async () => {
    const one = runner(listing());
    await one.start();
    await happened('a');
    await caughtUp();
    const stood = (await readModels.positions()).get('listing')!;
    await happened('b');
    await caughtUp();
    // rows and checkpoint are lost together, and who wrote them is told nothing
    await pool.query("delete from listing where stream = 'workflow-b'");
    await pool.query('update quittance_read_models.checkpoints set position = $1', [stood]);
    await happened('c');
    await caughtUp();
    await one.stop();
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a', 'workflow-b', 'workflow-c']);
  });

  it('that another process has taken over is written no more by the one before, whatever it still believes', async () => {
    const fence = (epoch: number) => ({ ...UNRIVALLED, epoch });
    const under = (epoch: number) =>
      new ProjectionRunner(listing(), store, readModels, live, progress, silent, fence(epoch));
    await happened('a');
    const before = under(3);
    await before.start();
    await caughtUp();
    const after = await readModels.prepare({ ...listing(), epoch: 4 });
    await happened('b');
    // it finds out by its own write, and ends
    await expect(readModels.prepare({ ...listing(), epoch: 3 })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    const write = readModels.advance('listing', after, await store.head(), async () => 'written', 3);
    await expect(write).rejects.toMatchObject({ code: 'CONFLICT' });
    await before.stop();
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a']);
    const successor = under(4);
    await successor.start();
    await caughtUp();
    await successor.stop();
    expect((await rows()).map(({ stream }) => stream)).toEqual(['workflow-a', 'workflow-b']);
  });

  it('of another version is rebuilt from the beginning', async () => {
    await happened('a', 'b');
    await follow(listing(1));
    progress = new ReadModelProgress(['listing']);
    await follow(listing(2));
    expect(await rows()).toEqual([
      { stream: 'workflow-a', version: 2 },
      { stream: 'workflow-b', version: 2 },
    ]);
  });

  it('kept by two processes at once has every row once', async () => {
    await happened('a', 'b', 'c');
    const [one, other] = [runner(listing()), runner(listing())];
    await Promise.all([one.start(), other.start()]);
    await caughtUp();
    await happened('d');
    await caughtUp();
    await Promise.all([one.stop(), other.stop()]);
    expect((await rows()).map(({ stream }) => stream)).toEqual([
      'workflow-a',
      'workflow-b',
      'workflow-c',
      'workflow-d',
    ]);
  });
});
