import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../adapters/nats/connection.js';
import { freePort } from './loopback-port.js';
import { type NatsNode, startNats } from './nats.js';
import { partFailed, READY_MS, type RunningPart, type UnexpectedExit } from './server-process.js';
import { waitUntil } from './wait-until.js';

export interface NatsClusterOptions {
  /** each node has a folder in it */
  readonly dataDir: string;
  readonly nodes: number;
  readonly password: string;
  readonly onUnexpectedExit?: (exit: UnexpectedExit) => void;
}

export interface RunningNatsCluster {
  readonly addresses: string;
  /** of the first node */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Several NATS servers that keep their streams together. Addresses are those of all nodes, separated by commas. */
export async function startNatsCluster({
  nodes,
  ...options
}: NatsClusterOptions): Promise<RunningNatsCluster> {
  const ports = await Promise.all(Array.from({ length: nodes }, freePort));
  const starts = ports.map((port, index) => startNode({ name: `nats-${index + 1}`, port, ports }, options));
  const ends = await Promise.allSettled(starts);
  const started = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const stop = async () => {
    await Promise.all(started.map((node) => node.stop()));
  };
  try {
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const addresses = started.map(({ url }) => url).join(',');
    await haveLeader(addresses);
    return { addresses, pid: started[0]!.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const startNode = (
  cluster: NatsNode,
  { dataDir, ...options }: Omit<NatsClusterOptions, 'nodes'>,
): Promise<RunningPart> => startNats({ ...options, dataDir: join(dataDir, cluster.name), cluster });

/** Streams can be made as soon as the nodes have agreed on one of them to lead. */
async function haveLeader(addresses: string): Promise<void> {
  const connection = await connectNats(addresses);
  try {
    const answers = () =>
      jetstreamManager(connection).then(
        () => true,
        () => undefined,
      );
    if (!(await waitUntil(answers, READY_MS, 100)))
      throw partFailed('The NATS cluster', `no leader within ${READY_MS} ms`, '');
  } finally {
    await connection.close();
  }
}
