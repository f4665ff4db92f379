import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { App } from '../composition/app.js';
import { calm } from './calm.js';
import { type Stack, type StackOptions, startStack } from './supervisor.js';

/** A whole Quittance on one machine: servers, chain, services, and the app in this process. */
export interface Installation {
  readonly url: string;
  readonly apiKey: string;
  readonly userId: string;
  readonly app: App;
  readonly stack: Stack;
  stop(): Promise<void>;
}

export interface InstallationOptions extends StackOptions {
  /** what is being done, for a person who waits */
  readonly onProgress?: (message: string) => void;
}

/**
 * Starts everything, makes the local user with its key, wallet and test money on first start, and tells other
 * programs where it is (runtime.json in the data folder).
 */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const env = options.env ?? process.env;
  const starting = startStack(options);
  // the app's code is loaded while the servers start
  const code = loadApp().catch((error: unknown) => error as Error);
  const stack = await starting;
  let app: App | undefined;
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    await app?.stop();
    await stack.stop();
  };
  try {
    const loaded = await code;
    if (loaded instanceof Error) throw loaded;
    const { configOf, openAccount, startApp } = loaded;
    const config = configOf(stack, env);
    // the folder is ours alone: whatever an earlier process on it held is ours too
    app = await startApp({ ...config, INSTANCE: config.INSTANCE ?? instanceOn(stack.folder.path) });
    options.signal?.throwIfAborted();
    const account = await openAccount(app, join(stack.folder.path, 'wallet.json'), options.onProgress);
    const { apiKey, userId } = account;
    stack.folder.publishRuntime({ api: app.url!, apiKey, userId, rpcUrl: config.SOLANA_RPC_URL });
    app.onKeys((keys) => stack.folder.publishKeys(keys));
    void prepareProver(app, stopping.signal, options.onProgress);
    return { url: app.url!, ...account, app, stack, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function loadApp() {
  const [{ startApp }, { openAccount }, { configOf }] = await Promise.all([
    import('../composition/app.js'),
    import('./account.js'),
    import('./stack-config.js'),
  ]);
  return { startApp, openAccount, configOf };
}

const instanceOn = (folder: string): string =>
  `installation ${createHash('sha256').update(`${hostname()} ${folder}`).digest('hex').slice(0, 12)}`;

/** Keys are made beside everything else: only a first proof waits for them, and says so. */
const prepareProver = (
  app: App,
  stopping: AbortSignal,
  say: (message: string) => void = () => {},
): Promise<void> =>
  app.parts.prover
    .prepare(say, () => calm(stopping))
    .catch((error: unknown) => {
      if (!stopping.aborted) say(`The prover is not ready: ${String(error)}`);
    });
