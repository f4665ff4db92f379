import { createHash } from 'node:crypto';
import { JetStreamApiError, StorageType, type StoredMsg } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { z } from 'zod';
import { NO_PERMITS, type Permits } from '../../kernel/permits.js';
import type { PermitStore, StoredPermits } from '../../ports/permits.js';
import { DisposableStreams } from './streams.js';

const WRONG_LAST_SEQUENCE = new Set([10_071, 10_164]);
const NO_MESSAGE_FOUND = 10_037;
/** Leases end long before: what nobody has touched for so long says nothing any more. */
const KEPT_MS = 600_000;

const stored = z.strictObject({
  key: z.string(),
  permits: z.strictObject({
    holders: z.record(z.string(), z.number()),
    tokens: z.number(),
    at: z.number(),
  }),
});

/** The last message of a subject holds the permits of a key, its sequence is the version. In the server's memory. */
export class NatsPermitStore implements PermitStore {
  private readonly stream: string;
  private readonly root: string;
  private readonly streams: DisposableStreams;

  private constructor(connection: NatsConnection, prefix: string) {
    this.stream = prefix ? `${prefix}_PERMITS` : 'PERMITS';
    this.root = prefix ? `${prefix}.permit` : 'permit';
    this.streams = new DisposableStreams(connection, [
      {
        name: this.stream,
        subjects: [`${this.root}.*`],
        storage: StorageType.Memory,
        max_msgs_per_subject: 1,
        max_age: nanos(KEPT_MS),
      },
    ]);
  }

  static async open(connection: NatsConnection, { prefix = '' } = {}): Promise<NatsPermitStore> {
    const store = new NatsPermitStore(connection, prefix);
    await store.streams.restore();
    return store;
  }

  async load(key: string): Promise<StoredPermits> {
    const message = await this.last(this.subjectOf(key));
    return (message && read(message)) ?? { key, permits: NO_PERMITS, version: message?.seq ?? 0 };
  }

  async save(key: string, permits: Permits, version: number): Promise<number | undefined> {
    const body = JSON.stringify({ key, permits });
    const options = { expect: { lastSubjectSequence: version } };
    try {
      const { seq } = await this.streams.mending(() =>
        this.streams.js.publish(this.subjectOf(key), body, options),
      );
      return seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code)) return undefined;
      throw error;
    }
  }

  async all(limit: number): Promise<readonly StoredPermits[]> {
    const info = await this.streams.mending(async () =>
      (await this.streams.api()).streams.info(this.stream, { subjects_filter: `${this.root}.*` }),
    );
    const subjects = Object.keys(info.state.subjects ?? {}).slice(0, limit);
    const messages = await Promise.all(subjects.map((subject) => this.last(subject)));
    return messages.flatMap((message) => (message && read(message)) ?? []);
  }

  private last(subject: string): Promise<StoredMsg | undefined> {
    return this.streams.mending(async () => {
      const { streams } = await this.streams.api();
      try {
        return (await streams.getMessage(this.stream, { last_by_subj: subject })) ?? undefined;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === NO_MESSAGE_FOUND) return undefined;
        throw error;
      }
    });
  }

  /** Ids of services come from registries: whatever stands in them is one word here. */
  private subjectOf(key: string): string {
    return `${this.root}.${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
  }
}

/** @returns undefined for what another version wrote */
function read(message: StoredMsg): StoredPermits | undefined {
  try {
    return { ...stored.parse(message.json()), version: message.seq };
  } catch {
    return undefined;
  }
}
