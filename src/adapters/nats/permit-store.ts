import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { NO_PERMITS, type Permits } from '../../kernel/permits.js';
import type { PermitStore, StoredPermits } from '../../ports/permits.js';
import { Cells } from './cells.js';

/** Leases end long before: what nobody has touched for so long says nothing any more. */
const KEPT_MS = 600_000;

const schema = z.strictObject({
  key: z.string(),
  permits: z.strictObject({
    holders: z.record(z.string(), z.number()),
    tokens: z.number(),
    at: z.number(),
  }),
});

type Stored = Pick<StoredPermits, 'key' | 'permits'>;

export class NatsPermitStore implements PermitStore {
  private constructor(private readonly cells: Cells<Stored>) {}

  static async open(connection: NatsConnection, { prefix = '' } = {}): Promise<NatsPermitStore> {
    const options = { prefix, name: 'PERMIT', keptMs: KEPT_MS, schema };
    return new NatsPermitStore(await Cells.open<Stored>(connection, options));
  }

  async load(key: string): Promise<StoredPermits> {
    const { value, version } = await this.cells.load(key);
    return { key, permits: NO_PERMITS, ...value, version };
  }

  save(key: string, permits: Permits, version: number): Promise<number | undefined> {
    return this.cells.save(key, { key, permits }, version);
  }

  async all(limit: number): Promise<readonly StoredPermits[]> {
    return (await this.cells.all(limit)).map(({ value, version }) => ({ ...value, version }));
  }
}
