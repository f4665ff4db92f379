import pc from 'picocolors';
import { dataFolderPath, readRuntime } from '../../embedded/data-folder.js';
import type { Installation } from '../../embedded/installation.js';
import { LOOPBACK, requirePort } from '../../embedded/loopback-port.js';
import type { PartReport } from '../../embedded/supervisor.js';
import { Refusal } from '../../kernel/errors.js';
import { remember } from '../children.js';
import { duration } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { pairLines } from '../show/table.js';

export interface StartOptions {
  readonly data?: string;
  readonly port?: number;
}

const DEFAULT_PORT = 5000;

const PARTS: Readonly<Record<string, string>> = {
  postgres: 'Postgres',
  nats: 'NATS',
  chain: 'Solana',
  services: 'Demo services',
};

/** Runs until it is told to stop. @returns the exit code */
export async function start(options: StartOptions, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const began = performance.now();
  const screen = new Screen();
  const folder = options.data ?? dataFolderPath(env);
  const port = options.port ?? Number(env['PORT'] || DEFAULT_PORT);
  await refuseEarly(folder, port);
  const ending = untilTold();
  screen.say(pc.bold('Starting Quittance'));
  const { startInstallation } = await import('../../embedded/installation.js');
  let fatal: string | undefined;
  const installation = await startInstallation({
    dataDir: folder,
    env: { ...env, PORT: `${port}` },
    signal: ending.signal,
    onReady: (report) => {
      remember(report);
      screen.say(readyLine(report));
    },
    // what is interrupted by the end need not be told
    onProgress: (message) => ending.signal.aborted || screen.note(message),
    onRestart: ({ part, exit }) => screen.warn(`${part} ended (${exit}) and was started again.`),
    onFatal: ({ part, exit }) => {
      fatal = `${part} ended (${exit}) and cannot be brought back.`;
      ending.tell();
    },
  }).catch((error: unknown) => {
    if (ending.signal.aborted) return undefined;
    throw error;
  });
  if (!installation) {
    screen.say('Stopped before it was ready.');
    return 1;
  }
  screen.say(` ${pc.green('✓')} API ${pc.dim(duration(performance.now() - began))}`, '');
  screen.say(
    ...addressLines(installation),
    '',
    `Ready in ${pc.bold(duration(performance.now() - began))}. Ctrl-C stops.`,
  );
  await ending.told;
  return stop(installation, screen, fatal);
}

async function stop(installation: Installation, screen: Screen, fatal: string | undefined): Promise<number> {
  if (fatal !== undefined) screen.say(`${pc.red('✗')} ${fatal}`);
  const began = performance.now();
  screen.say('Stopping …');
  await installation.stop();
  screen.say(`Stopped in ${duration(performance.now() - began)}; everything is kept in the data folder.`);
  return fatal === undefined ? 0 : 1;
}

const readyLine = ({ part, startedInMs }: PartReport): string =>
  ` ${pc.green('✓')} ${PARTS[part] ?? part} ${pc.dim(startedInMs === undefined ? 'given' : duration(startedInMs))}`;

/** What would be noticed only after all parts had been started. */
async function refuseEarly(folder: string, port: number): Promise<void> {
  const running = readRuntime(folder);
  if (running)
    throw new Refusal(
      'DATA_FOLDER_IN_USE',
      `A Quittance runs on the data folder ${folder} already, at ${running['api']}. Use it, stop it, or choose another folder by --data.`,
      { folder },
    );
  if (port === 0) return;
  await requirePort('The API', port).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      'PORT_IN_USE',
      `Another program listens on port ${port} of ${LOOPBACK}. Stop it, or choose another port by --port.`,
      { port },
    );
  });
}

/** The first signal asks to stop, the second one does not wait. */
function untilTold(): { readonly signal: AbortSignal; readonly told: Promise<void>; tell(): void } {
  const controller = new AbortController();
  const tell = () => controller.abort(new Refusal('INTERRUPTED', 'The start was interrupted.'));
  const told = new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve()));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      tell();
    });
  return { signal: controller.signal, told, tell };
}

function addressLines({ url, apiKey, userId, stack }: Installation): string[] {
  const shown = (part: string) => stack.parts.find((report) => report.part === part)?.url ?? '–';
  return pairLines([
    ['API', pc.bold(url)],
    ['Documentation', `${url}/docs`],
    ['WebSocket', `${url.replace(/^http/, 'ws')}/workflows/:id/stream`],
    ['Postgres', shown('postgres')],
    ['NATS', shown('nats')],
    ['Solana RPC', stack.chain.rpcUrl],
    ['x402 facilitator', stack.chain.facilitatorUrl],
    ['Bazaar', new URL('/discovery/resources', stack.registryUrl).href],
    ['Data folder', stack.folder.path],
    ['User', userId],
    ['API key', pc.bold(apiKey)],
  ]);
}
