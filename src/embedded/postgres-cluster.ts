import { execFile } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PartFolder } from './part-folder.js';
import { isSearchable, type PostgresBinaries, postgresBinaries } from './postgres-binaries.js';
import { commandLine } from './process-identity.js';
import { partFailed } from './server-process.js';

export const SUPERUSER = 'quittance';
const PART = 'Postgres';
/** nobody: exists everywhere, owns nothing. Postgres refuses to run as root. */
const NOBODY = 65_534;

/** The files of one Postgres, the programs for them, and the user who owns them. */
export interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly path: string;
  readonly runAs?: { uid: number; gid: number };
}

export async function prepareCluster(folder: PartFolder, password: string | undefined): Promise<Cluster> {
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
  if (!initialised) await initialise(cluster, password);
  forgetForeignPid(cluster);
  removeSockets(cluster);
  return cluster;
}

/** initdb wants an empty folder: what an interrupted first start left behind goes. */
async function initialise(cluster: Cluster, password: string | undefined): Promise<void> {
  rmSync(cluster.path, { recursive: true, force: true });
  mkdirSync(cluster.path, { mode: 0o700 });
  if (cluster.runAs) chownSync(cluster.path, cluster.runAs.uid, cluster.runAs.gid);
  const secret = password === undefined ? undefined : writeSecret(password, cluster);
  const auth = secret ? ['--auth=scram-sha-256', `--pwfile=${secret.file}`] : ['--auth=trust'];
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
    secret?.remove();
  }
}

/** Not beside the cluster: its user may not be able to enter the folder. */
function writeSecret(text: string, { runAs }: Cluster): { file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-secret-'));
  const file = join(folder, 'password');
  writeFileSync(file, text, { mode: 0o600 });
  if (runAs) for (const path of [file, folder]) chownSync(path, runAs.uid, runAs.gid);
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * As root we run Postgres as a user who may not be able to enter the folders above the cluster (/root is private).
 * /proc/self/cwd leads there without passing them, since the working folder is entered before the user changes.
 */
export const dataDirectory = (cluster: Cluster): string =>
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

/** Named by Postgres after its port. */
const SOCKET = '.s.PGSQL.';
export const socketOf = ({ path }: Cluster, port: number): string => join(path, `${SOCKET}${port}`);

/**
 * What a Postgres that was killed listened on. The next one has another port perhaps, and would never remove it; and
 * the pid that locks it may be a stranger's by then.
 */
function removeSockets({ path }: Cluster): void {
  for (const name of readdirSync(path)) if (name.startsWith(SOCKET)) rmSync(join(path, name));
}
