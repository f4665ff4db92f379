import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../src/embedded/wait-until.js';
import { PATIENCE_MS } from './patience.js';

/** Built once a process: what runs is what users run. */
let built = false;

const PROGRAM = fileURLToPath(new URL('./processes/installation.mjs', import.meta.url));
const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

/** What a running installation says of itself. */
export interface Addresses {
  readonly url: string;
  readonly apiKey: string;
  readonly userId: string;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly registryUrl: string;
  readonly chain: {
    readonly rpcUrl: string;
    readonly facilitatorUrl: string;
    readonly network: string;
    readonly mint: string;
  };
  readonly parts: readonly { readonly part: string; readonly pid?: number }[];
}

export interface Account {
  readonly userId: string;
  readonly apiKey: string;
}

export interface Installed extends Addresses {
  readonly pid: number;
  readonly dataDir: string;
  /** every process of it that lives now, by number */
  pids(): readonly number[];
  addUser(userId: string): Promise<Account>;
  /** names of the parts that died and serve again */
  readonly restarted: readonly string[];
  /** SIGKILL to the parent alone */
  killParent(): Promise<void>;
  /** SIGKILL to the parent and everything it started */
  killAll(): Promise<void>;
  /** SIGINT to the parent's process group, as a terminal does on Ctrl-C. @returns its exit code */
  interrupt(): Promise<number | null>;
  /** what it has written to stdout and stderr */
  output(): string;
  stop(): Promise<void>;
}

/** What an installation that would not start said. */
export interface NotStarted {
  readonly code?: string;
  readonly message: string;
  readonly figures?: Readonly<Record<string, unknown>>;
}

interface Word {
  readonly ready?: Addresses;
  readonly failed?: NotStarted;
  readonly added?: Account;
  readonly restarted?: string;
}

/** Starts a whole installation on a folder, on free ports, and waits until it answers. */
export async function startInstalled(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Installed> {
  const started = await tryInstalled(dataDir, env);
  if ('url' in started) return started;
  throw new Error(`the installation did not start: ${started.code} ${started.message}`);
}

export async function tryInstalled(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Installed | NotStarted> {
  const child = launch(dataDir, env);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => said.push(String(text)));
  const word = await firstWord(child);
  if (word.ready) return running(child, word.ready, dataDir, said);
  await ended(child);
  return word.failed ?? { message: said.join('') };
}

/** Starts an installation and sends it a Ctrl-C as soon as some of its parts run. */
export async function interruptStart(dataDir: string): Promise<void> {
  const child = launch(dataDir, {});
  await waitUntil(() => (processesOn(dataDir).length > 1 ? true : undefined), PATIENCE_MS);
  process.kill(-child.pid!, 'SIGINT');
  await ended(child);
}

/** Brings dist up to date with src. */
export function buildOnce(): void {
  if (!built) execFileSync(process.execPath, [BUILD], { stdio: 'pipe' });
  built = true;
}

/** In a group of its own, so that a Ctrl-C can be meant for it. */
function launch(dataDir: string, env: NodeJS.ProcessEnv): ChildProcess {
  buildOnce();
  const settings = { PORT: '0', RATE_LIMIT_PER_MIN: '1000000', QUITTANCE_DATA: dataDir };
  return fork(PROGRAM, [], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...clean(process.env), ...settings, ...env },
  });
}

/** The tests' own servers and options of node are nothing to an installation. */
export const clean = ({
  NODE_OPTIONS: _options,
  DATABASE_URL: _db,
  NATS_URL: _nats,
  ...env
}: NodeJS.ProcessEnv) => env;

function firstWord(child: ChildProcess): Promise<Word> {
  return new Promise((resolve) => {
    const late = setTimeout(
      () => resolve({ failed: { message: `not ready in ${PATIENCE_MS} ms` } }),
      PATIENCE_MS,
    );
    const settle = (word: Word) => {
      clearTimeout(late);
      resolve(word);
    };
    child.on('message', (word: Word) => {
      if (word.ready || word.failed) settle(word);
    });
    child.once('exit', () => settle({}));
  });
}

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve));
  return child.exitCode;
};

function running(child: ChildProcess, ready: Addresses, dataDir: string, said: string[]): Installed {
  const pid = child.pid!;
  const restarted: string[] = [];
  child.on('message', (word: Word) => {
    if (word.restarted) restarted.push(word.restarted);
  });
  const pids = () => processesOn(dataDir);
  return {
    ...ready,
    pid,
    dataDir,
    pids,
    restarted,
    output: () => said.join(''),
    addUser: (userId) =>
      new Promise((resolve) => {
        const listen = ({ added }: Word) => {
          if (added?.userId !== userId) return;
          child.off('message', listen);
          resolve(added);
        };
        child.on('message', listen);
        child.send({ addUser: userId });
      }),
    async killParent() {
      process.kill(pid, 'SIGKILL');
      await ended(child);
    },
    async killAll() {
      const all = pids();
      for (const one of all) kill(one);
      await ended(child);
      await waitUntil(() => (all.some(lives) ? undefined : true), PATIENCE_MS);
    },
    interrupt() {
      process.kill(-pid, 'SIGINT');
      return ended(child);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const lives = (pid: number): boolean => /^\d+ \(.*\) [^ZX]/s.test(readOrEmpty(`/proc/${pid}/stat`));

/**
 * Everything that runs on a folder, also what outlived its parent: servers are told the folder in their arguments,
 * our own children in their environment, and theirs descend from them.
 */
export function processesOn(dataDir: string): readonly number[] {
  const all = processes();
  const family = new Set(all.filter(({ names }) => names.includes(dataDir)).map(({ pid }) => pid));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  family.delete(process.pid);
  return [...family].filter(lives);
}

const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({
      pid: Number(pid),
      parent: Number(/^\d+ \(.*\) \S (\d+)/s.exec(readOrEmpty(`/proc/${pid}/stat`))?.[1] ?? 0),
      names: readOrEmpty(`/proc/${pid}/cmdline`) + readOrEmpty(`/proc/${pid}/environ`),
    }));

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // ended meanwhile, or never logged
  }
}

/** Logs of the parts, whole. */
export const logsOf = (dataDir: string): string =>
  ['log/chain.log', 'log/services.log', 'postgres/server.log', 'nats/server.log']
    .map((file) => readOrEmpty(join(dataDir, file)))
    .join('\n');
