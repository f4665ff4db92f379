import { hash } from 'node:crypto';
import type pg from 'pg';
import { Coalescer } from '../../kernel/coalescer.js';
import type { ArtifactStore } from '../../ports/artifacts.js';
import { artifactNotFound, requireIntact } from '../artifact-address.js';
import { reachable } from './connection-loss.js';

/** Their bytes come one after another as one value, which travels as it is: in an array it would be text, twice as long. */
const PUT = `INSERT INTO quittance_ops.artifacts (sha256, bytes)
  SELECT sha256, substring($2::bytea FROM ends - size + 1 FOR size)
  FROM unnest($1::text[], $3::int[], $4::int[]) AS t (sha256, size, ends) ON CONFLICT DO NOTHING`;
/** artifacts of one statement: what arrives while another is under way */
const AT_ONCE = 64;
const PACE_MS = 5;
const GET = 'SELECT bytes FROM quittance_ops.artifacts WHERE sha256 = $1';
const HAS = 'SELECT 1 FROM quittance_ops.artifacts WHERE sha256 = $1';
const DELETE = 'DELETE FROM quittance_ops.artifacts WHERE sha256 = $1';

/** Artifacts beside the operational tables, on a pool whose database has OPS_SCHEMA. */
export class PostgresArtifactStore implements ArtifactStore {
  private readonly writes: Coalescer<{ readonly address: string; readonly bytes: Uint8Array }>;

  /**
   * @param relaxed for what is put, where the events are in the same database: it may commit without flushing, for the
   * server's log is flushed in its order. Once an event that names an artifact is durable, so is what was put before it
   */
  constructor(
    private readonly pool: pg.Pool,
    relaxed: pg.Pool = pool,
  ) {
    this.writes = new Coalescer(
      async (items) => {
        const sizes = items.map(({ bytes }) => bytes.length);
        let end = 0;
        const ends = sizes.map((size) => (end += size));
        const bytes = Buffer.concat(items.map((item) => item.bytes));
        const values = [items.map(({ address }) => address), bytes, sizes, ends];
        await reachable(relaxed.query({ name: 'artifact-put', text: PUT, values }));
      },
      AT_ONCE,
      PACE_MS,
    );
  }

  async put(bytes: Uint8Array): Promise<string> {
    const address = hash('sha256', bytes, 'hex');
    await this.writes.add({ address, bytes });
    return address;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const asked = this.pool.query<{ bytes: Buffer }>({ name: 'artifact-get', text: GET, values: [sha256] });
    const found = (await reachable(asked)).rows[0];
    if (!found) throw artifactNotFound(sha256);
    return requireIntact(sha256, new Uint8Array(found.bytes));
  }

  async has(sha256: string): Promise<boolean> {
    const asked = this.pool.query({ name: 'artifact-has', text: HAS, values: [sha256] });
    return (await reachable(asked)).rows.length === 1;
  }

  async delete(sha256: string): Promise<void> {
    await reachable(this.pool.query({ name: 'artifact-delete', text: DELETE, values: [sha256] }));
  }
}
