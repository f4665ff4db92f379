import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FreshDatabase, freshDatabase } from '../../test/kit/postgres.js';
import { inTransaction } from '../adapters/postgres/row-transaction.js';
import { defineTable } from './table.js';

interface Thing {
  readonly id: number;
  readonly revision: number;
  readonly text: string | null;
  readonly content: unknown;
  readonly amount: string | null;
  readonly share: number | null;
  readonly done: boolean | null;
}

const things = defineTable<Thing>({
  name: 'things',
  columns: {
    text: 'text',
    id: 'integer',
    revision: 'integer',
    content: 'json',
    amount: 'bigint',
    share: 'double precision',
    done: 'boolean',
  },
  key: ['id'],
  newer: 'revision',
});

const NOTHING = { text: null, content: null, amount: null, share: null, done: null };

describe('sets of rows', () => {
  let database: FreshDatabase;
  let revision = 0;
  beforeAll(async () => {
    database = await freshDatabase();
    await database.pool.query(things.schema);
  });
  afterAll(() => database.drop());

  const upsert = (rows: readonly Thing[]) =>
    inTransaction(database.pool, async (sql) => things.upsert(sql, rows));

  /** What the table holds after these were written, by one statement. */
  const written = async (rows: readonly Omit<Thing, 'id' | 'revision'>[]) => {
    revision++;
    await database.pool.query('delete from things');
    await upsert(rows.map((row, id) => ({ ...row, id, revision })));
    const { rows: found } = await database.pool.query('select * from things order by id');
    return found.map(({ id: _id, revision: _revision, ...row }) => row);
  };

  it('come back as they were written, whatever their texts hold', async () => {
    const character = fc.constantFrom(
      'a',
      ' ',
      '',
      '\n',
      '\u0001',
      '\u001f',
      '0',
      '1',
      '\\',
      '"',
      ',',
      '{',
      '😀',
      '\\u0000',
    );
    const text = fc.array(character, { maxLength: 4 }).map((parts) => parts.join(''));
    const row = fc.record({
      text: fc.option(text),
      content: fc.option(fc.oneof(text, fc.dictionary(text, text), fc.array(fc.option(text)), fc.boolean())),
      amount: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
      share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((share) => share + 0)),
      done: fc.option(fc.boolean()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        expect(await written(rows)).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it('that consist of one row of an empty text, or of nothing but nulls, are rows', async () => {
    expect(await written([{ ...NOTHING, text: '' }])).toEqual([{ ...NOTHING, text: '' }]);
    expect(await written([NOTHING])).toEqual([NOTHING]);
    expect(await written([])).toEqual([]);
  });

  it('lose what Postgres cannot keep, and nothing else', async () => {
    const odd = { ...NOTHING, text: 'a\0b', content: { ['k\0']: 'half \ud800 of a pair\0' } };
    const next = { ...NOTHING, text: '\u001f0', content: 'whole 😀 pair' };
    expect(await written([odd, next])).toEqual([
      { ...NOTHING, text: 'ab', content: { ['k\0']: 'half \ufffd of a pair' } },
      next,
    ]);
  });

  it('go into a table whose JSON is kept as jsonb as well', async () => {
    await database.pool.query('delete from things');
    await database.pool.query('alter table things alter content type jsonb');
    const rows = [{ ...NOTHING, content: { b: [1, null], a: 'x' } }, NOTHING];
    expect(await written(rows)).toEqual(rows);
    await database.pool.query('alter table things alter content type json');
  });

  it('replace older rows only', async () => {
    const row = (at: number, text: string) => ({ ...NOTHING, id: 1, revision: at, text });
    const texts = async () => (await database.pool.query('select id, text from things order by id')).rows;
    await database.pool.query('delete from things');
    await upsert([row(5, 'first')]);
    await upsert([row(5, 'again'), { ...row(1, 'beside'), id: 2 }]);
    expect(await texts()).toEqual([
      { id: 1, text: 'first' },
      { id: 2, text: 'beside' },
    ]);
    await upsert([row(6, 'newer')]);
    expect(await texts()).toContainEqual({ id: 1, text: 'newer' });
  });
});
