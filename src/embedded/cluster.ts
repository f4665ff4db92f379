import { join } from 'node:path';
import { openLog } from '../adapters/system/log.js';
import { buildEngine } from '../composition/engine.js';
import { openParts } from '../composition/parts.js';
import type { Config } from '../config.js';
import { type Account, openAccount } from './account.js';
import type { RunningChild } from './child-process.js';
import { CLUSTER_ROLES } from './cluster-roles.js';
import { startLastingChild } from './lasting-child.js';
import { configOf } from './stack-config.js';
import { type Stack, type StackOptions, startStack } from './supervisor.js';

/** One process of the product: its name is kept when it dies and is started again. */
export interface ClusterProcess {
  readonly name: string;
  readonly role: string;
  readonly pid: number;
  /** of a process that answers HTTP */
  readonly url: string;
}

export interface Cluster {
  readonly stack: Stack;
  readonly config: Config;
  readonly account: Account;
  readonly processes: readonly ClusterProcess[];
  /** the way clients go in */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

export interface ClusterOptions extends StackOptions {
  /** roles of the processes to start, each a role or several separated by commas */
  readonly roles?: readonly string[];
  /** the program every process runs */
  readonly main?: URL;
  readonly onProcess?: (process: ClusterProcess) => void;
}

const NATS_NODES = 3;
const GRACE_MS = 20_000;

type Running = ClusterProcess & Pick<RunningChild<{ readonly url: string }>, 'stop'>;

/** The set-up of docker-compose.yml on loopback: every role a process of its own, several of each, on one stack. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const env = options.env ?? process.env;
  const stack = await startStack({ natsNodes: NATS_NODES, ...options });
  const running: Running[] = [];
  const stop = async () => {
    for (const { pid } of running) wake(pid);
    await Promise.all(running.map((each) => each.stop()));
    await stack.stop();
  };
  try {
    const config = configOf(stack, { NATS_REPLICAS: `${options.natsNodes ?? NATS_NODES}`, ...env });
    const all = options.roles ?? CLUSTER_ROLES;
    const starts = all.map((role, index) => {
      const count = all.slice(0, index + 1).filter((other) => other === role).length;
      const isFirst = all.findIndex((other) => other.split(',').includes('api')) === index;
      const name = `${role.replaceAll(',', '+')}-${count}`;
      return startProcess(name, role, isFirst ? config.PORT : 0, config, stack, options).then((each) => {
        running.push(each);
        options.onProcess?.(each);
      });
    });
    for (const end of await Promise.allSettled(starts)) if (end.status === 'rejected') throw end.reason;
    const account = await accountOn(config, stack);
    const urls = running.flatMap(({ url }) => (url === '' ? [] : [url]));
    stack.folder.publishRuntime({ api: urls[0]!, ...account, rpcUrl: config.SOLANA_RPC_URL });
    return { stack, config, account, processes: running, urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startProcess(
  name: string,
  role: string,
  port: number,
  config: Config,
  stack: Stack,
  { main, onRestart, onFatal }: ClusterOptions,
): Promise<Running> {
  const set = Object.entries(config).filter(([, value]) => value !== undefined && value !== '');
  const env = Object.fromEntries(set.map(([key, value]) => [key, String(value)]));
  const child = await startLastingChild<{ readonly url: string }>({
    part: name,
    entry: main ?? new URL('../main.js', import.meta.url),
    logFile: join(stack.folder.path, 'log', `${name}.log`),
    graceMs: GRACE_MS,
    env: (before) => ({
      ...env,
      ROLE: role,
      INSTANCE: name,
      PORT: before?.url ? new URL(before.url).port : `${port}`,
    }),
    ...(onRestart && { onRestart }),
    ...(onFatal && { onGivenUp: onFatal }),
  });
  return {
    name,
    role,
    url: child.ready.url,
    get pid() {
      return child.pid;
    },
    stop: () => child.stop(),
  };
}

/** The user of this installation, made by a process that does nothing else. */
async function accountOn(config: Config, stack: Stack): Promise<Account> {
  const alone: Config = { ...config, ROLE: 'api', INSTANCE: undefined };
  const parts = await openParts(alone);
  const engine = buildEngine(parts, alone, openLog('warn', 'account'));
  try {
    await engine.start();
    const app = { config: alone, parts, engine };
    return await openAccount(app, join(stack.folder.path, 'wallet.json'));
  } finally {
    await engine.stop();
    await parts.close();
  }
}

/** A paused process hears nothing, not even that it is to end. */
function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // it has ended
  }
}
