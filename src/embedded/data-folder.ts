import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../kernel/errors.js';
import { folderInUse } from './part-folder.js';
import { isAlive, type ProcessIdentity, self } from './process-identity.js';
import { readSettings, type Settings } from './settings.js';

/** Raised when a newer version writes what this one could not read. */
export const DATA_FOLDER_FORMAT = 1;

/** Where a running stack is found; what other programs (the command line) read. Holds passwords inside URLs. */
export type RuntimeAddresses = Readonly<Record<string, string | number>>;

export interface DataFolder {
  readonly path: string;
  readonly settings: Settings;
  /** keeps ports that were chosen, so that addresses survive a restart */
  rememberPorts(ports: Readonly<Record<string, number>>): void;
  publishRuntime(addresses: RuntimeAddresses): void;
  /** keeps the public keys of this installation beside its receipts: verifying needs no running server */
  publishKeys(keys: object): void;
  /** lets go of the lock and removes runtime.json. Idempotent. */
  release(): void;
}

const RUNTIME = 'runtime.json';
/** what `/.well-known/quittance-keys.json` answers */
export const PUBLISHED_KEYS = 'keys.json';
const LOCK = 'lock.json';
const FORMAT = 'format';

/** QUITTANCE_DATA, or `.data` where we were started. */
export const dataFolderPath = (env: NodeJS.ProcessEnv = process.env): string =>
  resolve(env['QUITTANCE_DATA'] || '.data');

/**
 * Opens the folder for this process alone, making it when there is none.
 * @throws Refusal DATA_FOLDER_NEWER {found, known}, DATA_FOLDER_IN_USE {folder, pid}, DATA_FOLDER_FORBIDDEN, SETTINGS_UNREADABLE
 */
export function openDataFolder(path: string = dataFolderPath()): DataFolder {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    refuseNewer(folder);
    const unlock = lock(folder);
    try {
      return open(folder, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    throw forbidden(folder, error) ?? error;
  }
}

/** Addresses of the stack that runs on this folder, or undefined when none does. */
export function readRuntime(path: string = dataFolderPath()): RuntimeAddresses | undefined {
  const holder = readJson<ProcessIdentity>(join(path, LOCK));
  if (!holder || !isAlive(holder)) return undefined;
  const runtime = readJson<RuntimeAddresses & { readonly pid: number }>(join(path, RUNTIME));
  // one that was killed left its own, which its successor removes first of all
  return runtime?.pid === holder.pid ? runtime : undefined;
}

function open(folder: string, unlock: () => void): DataFolder {
  writeAtomically(join(folder, FORMAT), `${DATA_FOLDER_FORMAT}\n`, 0o644);
  // left by a process that was killed
  rmSync(join(folder, RUNTIME), { force: true });
  const settingsFile = join(folder, 'settings.json');
  let settings = readSettings(settingsFile);
  const save = () => writeAtomically(settingsFile, JSON.stringify(settings, null, 2), 0o600);
  save();
  return {
    path: folder,
    get settings() {
      return settings;
    },
    rememberPorts(ports) {
      settings = { ...settings, ports: { ...settings.ports, ...ports } };
      save();
    },
    publishRuntime: (addresses) =>
      writeAtomically(
        join(folder, RUNTIME),
        JSON.stringify({ ...addresses, pid: process.pid }, null, 2),
        0o600,
      ),
    publishKeys: (keys) =>
      writeAtomically(join(folder, PUBLISHED_KEYS), `${JSON.stringify(keys, null, 2)}\n`, 0o644),
    release() {
      rmSync(join(folder, RUNTIME), { force: true });
      unlock();
    },
  };
}

function refuseNewer(folder: string): void {
  const file = join(folder, FORMAT);
  if (!existsSync(file)) return;
  const found = Number(readFileSync(file, 'utf8').trim());
  if (found <= DATA_FOLDER_FORMAT) return;
  throw new Refusal(
    'DATA_FOLDER_NEWER',
    `The data folder ${folder} was written by a newer version (format ${found}; this one knows ${DATA_FOLDER_FORMAT}). Use that version, or another folder.`,
    { folder, found, known: DATA_FOLDER_FORMAT },
  );
}

/** The file is made exclusively; one that a dead process left is taken over. @returns what removes it again */
function lock(folder: string): () => void {
  const file = join(folder, LOCK);
  const holder = readJson<ProcessIdentity>(file);
  if (holder && isAlive(holder)) throw folderInUse(folder, holder.pid);
  rmSync(file, { force: true });
  try {
    writeFileSync(file, JSON.stringify(self()), { flag: 'wx', mode: 0o644 });
  } catch (error) {
    // another process was faster by a hair
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw folderInUse(folder, readPid(file));
    throw error;
  }
  let held = true;
  return () => {
    if (held) rmSync(file, { force: true });
    held = false;
  };
}

const readPid = (file: string): number => readJson<ProcessIdentity>(file)?.pid ?? -1;

const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

function forbidden(folder: string, error: unknown): Refusal | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (!UNUSABLE.has(code ?? '')) return undefined;
  return new Refusal(
    'DATA_FOLDER_FORBIDDEN',
    `The data folder ${folder} cannot be used by this user (${code}). Run as its owner, or name another in QUITTANCE_DATA.`,
    { folder, path: path ?? folder, reason: code ?? 'unknown' },
    'terminal',
    { cause: error },
  );
}

/** A reader never sees half a file. */
function writeAtomically(file: string, text: string, mode: number): void {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

/** A file that is missing, or was cut short by a kill, counts as none. */
function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
    return undefined;
  }
}
