import { join } from 'node:path';
import { type App, startApp } from '../composition/app.js';
import { openAccount } from './account.js';
import { configOf } from './stack-config.js';
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
  const stack = await startStack(options);
  let app: App | undefined;
  const stop = async () => {
    await app?.stop();
    await stack.stop();
  };
  try {
    app = await startApp(configOf(stack, env));
    options.signal?.throwIfAborted();
    const account = await openAccount(app, join(stack.folder.path, 'wallet.json'), options.onProgress);
    stack.folder.publishRuntime({ api: app.url!, apiKey: account.apiKey, userId: account.userId });
    void prepareProver(app, options.onProgress);
    return { url: app.url!, ...account, app, stack, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Keys are made beside everything else: only a first proof waits for them, and says so. */
const prepareProver = (app: App, say?: (message: string) => void): Promise<void> =>
  app.parts.prover.prepare(say).catch((error: unknown) => say?.(`The prover is not ready: ${String(error)}`));
