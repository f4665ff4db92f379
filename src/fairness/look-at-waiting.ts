import type { BreakerStore } from '../ports/breakers.js';
import type { Clock } from '../ports/clock.js';
import type { QueueView } from '../ports/jobs.js';
import type { PermitStore } from '../ports/permits.js';
import { type LimitTable, serviceKey, userKey } from './limit-table.js';
import { type Waiting, waiting } from './waiting.js';

export interface WaitingParts {
  readonly queues: QueueView;
  readonly permits: PermitStore;
  readonly breakers: BreakerStore;
  readonly limits: LimitTable;
  readonly clock: Clock;
}

/** Flows one look takes in, those with the most to do; the rest are as good as nothing beside them. */
const FLOWS = 1_000;
const KEYS = 1_000;

/** @param owner looked at alone */
export async function lookAtWaiting(
  { queues, permits, breakers, limits, clock }: WaitingParts,
  owner?: string,
): Promise<Waiting> {
  const flows = await queues.flows(FLOWS, owner);
  const services = distinct(flows.flatMap(({ flow }) => flow.service ?? []));
  const users = distinct(flows.flatMap(({ flow }) => flow.owner || []));
  const limited = [
    ...(limits.user() ? users.map(userKey) : []),
    ...services.filter((id) => limits.service(id)).map(serviceKey),
  ].slice(0, KEYS);
  const [held, moved] = await Promise.all([
    Promise.all(limited.map(async (key) => [key, (await permits.load(key)).permits] as const)),
    services.length > 0 ? breakers.all(KEYS) : [],
  ]);
  return waiting({
    flows,
    permits: new Map(held),
    breakers: new Map(moved.map(({ serviceId, breaker }) => [serviceId, breaker])),
    limits,
    now: clock.now(),
  });
}

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)];
