import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { testServerUrl } from './postgres.js';

export interface FreshNats {
  readonly url: string;
  readonly connection: NatsConnection;
  /** for the names of streams, buckets and subjects, so that specs on one server do not meet */
  readonly prefix: string;
  /** removes every stream under the prefix and closes the connection */
  close(): Promise<void>;
}

export async function freshNats(): Promise<FreshNats> {
  const url = testServerUrl('TEST_NATS_URL');
  const connection = await connect({ servers: url });
  const prefix = `t${randomBytes(5).toString('hex')}`;
  return {
    url,
    connection,
    prefix,
    async close() {
      const manager = await jetstreamManager(connection);
      for await (const name of manager.streams.names()) {
        if (name.includes(prefix)) await manager.streams.delete(name);
      }
      await connection.close();
    },
  };
}
