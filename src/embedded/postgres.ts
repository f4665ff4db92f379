import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { isRefusal } from '../kernel/errors.js';
import { freePort, LOOPBACK, portInUse, requirePort } from './loopback-port.js';
import { claimPartFolder, type PartFolder } from './part-folder.js';
import { isSearchable, type PostgresBinaries, postgresBinaries } from './postgres-binaries.js';
import { commandLine } from './process-identity.js';
import { launch, partFailed, type ServerProcess, type UnexpectedExit } from './server-process.js';

export interface PostgresOptions {
  readonly dataDir: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** without one, any local user may connect; set at the first start of a folder */
  readonly password?: string;
  /** false trades durability for speed: for tests only */
  readonly fsync?: boolean;
  readonly onUnexpectedExit?: (exit: UnexpectedExit) => void;
}

export interface RunningPart {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const PART = 'Postgres';
const SUPERUSER = 'quittance';
const DATABASE = 'quittance';
/** nobody: exists everywhere, owns nothing. Postgres refuses to run as root. */
const NOBODY = 65_534;
const READY_MS = 20_000;
const PORT_ATTEMPTS = 4;

/**
 * A real Postgres on the loopback address, with a database `quittance`.
 * @throws Refusal PORT_IN_USE, DATA_FOLDER_IN_USE, POSTGRES_UNAVAILABLE, PART_FAILED
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPart> {
  if (options.port) await requirePort(PART, options.port);
  const folder = await claimPartFolder(options.dataDir, 'SIGINT');
  const cluster = await prepareCluster(folder, options);
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    try {
      return await serve(folder, cluster, port, options);
    } catch (error) {
      const taken =
        isRefusal(error, 'PART_FAILED') && /Address already in use/.test(String(error.figures['log']));
      if (!taken) throw error;
      if (options.port || attempt === PORT_ATTEMPTS) throw portInUse(PART, port);
    }
  }
}

interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly path: string;
  readonly runAs?: { uid: number; gid: number };
}

async function prepareCluster(folder: PartFolder, options: PostgresOptions): Promise<Cluster> {
  const path = join(folder.path, 'cluster');
  const initialised = existsSync(join(path, 'PG_VERSION'));
  const owner = initialised ? statSync(path).uid : 0;
  const asRoot = process.getuid?.() === 0;
  const uid = owner || NOBODY;
  const cluster: Cluster = {
    binaries: await postgresBinaries(asRoot),
    path,
    ...(asRoot && { runAs: { uid, gid: uid } }),
  };
  if (!initialised) await initialise(cluster, options.password);
  forgetForeignPid(cluster);
  return cluster;
}

/** initdb wants an empty folder: what an interrupted first start left behind goes. */
async function initialise(cluster: Cluster, password: string | undefined): Promise<void> {
  rmSync(cluster.path, { recursive: true, force: true });
  mkdirSync(cluster.path, { mode: 0o700 });
  const passwordFile = `${cluster.path}.password`;
  if (password) writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [cluster.path, ...(password ? [passwordFile] : [])]) {
    if (cluster.runAs) chownSync(path, cluster.runAs.uid, cluster.runAs.gid);
  }
  const auth = password ? ['--auth=scram-sha-256', `--pwfile=${passwordFile}`] : ['--auth=trust'];
  // The password is random and long: iterations that slow down guessing would only slow down connecting.
  const settings = [
    '--set=scram_iterations=1',
    '--no-sync',
    '--no-instructions',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ];
  try {
    await promisify(execFile)(
      cluster.binaries.initdb,
      ['-D', dataDirectory(cluster), '-U', SUPERUSER, ...auth, ...settings],
      {
        cwd: cluster.path,
        env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC' },
        ...cluster.runAs,
      },
    );
  } catch (error) {
    rmSync(cluster.path, { recursive: true, force: true });
    throw partFailed(PART, 'initdb failed', error instanceof Error ? error.message : String(error));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * As root we run Postgres as a user who may not be able to enter the folders above the cluster (/root is private).
 * /proc/self/cwd leads there without passing them, since the working folder is entered before the user changes.
 */
const dataDirectory = (cluster: Cluster): string =>
  cluster.runAs && !isSearchable(join(cluster.path, '..')) ? '/proc/self/cwd' : cluster.path;

/**
 * After a machine or container restart the recorded pid may be another program's, and Postgres would refuse to start.
 * The folder is ours by now, so whoever has that pid and is no Postgres of this cluster is a stranger.
 */
function forgetForeignPid(cluster: Cluster): void {
  const file = join(cluster.path, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
  if (pid && !commandLine(pid).includes('postgres')) rmSync(file);
}

async function serve(
  folder: PartFolder,
  cluster: Cluster,
  port: number,
  options: PostgresOptions,
): Promise<RunningPart> {
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
  const urlOf = (database: string) => `postgres://${credentials}@${LOOPBACK}:${port}/${database}`;
  try {
    await server.ready(() => saysReady(cluster, server), READY_MS);
    await ensureDatabase(urlOf(DATABASE), urlOf('postgres'));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: urlOf(DATABASE), pid: server.pid, stop: server.stop };
}

const settings = (folder: PartFolder, port: number, fsync: boolean): string[] =>
  Object.entries({
    port,
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    max_connections: 60,
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
