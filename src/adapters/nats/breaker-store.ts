import { createHash } from 'node:crypto';
import { JetStreamApiError, StorageType, type StoredMsg } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { z } from 'zod';
import { type Breaker, CLOSED } from '../../kernel/breaker.js';
import type { BreakerStore, StoredBreaker } from '../../ports/breakers.js';
import { DisposableStreams } from './streams.js';

const WRONG_LAST_SEQUENCE = new Set([10_071, 10_164]);
const NO_MESSAGE_FOUND = 10_037;
/** A breaker that nobody has moved for so long says nothing any more. */
const KEPT_MS = 3_600_000;

const time = z.number().nonnegative();
const stored = z.strictObject({
  serviceId: z.string(),
  breaker: z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('closed'), failures: z.array(time) }),
    z.strictObject({ is: z.literal('open'), until: time }),
    z.strictObject({ is: z.literal('half-open'), probe: z.string(), until: time }),
  ]),
});

/** The last message of a subject is a breaker, its sequence the version. In the server's memory: disposable. */
export class NatsBreakerStore implements BreakerStore {
  private readonly stream: string;
  private readonly root: string;
  private readonly streams: DisposableStreams;

  private constructor(connection: NatsConnection, prefix: string) {
    this.stream = prefix ? `${prefix}_BREAKERS` : 'BREAKERS';
    this.root = prefix ? `${prefix}.breaker` : 'breaker';
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

  static async open(connection: NatsConnection, { prefix = '' } = {}): Promise<NatsBreakerStore> {
    const store = new NatsBreakerStore(connection, prefix);
    await store.streams.restore();
    return store;
  }

  async load(serviceId: string): Promise<StoredBreaker> {
    const message = await this.last(this.subjectOf(serviceId));
    return (message && read(message)) ?? { serviceId, breaker: CLOSED, version: message?.seq ?? 0 };
  }

  async save(serviceId: string, breaker: Breaker, version: number): Promise<boolean> {
    const body = JSON.stringify({ serviceId, breaker });
    const options = { expect: { lastSubjectSequence: version } };
    try {
      await this.streams.mending(() => this.streams.js.publish(this.subjectOf(serviceId), body, options));
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code)) return false;
      throw error;
    }
  }

  async all(limit: number): Promise<readonly StoredBreaker[]> {
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

  /** Ids come from registries: whatever stands in them is one word here. */
  private subjectOf(serviceId: string): string {
    return `${this.root}.${createHash('sha256').update(serviceId).digest('hex').slice(0, 32)}`;
  }
}

/** @returns undefined for what another version wrote */
function read(message: StoredMsg): StoredBreaker | undefined {
  try {
    return { ...stored.parse(message.json()), version: message.seq };
  } catch {
    return undefined;
  }
}
