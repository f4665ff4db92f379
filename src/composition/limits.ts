import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import type { Config } from '../config.js';
import { CallLimits } from '../fairness/call-limits.js';
import { type LimitTable, limitTable } from '../fairness/limit-table.js';
import type { Log } from '../runtime/log.js';
import type { Parts } from './parts.js';

/** @throws Refusal CONFIG_INVALID for limits of single services that cannot be read */
export const limitsOf = (config: Config): LimitTable =>
  limitTable({
    userConcurrency: config.USER_CONCURRENCY,
    serviceConcurrency: config.SERVICE_CONCURRENCY,
    servicePerMinute: config.SERVICE_RATE_PER_MIN,
    services: config.SERVICE_LIMITS,
  });

export const callLimits = (config: Config, { permits }: Pick<Parts, 'permits'>, log: Log): CallLimits =>
  new CallLimits(permits, limitsOf(config), systemClock, systemChance, log);
