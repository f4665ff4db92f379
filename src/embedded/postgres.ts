import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isRefusal } from '../kernel/errors.js';
import { freePort, LOOPBACK, portIfFree, portInUse, requirePort } from './loopback-port.js';
import { claimPartFolder, type PartFolder } from './part-folder.js';
import { type Cluster, dataDirectory, prepareCluster, SUPERUSER, socketOf } from './postgres-cluster.js';
import {
  launch,
  READY_MS,
  type RunningPart,
  type ServerProcess,
  type UnexpectedExit,
} from './server-process.js';

export interface PostgresOptions {
  readonly dataDir: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** used when it is free; any other will do */
  readonly preferredPort?: number | undefined;
  /** without one, any local user may connect; set at the first start of a folder */
  readonly password?: string;
  /** false trades durability for speed: for tests only */
  readonly fsync?: boolean;
  readonly onUnexpectedExit?: (exit: UnexpectedExit) => void;
}

export interface RunningPostgres extends RunningPart {
  /**
   * For programs of this machine: its socket, by which a question takes about a tenth less than by `url`. Where the
   * socket cannot be reached, for a folder with a long name (some hundred bytes) or on Windows, it is `url`.
   */
  readonly localUrl: string;
}

const PART = 'Postgres';
const DATABASE = 'quittance';
const PORT_ATTEMPTS = 4;
/** Processes of a Postgres that was killed end when they notice; until then they hold the memory they shared with it. */
const LEFT_MS = 30_000;
const LEFT_PAUSE_MS = 100;

/**
 * A real Postgres on the loopback address, with a database `quittance`.
 * @throws Refusal PORT_IN_USE, DATA_FOLDER_IN_USE, POSTGRES_UNAVAILABLE, PART_FAILED
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const folder = await claimPartFolder(options.dataDir, 'SIGINT');
  // only now: an orphan in this folder may have been what listened there
  if (options.port) await requirePort(PART, options.port);
  let preferred = await portIfFree(options.preferredPort);
  const cluster = await prepareCluster(folder, options.password);
  const patience = performance.now() + LEFT_MS;
  for (let attempt = 1; ; ) {
    const port = options.port || preferred || (await freePort());
    try {
      return await serve(folder, cluster, port, options);
    } catch (error) {
      if (!isRefusal(error, 'PART_FAILED')) throw error;
      const said = readFileSync(folder.logFile, 'utf8');
      if (/shared memory block .* still in use/.test(said) && performance.now() < patience) {
        await sleep(LEFT_PAUSE_MS);
        continue;
      }
      if (!/Address already in use/.test(said)) throw error;
      if (options.port || attempt === PORT_ATTEMPTS) throw portInUse(PART, port);
      preferred = 0;
      attempt++;
    }
  }
}

async function serve(
  folder: PartFolder,
  cluster: Cluster,
  port: number,
  options: PostgresOptions,
): Promise<RunningPostgres> {
  const server = launch(folder, {
    part: PART,
    command: cluster.binaries.postgres,
    args: ['-D', dataDirectory(cluster), ...settings(folder, port, options.fsync ?? true)],
    cwd: cluster.path,
    endGently: 'SIGINT',
    onUnexpectedExit: options.onUnexpectedExit,
    ...(cluster.runAs && { runAs: cluster.runAs }),
  });
  const credentials = options.password ? `${SUPERUSER}:${encodeURIComponent(options.password)}` : SUPERUSER;
  const urlOf = (host: string, database = DATABASE) =>
    `postgres://${credentials}@${host}:${port}/${database}`;
  try {
    await server.ready(() => saysReady(cluster, server), READY_MS);
    const host = (await answers(socketOf(cluster, port))) ? encodeURIComponent(cluster.path) : LOOPBACK;
    await ensureDatabase(urlOf(host), urlOf(host, 'postgres'));
    return { url: urlOf(LOOPBACK), localUrl: urlOf(host), pid: server.pid, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const settings = (folder: PartFolder, port: number, fsync: boolean): string[] =>
  Object.entries({
    port,
    listen_addresses: LOOPBACK,
    // in the data directory, which nobody else may enter; a relative path is not too long for Postgres
    unix_socket_directories: process.platform === 'win32' ? '' : '.',
    // seven processes by role need about 130
    max_connections: 200,
    shared_buffers: '64MB',
    jit: 'off',
    synchronous_commit: fsync ? 'on' : 'off',
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    wal_compression: 'on',
    max_wal_size: '512MB',
    min_wal_size: '80MB',
    log_timezone: 'UTC',
    timezone: 'UTC',
    // No setting of Postgres: it makes the command line name the folder, by which an orphan is recognised.
    'quittance.folder': folder.path,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The eighth line of postmaster.pid is how Postgres tells pg_ctl that it accepts connections. */
function saysReady(cluster: Cluster, server: ServerProcess): true | undefined {
  const file = join(cluster.path, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') || undefined;
}

async function answers(path: string): Promise<boolean> {
  try {
    const socket = connect({ path });
    await once(socket, 'connect');
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}

const UNKNOWN_DATABASE = '3D000';

async function ensureDatabase(url: string, maintenanceUrl: string): Promise<void> {
  try {
    await query(url, 'SELECT 1');
  } catch (error) {
    if ((error as { code?: string }).code !== UNKNOWN_DATABASE) throw error;
    await query(maintenanceUrl, `CREATE DATABASE ${DATABASE}`);
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
