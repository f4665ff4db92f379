import { hash } from 'node:crypto';
import { JetStreamApiError, StorageType, type StoredMsg } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { z } from 'zod';
import { DisposableStreams } from './streams.js';

const WRONG_LAST_SEQUENCE = new Set([10_071, 10_164]);
const NO_MESSAGE_FOUND = 10_037;

export interface CellsOptions<Value> {
  /** sets them apart from others on the same server; may be empty */
  readonly prefix: string;
  /** of the stream, and in small letters of its subjects */
  readonly name: string;
  /** ms after which what nobody has touched is forgotten */
  readonly keptMs: number;
  readonly schema: z.ZodType<Value>;
}

/**
 * Small values that processes share and change by compare and set: the last message of a subject is the value of a
 * key, its sequence the version. In the server's memory: disposable.
 */
export class Cells<Value> {
  private readonly stream: string;
  private readonly root: string;
  private readonly streams: DisposableStreams;

  private constructor(
    connection: NatsConnection,
    private readonly options: CellsOptions<Value>,
  ) {
    const { prefix, name, keptMs } = options;
    this.stream = prefix ? `${prefix}_${name}S` : `${name}S`;
    this.root = prefix ? `${prefix}.${name.toLowerCase()}` : name.toLowerCase();
    this.streams = new DisposableStreams(connection, [
      {
        name: this.stream,
        subjects: [`${this.root}.*`],
        storage: StorageType.Memory,
        max_msgs_per_subject: 1,
        max_age: nanos(keptMs),
      },
    ]);
  }

  static async open<Value>(connection: NatsConnection, options: CellsOptions<Value>): Promise<Cells<Value>> {
    const cells = new Cells(connection, options);
    await cells.streams.restore();
    return cells;
  }

  /** A key that was never saved, or saved by another version of the program, has no value. */
  async load(key: string): Promise<{ readonly value: Value | undefined; readonly version: number }> {
    const message = await this.last(this.subjectOf(key));
    return { value: message && this.read(message), version: message?.seq ?? 0 };
  }

  /** @returns the new version, or undefined when somebody else saved since `version` */
  async save(key: string, value: Value, version: number): Promise<number | undefined> {
    const options = { expect: { lastSubjectSequence: version } };
    try {
      const { seq } = await this.streams.publish(this.subjectOf(key), JSON.stringify(value), options);
      return seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code)) return undefined;
      throw error;
    }
  }

  async all(limit: number): Promise<readonly { readonly value: Value; readonly version: number }[]> {
    const info = await this.streams.mending(async () =>
      (await this.streams.api()).streams.info(this.stream, { subjects_filter: `${this.root}.*` }),
    );
    const subjects = Object.keys(info.state.subjects ?? {}).slice(0, limit);
    const messages = await Promise.all(subjects.map((subject) => this.last(subject)));
    return messages.flatMap((message) => {
      const value = message && this.read(message);
      return value === undefined ? [] : [{ value, version: message!.seq }];
    });
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

  private read(message: StoredMsg): Value | undefined {
    try {
      return this.options.schema.parse(message.json());
    } catch {
      return undefined;
    }
  }

  /** Keys come from registries: whatever stands in them is one word here. */
  private subjectOf(key: string): string {
    return `${this.root}.${hash('sha256', key, 'hex').slice(0, 32)}`;
  }
}
