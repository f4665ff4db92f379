import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConsumerConfig,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type PubAck,
  type StreamConfig,
} from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { Acknowledged, type PublishOptions } from './acknowledged.js';
import { replicasOf } from './connection.js';
import { Presence } from './presence.js';

/** A stream as it should be. Whoever uses it makes it, also again when it has vanished. */
export type StreamSpec = Partial<StreamConfig> & { readonly name: string; readonly subjects: string[] };

const NAME_IN_USE = 10_058;
const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;

export const isMissing = (error: unknown): boolean =>
  (error instanceof JetStreamApiError && [STREAM_NOT_FOUND, CONSUMER_NOT_FOUND].includes(error.code)) ||
  hasNoResponders(error);

/** A subject that no stream takes has nobody who acknowledges. */
function hasNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  if (error instanceof errors.RequestError && error.isNoResponders()) return true;
  return error instanceof Error && error.cause !== undefined && hasNoResponders(error.cause);
}

/** A server that comes back answers well within this; one that does not is reported. */
const PATIENCE_MS = 10_000;
const RETRY_PAUSE_MS = 100;
const UNAVAILABLE = 10_008;

/** Asking again may help: the connection was lost, the server is too busy, or it has only just come up. */
const isPassing = (error: unknown): boolean =>
  error instanceof errors.TimeoutError ||
  (error instanceof errors.RequestError && !error.isNoResponders()) ||
  (error instanceof JetStreamApiError && error.code === UNAVAILABLE) ||
  (error instanceof errors.RequestError && error.cause instanceof errors.TimeoutError);

/**
 * JetStream as something that can be lost: what is missing is made again, and the call made again, until it is
 * answered or patience ends. Every call made through it must bear being made twice.
 */
export class DisposableStreams {
  readonly js: JetStreamClient;
  private readonly presence: Presence;
  private readonly acknowledged: Acknowledged;
  private manager: Promise<JetStreamManager> | undefined;
  private restoring: Promise<void> | undefined;

  constructor(
    readonly connection: NatsConnection,
    private readonly specs: readonly StreamSpec[],
    private readonly consumers: Map<string, readonly Partial<ConsumerConfig>[]> = new Map(),
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.js = jetstream(connection);
    this.presence = new Presence(connection);
    this.acknowledged = Acknowledged.on(connection);
  }

  /** Without the check of the account: it would only cost a round trip. */
  api(): Promise<JetStreamManager> {
    this.manager ??= jetstreamManager(this.connection, { checkAPI: false });
    return this.manager;
  }

  /** From now on, `restore` makes these consumers too. */
  async addConsumers(stream: string, configs: readonly Partial<ConsumerConfig>[]): Promise<void> {
    const known = this.consumers.get(stream) ?? [];
    const fresh = configs.filter((config) => !known.some((one) => one.durable_name === config.durable_name));
    this.consumers.set(stream, [...known, ...fresh]);
    await this.restore();
  }

  /** Idempotent; callers that ask while it runs share one run. */
  restore(): Promise<void> {
    this.restoring ??= this.presence
      .ask(() => this.makeAll())
      .finally(() => {
        this.restoring = undefined;
      });
    return this.restoring;
  }

  async publish(subject: string, data: Uint8Array | string, options: PublishOptions = {}): Promise<PubAck> {
    return this.mending(() => this.acknowledged.publish(subject, data, options));
  }

  /** Runs `call` until it is answered. @throws what it failed with last, once patience has ended */
  async mending<T>(call: () => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + this.patienceMs;
    let missing = false;
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.presence.isAway) await this.presence.connected(Math.max(0, giveUpAt - Date.now()));
        if (missing) await this.restore();
        return await this.presence.ask(call);
      } catch (error) {
        if (!isMissing(error) && !isPassing(error)) throw error;
        if (Date.now() >= giveUpAt) throw error;
        missing ||= isMissing(error);
        // the first time, what is missing is only to be made
        if (attempt > 1 || !missing) await sleep(RETRY_PAUSE_MS);
      }
    }
  }

  private async makeAll(): Promise<void> {
    const manager = await this.api();
    await Promise.all(
      this.specs.map(async (spec) => {
        await makeStream(manager, { num_replicas: replicasOf(this.connection), ...spec });
        for (const config of this.consumers.get(spec.name) ?? [])
          await manager.consumers.add(spec.name, config);
      }),
    );
  }
}

async function makeStream(manager: JetStreamManager, spec: StreamSpec): Promise<void> {
  try {
    await manager.streams.add(spec);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== NAME_IN_USE) throw error;
    await manager.streams.update(spec.name, spec);
  }
}
