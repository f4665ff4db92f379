import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isRefusal } from '../kernel/errors.js';
import { LOOPBACK, portIfFree, portInUse, requirePort } from './loopback-port.js';
import { natsBinary } from './nats-binary.js';
import { claimPartFolder } from './part-folder.js';
import { launch, READY_MS, type RunningPart, type UnexpectedExit } from './server-process.js';

export interface NatsOptions {
  readonly dataDir: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** used when it is free; any other will do */
  readonly preferredPort?: number | undefined;
  /** without one, any local user may connect */
  readonly password?: string;
  /** one node of several */
  readonly cluster?: NatsNode;
  readonly onUnexpectedExit?: (exit: UnexpectedExit) => void;
}

/** Its place in a cluster. All addresses are on loopback. */
export interface NatsNode {
  readonly name: string;
  /** where the other nodes reach this one */
  readonly port: number;
  /** ports of all nodes */
  readonly ports: readonly number[];
}

const PART = 'NATS';
const USER = 'quittance';

/**
 * A real NATS server with JetStream on the loopback address, on half of the processors: its threads wake each other for a
 * few microseconds of work each time, and whoever was working there waits.
 * @throws Refusal PORT_IN_USE, DATA_FOLDER_IN_USE, NATS_UNAVAILABLE, PART_FAILED
 */
export async function startNats(options: NatsOptions): Promise<RunningPart> {
  const command = await natsBinary();
  const folder = await claimPartFolder(options.dataDir, 'SIGTERM');
  // only now: an orphan in this folder may have been what listened there
  if (options.port) await requirePort(PART, options.port);
  const port = options.port || (await portIfFree(options.preferredPort));
  for (const stale of portFiles(folder.path)) rmSync(join(folder.path, stale));
  const configFile = join(folder.path, 'nats.conf');
  writeFileSync(configFile, config(folder.path, port, options), { mode: 0o600 });

  const server = launch(folder, {
    part: PART,
    command,
    args: ['-c', configFile],
    env: { GOMAXPROCS: `${Math.max(1, availableParallelism() >> 1)}` },
    endGently: 'SIGTERM',
    onUnexpectedExit: options.onUnexpectedExit,
  });
  try {
    const address = await server.ready(() => announcedAddress(folder.path, server.pid), READY_MS);
    const credentials = options.password ? `${USER}:${encodeURIComponent(options.password)}@` : '';
    return { url: address.replace('nats://', `nats://${credentials}`), pid: server.pid, stop: server.stop };
  } catch (error) {
    await server.stop();
    const taken =
      isRefusal(error, 'PART_FAILED') && /address already in use/.test(String(error.figures['log']));
    throw taken && options.port ? portInUse(PART, options.port) : error;
  }
}

/** What JetStream holds can be rebuilt, so it keeps its default of syncing now and then. */
const config = (folder: string, port: number, { password, cluster }: NatsOptions): string => `
host: ${LOOPBACK}
port: ${port || -1}
ports_file_dir: ${JSON.stringify(folder)}
max_payload: 4MB
jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }
${cluster ? clusterConfig(cluster) : ''}
${password ? `authorization { user: ${USER}, password: ${JSON.stringify(password)} }` : ''}
`;

const clusterConfig = ({ name, port, ports }: NatsNode): string => `
server_name: ${name}
cluster {
  name: quittance
  listen: ${LOOPBACK}:${port}
  no_advertise: true
  routes: [${ports.map((each) => `"nats://${LOOPBACK}:${each}"`).join(', ')}]
}`;

const portFiles = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.ports'));

/** The server writes `<its name>_<pid>.ports` once it listens. The file may be seen half written. */
function announcedAddress(folder: string, pid: number): string | undefined {
  const file = portFiles(folder).find((name) => name.endsWith(`_${pid}.ports`));
  if (!file) return undefined;
  try {
    return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { nats: string[] }).nats[0];
  } catch {
    return undefined;
  }
}
