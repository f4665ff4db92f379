import { Server, ServerCredentials } from '@grpc/grpc-js';
import { batchAppend } from './append-call.js';
import { read } from './read-call.js';
import { ServerLog } from './server-log.js';
import { features, ServerFeaturesService, StreamsService } from './stubs.js';

export interface EventStoreStandin {
  /** for EVENTSTORE or EventStoreDB's own clients */
  readonly url: string;
  /** ends every subscription, as a server does that restarts */
  endSubscriptions(): void;
  stop(): Promise<void>;
}

/**
 * Speaks as much of EventStoreDB's gRPC protocol as the adapter needs: server features, batch append, read, and
 * subscriptions to $all. It shows that the adapter speaks the protocol, not that the real server agrees; for that,
 * run the contract suite with EVENTSTORE_URL set.
 */
export async function startEventStoreStandin(): Promise<EventStoreStandin> {
  const log = new ServerLog();
  const server = new Server();
  const subscriptions = new Set<() => void>();
  server.addService(ServerFeaturesService, { getSupportedMethods });
  server.addService(StreamsService, {
    batchAppend: batchAppend(log),
    read: read(log, (end) => subscriptions.add(end)),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    url: `kurrentdb://127.0.0.1:${port}?tls=false`,
    endSubscriptions: () => {
      for (const end of subscriptions) end();
      subscriptions.clear();
    },
    stop: async () => server.forceShutdown(),
  };
}

type Answer = (error: null, methods: InstanceType<typeof features.SupportedMethods>) => void;

function getSupportedMethods(_call: unknown, answer: Answer): void {
  const supported = new features.SupportedMethods();
  supported.setEventStoreServerVersion('25.0.0');
  for (const method of ['read', 'append', 'batchappend']) {
    const one = new features.SupportedMethod();
    one.setServiceName('event_store.client.streams.streams');
    one.setMethodName(method);
    supported.addMethods(one);
  }
  answer(null, supported);
}
