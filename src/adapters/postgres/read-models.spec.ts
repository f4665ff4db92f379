import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/postgres.js';
import type { Transaction } from '../../ports/sql.js';
import { positionOf } from './event-rows.js';
import { openReadModelPool, PostgresReadModels } from './read-models.js';

/** Times after which Postgres keeps one plan of a prepared statement for good. */
const OFTEN = 8;
const INSERT =
  'insert into things (id, note) select id, note from json_to_recordset($1::json) as rows(id int, note text)';

describe('read models on Postgres', () => {
  let database: FreshDatabase;
  let pool: pg.Pool;
  let models: PostgresReadModels;

  beforeAll(async () => {
    database = await freshDatabase();
    // one connection, so that what is planned on it is what is used
    pool = openReadModelPool(database.url, ['things'], { max: 1 });
    models = await PostgresReadModels.open(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const made = (version: number, columns: string) =>
    models.prepare({ name: 'things', version, schema: `create table things (${columns})` });
  const write = (id: number, from?: number) =>
    models.advance('things', from === undefined ? undefined : positionOf(from), positionOf(id), (sql) =>
      sql.query(INSERT, [JSON.stringify([{ id, note: `it's ${id}` }])]),
    );
  const rows = async () => (await pool.query('select * from things order by id')).rows;

  it('that are rebuilt in another form take the same statements as before', async () => {
    await made(1, 'id int, note text');
    for (let id = 1; id <= OFTEN; id++) await write(id, id === 1 ? undefined : id - 1);
    expect(await rows()).toHaveLength(OFTEN);

    expect(await made(2, 'more text, note varchar(20), id bigint primary key')).toBeUndefined();
    for (let id = 1; id <= OFTEN; id++) await write(id, id === 1 ? undefined : id - 1);
    expect((await rows()).at(-1)).toEqual({ more: null, note: `it's ${OFTEN}`, id: `${OFTEN}` });
  });

  it('move from where they stand only, and write nothing otherwise', async () => {
    const before = await rows();
    for (const from of [undefined, 1, OFTEN - 1])
      await expect(write(OFTEN + 1, from)).rejects.toMatchObject({ code: 'CONFLICT', kind: 'retryable' });
    expect(await rows()).toEqual(before);
    await write(OFTEN + 1, OFTEN);
    expect(await rows()).toHaveLength(before.length + 1);
  });

  it('that cannot write a row stay where they are', async () => {
    const before = await rows();
    // the key is taken
    const again = models.advance('things', positionOf(OFTEN + 1), positionOf(OFTEN + 2), (sql) =>
      sql.query(INSERT, [JSON.stringify([{ id: OFTEN, note: 'again' }])]),
    );
    await expect(again).rejects.toMatchObject({ code: '23505' });
    expect(await rows()).toEqual(before);
    expect((await models.positions()).get('things')).toBe(positionOf(OFTEN + 1));
  });

  describe('whose statements nobody waits for', () => {
    const [here, next] = [positionOf(OFTEN + 1), positionOf(OFTEN + 2)];
    const row = (id: number) => [JSON.stringify([{ id, note: 'sent' }])];
    const sending = (ids: readonly number[], from = here) =>
      models.advance('things', from, next, async (sql) => {
        for (const id of ids) sql.send(INSERT, row(id));
      });
    const unchanged = async (work: () => Promise<unknown>) => {
      const before = await rows();
      await work();
      expect(await rows()).toEqual(before);
      expect((await models.positions()).get('things')).toBe(here);
    };

    it('stay where they are when one of them fails, and tell of the first', () =>
      unchanged(() =>
        expect(sending([OFTEN + 5, OFTEN, 1])).rejects.toMatchObject({
          name: 'Unwritten',
          cause: { code: '23505', detail: `Key (id)=(${OFTEN}) already exists.` },
        }),
      ));

    it('take nothing of what is sent where another has moved them', () =>
      unchanged(() =>
        expect(sending([OFTEN + 5], positionOf(1))).rejects.toMatchObject({
          code: 'CONFLICT',
          figures: { model: 'things' },
        }),
      ));

    it('tell why they cannot be read, where that is what was sent before', () =>
      unchanged(async () => {
        const reading = models.advance('things', here, next, (sql) => {
          sql.send(INSERT, row(OFTEN));
          return sql.query('select 1');
        });
        await expect(reading).rejects.toMatchObject({ name: 'Unwritten', cause: { code: '23505' } });
      }));

    it('are asked whether all that was sent is taken', () =>
      unchanged(async () => {
        const asked: unknown[] = [];
        const undone = models.advance('things', here, next, async (sql) => {
          sql.send(INSERT, row(OFTEN + 5));
          asked.push(await sql.sent());
          sql.send(INSERT, row(OFTEN));
          await sql.sent().catch((error: unknown) => asked.push(error));
        });
        await expect(undone).rejects.toMatchObject({ name: 'Unwritten' });
        expect(asked).toEqual([undefined, expect.objectContaining({ name: 'Unwritten' })]);
      }));

    it('are not written when the work fails that sent them', () =>
      unchanged(() =>
        expect(
          models.advance('things', here, next, async (sql) => {
            sql.send(INSERT, row(OFTEN + 5));
            throw new Error('thought better of it');
          }),
        ).rejects.toThrow('thought better of it'),
      ));

    it('tell a lost connection from a statement that is wrong', () =>
      unchanged(() =>
        expect(
          models.advance('things', here, next, async (sql) =>
            sql.send('select pg_terminate_backend(pg_backend_pid())', []),
          ),
        ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', kind: 'retryable' }),
      ));

    it('stay where they are when one of them cannot be sent', () => {
      const unspeakable = {
        toPostgres() {
          throw new TypeError('no text of this');
        },
      };
      const sendingIt = (then: (sql: Transaction) => Promise<unknown>) =>
        models.advance('things', here, next, (sql) => {
          sql.send(INSERT, row(OFTEN + 5));
          sql.send('insert into things (note) values ($1)', [unspeakable]);
          return then(sql);
        });
      const why = { name: 'Unwritten', cause: { message: 'no text of this' } };
      return unchanged(async () => {
        await expect(sendingIt(async () => undefined)).rejects.toMatchObject(why);
        await expect(sendingIt((sql) => sql.sent())).rejects.toMatchObject(why);
      });
    });

    it('see in what they read what they sent', async () => {
      const seen = await models.advance('things', here, here, async (sql) => {
        sql.send("update things set note = 'changed' where id = $1", [OFTEN]);
        return (await sql.query('select note from things where id = $1', [OFTEN])).rows;
      });
      expect(seen).toEqual([{ note: 'changed' }]);
    });
  });

  const stream = {
    stream: 'workflow-wf_1',
    position: positionOf(3),
    revision: 2,
    type: 'PlanProposed',
    after: positionOf(1),
    code: '23505',
    detail: 'table things',
    attempts: 5,
  };
  const parking = (from: number, fails: boolean) =>
    models.advance('things', positionOf(from), positionOf(from + 1), async (_sql, parking) => {
      await parking.park([stream]);
      if (fails) throw new Error('not written');
    });

  it('park a stream together with their rows, or not', async () => {
    await expect(parking(OFTEN + 1, true)).rejects.toThrow('not written');
    expect(await models.parked()).toEqual([]);
    await parking(OFTEN + 1, false);
    expect(await models.parked()).toEqual([{ ...stream, model: 'things', parkedAt: expect.any(String) }]);
  });

  it('stand still for whoever asks for it with the version of their tables', async () => {
    const standing = (version: number) =>
      models.standing({ name: 'things', version }, async (_sql, parking, at) => [at, await parking.all()]);
    expect(await standing(2)).toEqual([positionOf(OFTEN + 2), await models.parked()]);
    await expect(standing(1)).rejects.toMatchObject({
      code: 'READ_MODEL_OTHER',
      kind: 'retryable',
      figures: { model: 'things', found: 2, version: 1 },
    });
  });

  it('tell a statement that is wrong from a database that is away', async () => {
    const saying = (statement: string) =>
      models.advance('things', positionOf(OFTEN + 2), positionOf(OFTEN + 3), (sql) => sql.query(statement));
    await expect(saying("select 'x'::int")).rejects.toMatchObject({ code: '22P02' });
    await expect(saying('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      kind: 'retryable',
    });
  });

  it('are moved by nobody under an epoch that has passed', async () => {
    await models.prepare({ name: 'things', version: 2, schema: '', epoch: 5 });
    const late = models.advance('things', positionOf(OFTEN + 2), positionOf(OFTEN + 3), async () => 1, 4);
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  describe('while a process that moves one stands still', () => {
    const SILENCE_MS = 500;
    let stopped: pg.Pool;
    let its: PostgresReadModels;

    beforeAll(async () => {
      stopped = openReadModelPool(database.url, ['things'], { silenceMs: SILENCE_MS });
      its = await PostgresReadModels.open(stopped);
    });
    afterAll(() => stopped.end());

    const moving = (epoch: number, between: () => Promise<void> | void) =>
      its.advance(
        'things',
        positionOf(OFTEN + 2),
        positionOf(OFTEN + 3),
        async (sql) => {
          await sql.query('select 1');
          await between();
          await sql.query(INSERT, [JSON.stringify([{ id: OFTEN + 3, note: 'late' }])]);
        },
        epoch,
      );
    const lost = { code: 'STORE_UNAVAILABLE', kind: 'retryable' };

    it('are taken over by another, and not written by it afterwards', async () => {
      const before = await rows();
      let goOn = () => undefined as void;
      let first: Promise<unknown> | undefined;
      await new Promise<void>((begun) => {
        first = moving(5, () => {
          begun();
          return new Promise<void>((resolve) => {
            goOn = resolve;
          });
        });
      });
      await models.prepare({ name: 'things', version: 2, schema: '', epoch: 6 });
      goOn();
      await expect(first).rejects.toMatchObject(lost);
      await expect(moving(5, () => undefined)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await rows()).toEqual(before);
    });

    it('tell it that its connection is gone, when its statement crosses the word that it is', async () => {
      await its.prepare({ name: 'things', version: 2, schema: '', epoch: 6 });
      const standStill = () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * SILENCE_MS);
      };
      const first = moving(6, standStill);
      await expect(first).rejects.toMatchObject(lost);
    });
  });

  it('that are made anew have nothing parked', async () => {
    await models.prepare({ name: 'things', version: 3, schema: 'create table things (id int)', epoch: 6 });
    expect(await models.parked()).toEqual([]);
  });
});
