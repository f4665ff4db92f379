import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { type Breaker, CLOSED } from '../../kernel/breaker.js';
import type { BreakerStore, StoredBreaker } from '../../ports/breakers.js';
import { Cells } from './cells.js';

/** A breaker that nobody has moved for so long says nothing any more. */
const KEPT_MS = 3_600_000;

const time = z.number().nonnegative();
const schema = z.strictObject({
  serviceId: z.string(),
  breaker: z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('closed'), failures: z.array(time) }),
    z.strictObject({ is: z.literal('open'), until: time }),
    z.strictObject({ is: z.literal('half-open'), probe: z.string(), until: time }),
  ]),
});

type Stored = Pick<StoredBreaker, 'serviceId' | 'breaker'>;

export class NatsBreakerStore implements BreakerStore {
  private constructor(private readonly cells: Cells<Stored>) {}

  static async open(connection: NatsConnection, { prefix = '' } = {}): Promise<NatsBreakerStore> {
    const options = { prefix, name: 'BREAKER', keptMs: KEPT_MS, schema };
    return new NatsBreakerStore(await Cells.open<Stored>(connection, options));
  }

  async load(serviceId: string): Promise<StoredBreaker> {
    const { value, version } = await this.cells.load(serviceId);
    return { serviceId, breaker: CLOSED, ...value, version };
  }

  async save(serviceId: string, breaker: Breaker, version: number): Promise<boolean> {
    return (await this.cells.save(serviceId, { serviceId, breaker }, version)) !== undefined;
  }

  async all(limit: number): Promise<readonly StoredBreaker[]> {
    return (await this.cells.all(limit)).map(({ value, version }) => ({ ...value, version }));
  }
}
