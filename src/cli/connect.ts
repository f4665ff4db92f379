import { dataFolderPath, readRuntime } from '../embedded/data-folder.js';
import { Refusal } from '../kernel/errors.js';
import { ApiClient } from './api/client.js';
import { plainText } from './show/figures.js';
import { Screen } from './show/screen.js';

/** Where an installation is, as flags say it. */
export interface ConnectOptions {
  readonly url?: string;
  readonly key?: string;
  readonly data?: string;
}

export interface Connection {
  readonly client: ApiClient;
  readonly userId: string | undefined;
}

/**
 * The installation that runs: by flags, then QUITTANCE_URL and QUITTANCE_API_KEY, then what the one of the data
 * folder says of itself.
 * @returns undefined when none is named and none runs
 * @throws Refusal KEY_MISSING for an address without a key
 */
export function runningInstallation(
  { url, key, data }: ConnectOptions,
  env: NodeJS.ProcessEnv = process.env,
): Connection | undefined {
  const address = url ?? env['QUITTANCE_URL'];
  const secret = key ?? env['QUITTANCE_API_KEY'];
  if (address) {
    if (!secret)
      throw new Refusal('KEY_MISSING', `Give the API key for ${address} by --key or QUITTANCE_API_KEY.`);
    return { client: new ApiClient(httpUrl(address), secret, warnOfLeftOut), userId: undefined };
  }
  const runtime = readRuntime(data ?? dataFolderPath(env));
  if (!runtime) return undefined;
  const { api, apiKey, userId } = runtime;
  if (typeof api !== 'string' || typeof apiKey !== 'string') return undefined;
  return {
    client: new ApiClient(api, secret ?? apiKey, warnOfLeftOut),
    userId: typeof userId === 'string' ? userId : undefined,
  };
}

function warnOfLeftOut(models: string): void {
  new Screen(process.stderr).warn(
    `What follows may be old: an event of this could not be taken by ${plainText(models)}. Operators see it by quittance parked.`,
  );
}

/** @throws Refusal NOT_RUNNING */
export function requireInstallation(options: ConnectOptions): Connection {
  const found = runningInstallation(options);
  if (found) return found;
  throw new Refusal(
    'NOT_RUNNING',
    'No Quittance runs on this data folder. Start one with `quittance start`, or name one by --url and --key.',
  );
}

function httpUrl(address: string): string {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new Refusal('URL_INVALID', `${address} is not an http address.`);
}
