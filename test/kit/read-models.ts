import type pg from 'pg';
import { inTransaction } from '../../src/adapters/postgres/row-transaction.js';
import type { Recorded } from '../../src/kernel/event.js';
import type { Announcement } from '../../src/ports/live.js';
import type { Sql, Transaction } from '../../src/ports/sql.js';
import { projections } from '../../src/projections/index.js';
import { Memory } from '../../src/projections/memory.js';
import type { Projection } from '../../src/projections/projection.js';

const GROUPED = new Set(['rm_audit_groups', 'rm_audit_tiles', 'rm_workflow_timeline_groups']);

/** The tables of every read model in a schema of their own. */
export class ReadModels {
  private readonly memory = new Memory();

  private constructor(
    private readonly pool: pg.Pool,
    readonly schema: string,
  ) {}

  static async create(pool: pg.Pool, schema: string): Promise<ReadModels> {
    const models = new ReadModels(pool, schema);
    await pool.query(`create schema ${schema}`);
    await models.transaction(async (sql) => {
      for (const projection of projections) await sql.query(projection.schema);
    });
    return models;
  }

  readonly sql: Sql = {
    query: (text, values) => this.transaction((sql) => sql.query(text, values)),
  };

  /** One batch, as the runner hands it over: each projection gets what it handles. @returns topics announced */
  async project(events: readonly Recorded[], only: readonly Projection[] = projections): Promise<string[]> {
    const topics = await this.transaction(async (sql) => {
      const all: (readonly Announcement[])[] = [];
      for (const projection of only) {
        const wanted = events.filter(({ event }) => projection.handles.includes(event.type));
        all.push(await projection.project(wanted, sql, this.memory));
      }
      return all;
    });
    return topics.flat().map(({ topic }) => topic);
  }

  /** Everything in every table, of those whose rows depend on how events came in batches their view a row each. */
  async dump(): Promise<Record<string, unknown[]>> {
    const { rows } = await this.sql.query<{ name: string }>(
      'select table_name as name from information_schema.tables where table_schema = $1 order by 1',
      [this.schema],
    );
    const tables: Record<string, unknown[]> = {};
    for (const name of rows.map((row) => row.name).filter((name) => !GROUPED.has(name))) {
      const content = await this.sql.query<{ row: unknown }>(
        `select to_jsonb(t) - '{group_position,group_types,group_commands}'::text[] as row from ${name} t order by to_jsonb(t)::text`,
      );
      tables[name] = content.rows.map(({ row }) => row);
    }
    return tables;
  }

  /** As after a start: what is needed of earlier batches is read again. */
  forget(): void {
    this.memory.forget();
  }

  async clear(): Promise<void> {
    this.forget();
    const { rows } = await this.sql.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1',
      [this.schema],
    );
    await this.sql.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
  }

  private transaction<T>(work: (sql: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.pool, work, { first: `SET LOCAL search_path TO ${this.schema}` });
  }
}
