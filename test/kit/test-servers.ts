import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '../../src/embedded/nats.js';
import { claimPartFolder } from '../../src/embedded/part-folder.js';
import { startPostgres } from '../../src/embedded/postgres.js';
import { isAlive, type ProcessIdentity } from '../../src/embedded/process-identity.js';
import type { RunningPart } from '../../src/embedded/server-process.js';

/**
 * One Postgres and one NATS for a whole run of the tests, in a folder that goes with them. Each spec takes its own
 * database (freshDatabase) and its own names (freshNats). Servers given by environment are used as they are.
 */
const PREFIX = 'quittance-test-';
const running: RunningPart[] = [];
let folder: string | undefined;

export async function startTestServers(): Promise<void> {
  await clearAwayKilledRuns();
  const home = mkdtempSync(join(tmpdir(), PREFIX));
  folder = home;
  // A run that ends without its teardown (Ctrl-C, a crash of the runner) must not leave servers behind.
  process.once('exit', killNow);
  for (const sign of ['SIGINT', 'SIGTERM'] as const)
    process.once(sign, () => {
      killNow();
      process.kill(process.pid, sign);
    });
  const started = await Promise.allSettled([
    provide('TEST_DATABASE_URL', () => startPostgres({ dataDir: join(home, 'postgres'), fsync: false })),
    provide('TEST_NATS_URL', () => startNats({ dataDir: join(home, 'nats') })),
  ]);
  for (const part of started) if (part.status === 'rejected') throw part.reason;
}

export async function stopTestServers(): Promise<void> {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  process.off('exit', killNow);
  if (folder) rmSync(folder, { recursive: true, force: true });
}

async function provide(variable: string, start: () => Promise<RunningPart>): Promise<void> {
  if (process.env[variable]) return;
  const part = await start();
  running.push(part);
  process.env[variable] = part.url;
}

function killNow(): void {
  for (const { pid } of running.splice(0)) process.kill(pid, 'SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** A run that was killed with SIGKILL could clear nothing away itself. */
async function clearAwayKilledRuns(): Promise<void> {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const path of left.map((name) => join(tmpdir(), name))) {
    if (!isAbandoned(path)) continue;
    await claimPartFolder(join(path, 'postgres'), 'SIGINT');
    await claimPartFolder(join(path, 'nats'), 'SIGTERM');
    rmSync(path, { recursive: true, force: true });
  }
}

const YOUNG_MS = 60_000;

/** Young folders may be about to start their servers. Those of other users are theirs to clear away. */
function isAbandoned(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < YOUNG_MS) return false;
  return !['postgres', 'nats'].some((part) => hasLivingOwner(join(path, part, 'child.json')));
}

function hasLivingOwner(record: string): boolean {
  try {
    return isAlive((JSON.parse(readFileSync(record, 'utf8')) as { owner: ProcessIdentity }).owner);
  } catch {
    return false;
  }
}
