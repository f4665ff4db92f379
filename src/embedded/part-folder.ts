import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../kernel/errors.js';
import { commandLine, isAlive, type ProcessIdentity, self } from './process-identity.js';
import { waitUntil } from './wait-until.js';

/**
 * The folder of one embedded part. `child.json` in it names the running server and the process that started it.
 * A server whose starter was killed with SIGKILL lives on; the next start finds it here and ends it first.
 */
export interface PartFolder {
  readonly path: string;
  readonly logFile: string;
  recordChild(child: ProcessIdentity): void;
  forgetChild(): void;
}

interface ChildRecord {
  readonly child: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

const GRACE_MS = 5_000;
/** a process that was killed is gone when the system has time for it */
const GONE_MS = 60_000;

/**
 * @param endGently what asks a server of this part to end
 * @throws Refusal DATA_FOLDER_IN_USE {folder, pid} while its starter lives
 */
export async function claimPartFolder(path: string, endGently: NodeJS.Signals): Promise<PartFolder> {
  const folder = resolve(path);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const recordFile = join(folder, 'child.json');
  const record = readRecord(recordFile);
  if (record && isAlive(record.child) && commandLine(record.child.pid).includes(folder)) {
    if (isAlive(record.owner)) throw folderInUse(folder, record.owner.pid);
    await endOrphan(record.child, endGently);
  }
  return {
    path: folder,
    logFile: join(folder, 'server.log'),
    recordChild: (child) => writeFileSync(recordFile, JSON.stringify({ child, owner: self() })),
    forgetChild: () => rmSync(recordFile, { force: true }),
  };
}

export const folderInUse = (folder: string, pid: number): Refusal =>
  new Refusal(
    'DATA_FOLDER_IN_USE',
    `The folder ${folder} belongs to process ${pid}, which is running. Stop it, or choose another folder.`,
    { folder, pid },
  );

async function endOrphan(child: ProcessIdentity, endGently: NodeJS.Signals): Promise<void> {
  signalIfAlive(child, endGently);
  if (await waitUntil(() => (isAlive(child) ? undefined : true), GRACE_MS)) return;
  signalIfAlive(child, 'SIGKILL');
  await waitUntil(() => (isAlive(child) ? undefined : true), GONE_MS);
}

export function signalIfAlive(child: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    if (isAlive(child)) process.kill(child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A half-written record (killed while writing) counts as none. */
function readRecord(file: string): ChildRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ChildRecord;
  } catch {
    return undefined;
  }
}
