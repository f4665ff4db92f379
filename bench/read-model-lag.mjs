import pg from 'pg';
import { projections } from '../dist/projections/index.js';

const SAMPLE_EVERY_MS = 250;
const DRAIN_MS = 30_000;

/**
 * Watches how far the read models are behind the events they handle, from outside: by their own checkpoints. Events
 * seen once as handled by nobody are not counted again, so that a look stays cheap however long the store is.
 */
export class ReadModelLag {
  #client;
  #passed = new Map();

  static async open(databaseUrl) {
    const lag = new ReadModelLag();
    lag.#client = new pg.Client({ connectionString: databaseUrl });
    await lag.#client.connect();
    await lag.look();
    return lag;
  }

  /** @returns events behind by model */
  async look() {
    const { rows } = await this.#client.query(
      'select model, position from quittance_read_models.checkpoints',
    );
    const at = new Map(rows.map(({ model, position }) => [model, Number(position ?? 0)]));
    const head = await this.head();
    const froms = projections.map(({ name }) => Math.max(at.get(name) ?? 0, this.#passed.get(name) ?? 0));
    const open = await this.#typesAfter(froms, head);
    const behind = {};
    for (const [nth, { name, handles }] of projections.entries()) {
      behind[name] = open
        .filter(({ type, after }) => after >= froms[nth] && handles.includes(type))
        .reduce((sum, { events }) => sum + events, 0);
      if (behind[name] === 0) this.#passed.set(name, head);
    }
    return behind;
  }

  /** @returns events stored so far */
  async head() {
    const [{ head }] = await this.query('select max(position)::float8 as head from quittance_events.log');
    return head ?? 0;
  }

  /** Looks from time to time. @returns what ends it and gives the samples: the slowest model's lag each */
  watch() {
    const samples = [];
    let over = false;
    const watching = (async () => {
      while (!over) {
        samples.push(slowest(await this.look()));
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
      }
    })();
    return async () => {
      over = true;
      await watching;
      samples.push(slowest(await this.look()));
      return samples;
    };
  }

  /** @returns ms until every run had its receipt and every model everything. @throws Error when that takes too long */
  async drained() {
    const began = performance.now();
    for (;;) {
      const [behind, receipts] = [await this.look(), await this.receiptsOpen()];
      if (slowest(behind) === 0 && receipts === 0) return Math.round(performance.now() - began);
      if (performance.now() - began > DRAIN_MS)
        throw new Error(`left behind: ${receipts} receipts, events of ${JSON.stringify(behind)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** @returns closed runs that have no receipt yet: work that a load leaves behind */
  async receiptsOpen() {
    const [{ open }] = await this.query(
      `select (select count(*) from rm_workflows.rm_workflows where terminal)::int
            - (select count(*) from rm_receipts.rm_receipts)::int as open`,
    );
    return Math.max(0, open); // the model of receipts may be ahead of the other
  }

  /** @returns what the database has done so far */
  async work() {
    const [row] = await this.query(
      `select xact_commit::float8 as commits, tup_inserted::float8 as inserted, tup_updated::float8 as updated,
              tup_deleted::float8 as deleted
       from pg_stat_database where datname = current_database()`,
    );
    return row;
  }

  query(text, values) {
    return this.#client.query(text, values).then(({ rows }) => rows);
  }

  close() {
    return this.#client.end();
  }

  /** What is stored after the least of these positions, counted once for all models: looking is part of the load. */
  async #typesAfter(froms, head) {
    const steps = [...new Set(froms)].sort((a, b) => a - b);
    if (steps[0] >= head) return [];
    const { rows } = await this.#client.query(
      `select type, width_bucket(position - 1, $1::bigint[]) as nth, count(*)::int as events
       from (select each.type, log.position - log.size + each.place as position from quittance_events.log
             cross join lateral unnest(string_to_array(types, E'\\n')) with ordinality as each (type, place)
             where log.position > $2 and log.position - log.size < $3) as stored
       where position > $2 and position <= $3 group by 1, 2`,
      [steps, steps[0], head],
    );
    return rows.map(({ type, nth, events }) => ({ type, after: steps[nth - 1], events }));
  }
}

const slowest = (behind) => Math.max(0, ...Object.values(behind));
