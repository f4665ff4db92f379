import type { Sql, Transaction } from '../ports/sql.js';
import { columnTexts } from './column-texts.js';

/**
 * Times are text: ISO 8601 in UTC at a fixed width sorts as text and reads back as it was written. JSON is kept as
 * its text: to take it apart and put it together again costs more than the rest of a row. (Tables that were made
 * with jsonb take the same rows.)
 */
type ColumnType = 'text' | 'bigint' | 'integer' | 'double precision' | 'boolean' | 'json';

export interface TableDefinition<Row extends object> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof Row & string]-?: ColumnType };
  readonly key: readonly (keyof Row & string)[];
  /** A row is replaced only by one with a higher value here: a batch that comes again changes nothing. */
  readonly newer: keyof Row & string;
  /** column lists, e.g. `user_id, created_at desc`; with a condition, e.g. `user_id where not terminal` */
  readonly indexes?: readonly string[];
  /** rows are hardly ever changed and some KB long: pages are filled, and rows stay in them as they are */
  readonly isLog?: boolean;
}

export interface Table<Row extends object> {
  readonly name: string;
  readonly schema: string;
  /** Sends one statement that writes all rows. Rows of one call have different keys. */
  upsert(sql: Transaction, rows: readonly Row[]): void;
  /** Rows whose `column` is one of `values`. */
  where(sql: Sql, column: keyof Row & string, values: readonly string[]): Promise<Row[]>;
}

/** One definition of a read model's table: what creates it, and what writes sets of rows into it. */
export function defineTable<Row extends object>(definition: TableDefinition<Row>): Table<Row> {
  const { name, key, newer, indexes = [], isLog = false } = definition;
  const columns = Object.entries(definition.columns) as [keyof Row & string, ColumnType][];
  const upsertSql = upsertStatement(name, columns, key, newer);
  const texts = columns.map(([column, type]) => ({ name: column, isJson: type === 'json' }));
  return {
    name,
    schema: [
      `${createStatement(name, columns, key)} with (${isLog ? LOG_STORAGE : ROW_STORAGE})`,
      ...indexes.map((on, i) => indexStatement(name, on, i)),
    ].join(';\n'),
    upsert(sql, rows) {
      if (rows.length === 0) return;
      const { separator, nothing, texts: values } = columnTexts(texts, rows);
      sql.send(upsertSql, [separator, nothing, ...values]);
    },
    async where(sql, column, values) {
      if (values.length === 0) return [];
      const { rows } = await sql.query<Row>(`select * from ${name} where ${column} = any($1)`, [values]);
      return rows;
    },
  };
}

type Columns = readonly (readonly [string, ColumnType])[];

/** Room on each page lets a row be updated in place, without touching the indexes. */
const ROW_STORAGE = 'fillfactor = 70';
/** Postgres would compress and cut up whatever is longer than 2 KB, which costs more than the bytes it saves. */
const LOG_STORAGE = 'toast_tuple_target = 8160';

const createStatement = (name: string, columns: Columns, key: readonly string[]): string =>
  `create table if not exists ${name} (\n  ${columns
    .map(([column, type]) => `${column} ${type}${key.includes(column) ? ' not null' : ''}`)
    .join(',\n  ')},\n  primary key (${key.join(', ')})\n)`;

function indexStatement(name: string, on: string, index: number): string {
  const [columns, condition] = on.split(' where ');
  const only = condition === undefined ? '' : ` where ${condition}`;
  return `create index if not exists ${name}_${index + 1} on ${name} (${columns})${only}`;
}

function upsertStatement(name: string, columns: Columns, key: readonly string[], newer: string): string {
  const names = columns.map(([column]) => column);
  const assignments = names
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const values = columns.map(([column, type]) => (type === 'text' ? column : `${column}::${type}`));
  const texts = columns.map((_, nth) => `string_to_array($${nth + 3}::text, $1::text, $2::text)`);
  return `insert into ${name} (${names.join(', ')})
select ${values.join(', ')} from unnest(${texts.join(', ')}) as rows(${names.join(', ')}) where ${key[0]} is not null
on conflict (${key.join(', ')}) do update set ${assignments.join(', ')}
where ${name}.${newer} < excluded.${newer}`;
}
