import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Refusal } from '../../kernel/errors.js';

export interface ConnectOptions {
  /** shown in the server's list of connections */
  readonly name?: string;
  /** true lets an older server pass, which silently ignores headers that production relies on */
  readonly development?: boolean;
  /** nodes of the server's cluster that keep a copy of every stream; 1 when absent */
  readonly replicas?: number;
}

const replicas = new WeakMap<NatsConnection, number>();

/** How many nodes keep what is stored through this connection. */
export const replicasOf = (connection: NatsConnection): number => replicas.get(connection) ?? 1;

const OLDEST = [2, 12] as const;
const RECONNECT_MS = 250;

/**
 * Connects once, and then again for ever when the connection is lost.
 * @param url `nats://[user:password@]host:port`, several separated by commas
 * @throws Refusal NATS_TOO_OLD {version, oldest}, NATS_WITHOUT_JETSTREAM, NATS_UNREACHABLE
 */
export async function connectNats(url: string, options: ConnectOptions = {}): Promise<NatsConnection> {
  const connection = await open(url, options.name ?? 'quittance');
  const refusal = unfit(connection.info?.version ?? '0', connection.info?.jetstream === true, options);
  replicas.set(connection, options.replicas ?? 1);
  if (!refusal) return connection;
  await connection.close();
  throw refusal;
}

async function open(url: string, name: string): Promise<NatsConnection> {
  const servers = url.split(',').map((one) => new URL(one.includes('://') ? one : `nats://${one}`));
  const { username, password } = servers[0]!;
  try {
    return await connect({
      servers: servers.map((server) => server.host),
      name,
      ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: RECONNECT_MS,
      // a trace for every request costs more than the request
      noAsyncTraces: true,
    });
  } catch (cause) {
    const hosts = servers.map((server) => server.host);
    throw new Refusal(
      'NATS_UNREACHABLE',
      `No NATS server answers at ${hosts.join(', ')}.`,
      { hosts },
      'retryable',
      { cause },
    );
  }
}

export function unfit(
  version: string,
  jetstream: boolean,
  { development }: ConnectOptions,
): Refusal | undefined {
  const oldest = OLDEST.join('.');
  if (!jetstream)
    return new Refusal('NATS_WITHOUT_JETSTREAM', 'This NATS server runs without JetStream.', { version });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const current = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (current || development) return undefined;
  return new Refusal('NATS_TOO_OLD', `NATS ${version} is too old; ${oldest} is the oldest that will do.`, {
    version,
    oldest,
  });
}
