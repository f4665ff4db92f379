import { Refusal } from '../kernel/errors.js';
import type { CallLimit } from '../kernel/permits.js';

export const userKey = (userId: string): string => `user/${userId}`;
export const serviceKey = (serviceId: string): string => `service/${serviceId}`;

/** What users and services are limited to; undefined for no limit at all. */
export interface LimitTable {
  user(): CallLimit | undefined;
  service(serviceId: string): CallLimit | undefined;
}

export interface LimitSettings {
  /** calls under way at once for one user; 0 for no limit */
  readonly userConcurrency: number;
  /** calls under way at once to one service, and calls a minute; 0 for no limit */
  readonly serviceConcurrency: number;
  readonly servicePerMinute: number;
  /** of single services: `<id>=<concurrency>/<calls a minute>`, comma-separated; either may be left out */
  readonly services: string;
}

const ENTRY = /^(?<id>[^,=\s]+)=(?<concurrency>\d+)?(?:\/(?<perMinute>\d+))?$/;

/** @throws Refusal CONFIG_INVALID naming the entry that cannot be read */
export function limitTable(settings: LimitSettings): LimitTable {
  const common = limitOf(settings.serviceConcurrency, settings.servicePerMinute);
  const single = new Map(
    settings.services
      .split(',')
      .filter((entry) => entry.trim() !== '')
      .map((entry) => parse(entry.trim())),
  );
  const user = limitOf(settings.userConcurrency, 0);
  return {
    user: () => user,
    service: (id) => (single.has(id) ? single.get(id) : common),
  };
}

function parse(entry: string): readonly [string, CallLimit | undefined] {
  const { id, concurrency, perMinute } = ENTRY.exec(entry)?.groups ?? {};
  if (id === undefined)
    throw new Refusal(
      'CONFIG_INVALID',
      `SERVICE_LIMITS cannot be read at "${entry}": it takes <service id>=<concurrency>/<calls a minute>.`,
      { entry },
    );
  return [id, limitOf(Number(concurrency ?? 0), Number(perMinute ?? 0))];
}

const limitOf = (concurrency: number, perMinute: number): CallLimit | undefined =>
  concurrency === 0 && perMinute === 0
    ? undefined
    : { ...(concurrency > 0 && { concurrency }), ...(perMinute > 0 && { perMinute }) };
