import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Installation, InstallationOptions } from '../embedded/installation.js';
import { ApiClient } from './api/client.js';
import { remember } from './children.js';
import type { Connection } from './connect.js';

export interface OwnInstallation extends Connection {
  readonly installation: Installation;
  /** ms until the API answered and the test money was there */
  readonly readyMs: number;
  stop(): Promise<void>;
}

const balance = z.looseObject({ availableMicro: z.string() });

/** ms the first deposit may take to be final on the embedded chain */
const DEPOSIT_PATIENCE = 5_000;

/** Starts an installation for as long as one command runs, on any free port. */
export async function startOwn(options: InstallationOptions): Promise<OwnInstallation> {
  const started = performance.now();
  const { startInstallation } = await import('../embedded/installation.js');
  const env = { LOG_LEVEL: 'fatal', ...(options.env ?? process.env), PORT: '0' };
  let stopping = false;
  const { onProgress, onReady } = options;
  const installation = await startInstallation({
    ...options,
    env,
    onReady: (report) => {
      remember(report);
      onReady?.(report);
    },
    // a prover that is stopped while it loads its key says so, which nobody needs to hear
    ...(onProgress && { onProgress: (message: string) => stopping || onProgress(message) }),
  });
  const stop = () => {
    stopping = true;
    return installation.stop();
  };
  const client = new ApiClient(installation.url, installation.apiKey);
  const { userId } = installation;
  try {
    await funded(client, userId);
  } catch (error) {
    await stop();
    throw error;
  }
  return { installation, client, userId, readyMs: performance.now() - started, stop };
}

/** An installation that is new has money under way; a plan that costs something waits for it. */
async function funded(client: ApiClient, userId: string): Promise<void> {
  const end = performance.now() + DEPOSIT_PATIENCE;
  while (performance.now() < end) {
    const { availableMicro } = await client.get(`/escrow/${userId}/balance`, balance);
    if (availableMicro !== '0') return;
    await pause(200);
  }
}
