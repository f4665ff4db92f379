import { type DataFolder, dataFolderPath, openDataFolder } from './data-folder.js';
import type { Settings } from './settings.js';
import {
  type Started,
  type StartingOptions,
  startChainPart,
  startNatsPart,
  startPostgresPart,
  startServicesPart,
} from './stack-parts.js';
import { type ChainAddresses, givenAddresses } from './stack-settings.js';

export type PartName = 'postgres' | 'nats' | 'chain' | 'services';

export interface PartReport {
  readonly part: PartName;
  /** to be shown: without its password */
  readonly url: string;
  /** ms until it was ready; undefined for a part that was given */
  readonly startedInMs?: number;
  readonly pid?: number;
}

export interface StackOptions extends StartingOptions {
  /** absent: QUITTANCE_DATA or ./.data */
  readonly dataDir?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** each part as it becomes ready */
  readonly onReady?: (report: PartReport) => void;
  /** gives up in the middle of the start, leaving nothing behind */
  readonly signal?: AbortSignal;
}

export interface Stack {
  /** of Postgres' socket, where it has one */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly chain: ChainAddresses;
  readonly registryUrl: string;
  readonly folder: DataFolder;
  readonly settings: Settings;
  readonly parts: readonly PartReport[];
  /** in reverse order of need; calling it again waits for the same end */
  stop(): Promise<void>;
}

/**
 * Starts what the environment does not give, all at once where nothing waits for another.
 * @throws Refusal of the first part that could not start, after the others were stopped
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const env = options.env ?? process.env;
  const given = givenAddresses(env);
  const folder = openDataFolder(options.dataDir ?? dataFolderPath(env));
  const starting = new Starting(folder, options);
  try {
    const chain = starting.part('chain', given.chain, () => startChainPart(folder, options));
    const services = chain.then((money) =>
      starting.part('services', given.services, () => startServicesPart(folder, options, money)),
    );
    const [database, nats, chainAddresses, { registryUrl }] = await allOrNone([
      starting.part('postgres', given.databaseUrl, () => startPostgresPart(folder, options)),
      starting.part('nats', given.natsUrl, () => startNatsPart(folder, options)),
      chain,
      services,
    ] as const);
    options.signal?.throwIfAborted();
    folder.rememberPorts(starting.ports());
    return {
      databaseUrl: database,
      natsUrl: nats,
      chain: chainAddresses,
      registryUrl,
      folder,
      settings: folder.settings,
      parts: starting.reports,
      stop: () => starting.stop(),
    };
  } catch (error) {
    await starting.stop();
    throw error;
  }
}

/** Keeps what has been started, so that it can be stopped in the right order from any point. */
class Starting {
  readonly reports: PartReport[] = [];
  private readonly stops = new Map<PartName, () => Promise<void>>();
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly folder: DataFolder,
    private readonly options: StackOptions,
  ) {}

  async part<A extends string | object>(
    part: PartName,
    given: A | undefined,
    start: () => Promise<Started<A>>,
  ): Promise<A> {
    if (given) return this.report({ part, url: urlOf(given) }, given);
    this.options.signal?.throwIfAborted();
    const began = performance.now();
    const { addresses, shown, pid, stop } = await start();
    this.stops.set(part, stop);
    const startedInMs = Math.round(performance.now() - began);
    return this.report({ part, url: urlOf(shown ?? addresses), startedInMs, pid }, addresses);
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  ports(): Record<string, number> {
    const ours = this.reports.filter(({ pid }) => pid !== undefined);
    return Object.fromEntries(ours.map(({ part, url }) => [part, Number(new URL(url).port)]));
  }

  private report<A>(report: PartReport, addresses: A): A {
    this.reports.push(report);
    this.options.onReady?.(report);
    return addresses;
  }

  private async stopAll(): Promise<void> {
    for (const part of ['services', 'chain', 'nats', 'postgres'] as const) await this.stops.get(part)?.();
    this.folder.release();
  }
}

function urlOf(addresses: string | object): string {
  const text = typeof addresses === 'string' ? addresses : String(Object.values(addresses)[0]);
  // of a cluster, the first
  const url = new URL(text.split(',')[0]!);
  url.password = '';
  return url.href;
}

/** Waits for all even when one fails: what started late must be stopped too. */
async function allOrNone<T extends readonly Promise<unknown>[]>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const ends = await Promise.allSettled(parts);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return (await Promise.all(parts)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
