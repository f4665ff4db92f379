import { join } from 'node:path';
import type { DataFolder } from './data-folder.js';
import { startLastingChild } from './lasting-child.js';
import { portIfFree } from './loopback-port.js';
import { startNats } from './nats.js';
import { startNatsCluster } from './nats-cluster.js';
import { startPostgres } from './postgres.js';
import type { UnexpectedExit } from './server-process.js';
import type { ChainAddresses, ServicesAddresses } from './stack-settings.js';

export interface StartingOptions {
  /** a child of ours died and serves again */
  readonly onRestart?: (exit: UnexpectedExit) => void;
  /** a part is gone for good; whoever runs the stack ends it */
  readonly onFatal?: (exit: UnexpectedExit) => void;
  /** programs of the forked parts; tests name their own */
  /** more than one makes them a cluster */
  readonly natsNodes?: number;
  readonly entries?: { readonly chain?: URL; readonly services?: URL };
}

export interface Started<A> {
  /** for programs of this machine */
  readonly addresses: A;
  /** for people, where that is another one */
  readonly shown?: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const fatal = ({ onFatal }: StartingOptions) => (onFatal ? { onUnexpectedExit: onFatal } : {});

export async function startPostgresPart(
  folder: DataFolder,
  options: StartingOptions,
): Promise<Started<string>> {
  const { url, localUrl, pid, stop } = await startPostgres({
    dataDir: join(folder.path, 'postgres'),
    preferredPort: folder.settings.ports['postgres'],
    password: folder.settings.postgresPassword,
    ...fatal(options),
  });
  return { addresses: localUrl, shown: url, pid, stop };
}

export async function startNatsPart(folder: DataFolder, options: StartingOptions): Promise<Started<string>> {
  const password = folder.settings.natsPassword;
  if ((options.natsNodes ?? 1) > 1)
    return startNatsCluster({
      dataDir: folder.path,
      nodes: options.natsNodes!,
      password,
      ...fatal(options),
    });
  const { url, pid, stop } = await startNats({
    dataDir: join(folder.path, 'nats'),
    preferredPort: folder.settings.ports['nats'],
    password,
    ...fatal(options),
  });
  return { addresses: url, pid, stop };
}

const portIn = (url: string): string => new URL(url).port;

export async function startChainPart(
  folder: DataFolder,
  options: StartingOptions,
): Promise<Started<ChainAddresses>> {
  const { ports } = folder.settings;
  const [rpc, facilitator] = [await portIfFree(ports['chain']), await portIfFree(ports['facilitator'])];
  const child = await startLastingChild<ChainAddresses>({
    part: 'The chain',
    entry: options.entries?.chain ?? new URL('./chain.process.js', import.meta.url),
    logFile: join(folder.path, 'log', 'chain.log'),
    env: (before) => ({
      CHAIN_DATA_DIR: join(folder.path, 'chain'),
      CHAIN_RPC_PORT: before ? portIn(before.rpcUrl) : String(rpc),
      CHAIN_FACILITATOR_PORT: before ? portIn(before.facilitatorUrl) : String(facilitator),
    }),
    ...lasting(options),
  });
  folder.rememberPorts({ facilitator: Number(portIn(child.ready.facilitatorUrl)) });
  return startedChild(child);
}

export async function startServicesPart(
  folder: DataFolder,
  options: StartingOptions,
  chain: ChainAddresses,
): Promise<Started<ServicesAddresses>> {
  const port = await portIfFree(folder.settings.ports['services']);
  const child = await startLastingChild<ServicesAddresses>({
    part: 'The demo services',
    entry: options.entries?.services ?? new URL('./services.process.js', import.meta.url),
    logFile: join(folder.path, 'log', 'services.log'),
    env: (before) => ({
      SERVICES_DATA_DIR: join(folder.path, 'services'),
      SERVICES_PORT: before ? portIn(before.registryUrl) : String(port),
      SERVICES_FACILITATOR_URL: chain.facilitatorUrl,
      SERVICES_RPC_URL: chain.rpcUrl,
      SERVICES_NETWORK: chain.network,
      SERVICES_MINT: chain.mint,
    }),
    ...lasting(options),
  });
  return startedChild(child);
}

const lasting = ({ onRestart, onFatal }: StartingOptions) => ({
  ...(onRestart && { onRestart }),
  ...(onFatal && { onGivenUp: onFatal }),
});

const startedChild = <A>(child: {
  readonly pid: number;
  readonly ready: A;
  stop(): Promise<void>;
}): Started<A> => ({
  addresses: child.ready,
  pid: child.pid,
  stop: () => child.stop(),
});
