import type { Breaker } from '../kernel/breaker.js';
import { type CallLimit, type Permits, underWay } from '../kernel/permits.js';
import type { FlowFigures, HeldBecause, JobFlow } from '../ports/jobs.js';
import { type LimitTable, serviceKey, userKey } from './limit-table.js';

/** Why something waits: the first that applies of what holds it; otherwise its turn has not come. */
export type WaitingBecause = HeldBecause | 'breaker_open' | 'priority';

/** What waits for one user, or for one service. */
export interface WaitingFigures {
  readonly key: string;
  readonly waiting: number;
  readonly inFlight: number;
  readonly limit: CallLimit | null;
  /** null when nothing waits */
  readonly because: WaitingBecause | null;
  /** ms the oldest job that is not done has been there; null when there is none */
  readonly oldestMs: number | null;
}

export interface Waiting {
  readonly users: readonly WaitingFigures[];
  readonly services: readonly WaitingFigures[];
}

/** What was found when somebody looked. */
export interface Found {
  readonly flows: readonly FlowFigures[];
  readonly permits: ReadonlyMap<string, Permits>;
  readonly breakers: ReadonlyMap<string, Breaker>;
  readonly limits: LimitTable;
  /** ms since the epoch */
  readonly now: number;
}

/** What each user and each service waits for, those with the most waiting first. */
export function waiting(found: Found): Waiting {
  const users = grouped(found.flows, ({ owner }) => owner || undefined);
  const services = grouped(found.flows, ({ service }) => service);
  return {
    users: [...users].map(([user, flows]) => userFigures(user, flows, found)).sort(byWaiting),
    services: [...services].map(([service, flows]) => serviceFigures(service, flows, found)).sort(byWaiting),
  };
}

function userFigures(user: string, flows: readonly FlowFigures[], found: Found): WaitingFigures {
  const limit = found.limits.user();
  const calls = flows.some(({ flow, waiting: count }) => flow.kind === 'step' && count > 0);
  const ofServices = [...grouped(flows, ({ service }) => service)].map(([service, its]) =>
    serviceReason(service, its, found),
  );
  const isFull = calls && fullness(userKey(user), limit, found) === 'concurrency';
  return figuresOf(user, flows, limit, found.now, isFull ? 'user_concurrency' : commonReason(ofServices));
}

function serviceFigures(service: string, flows: readonly FlowFigures[], found: Found): WaitingFigures {
  const reason = serviceReason(service, flows, found);
  return figuresOf(service, flows, found.limits.service(service), found.now, reason);
}

function serviceReason(service: string, flows: readonly FlowFigures[], found: Found): WaitingBecause {
  const breaker = found.breakers.get(service);
  if (breaker && breaker.is !== 'closed' && breaker.until > found.now) return 'breaker_open';
  const full = fullness(serviceKey(service), found.limits.service(service), found);
  if (full) return full === 'rate' ? 'service_rate' : 'service_concurrency';
  const userLimit = found.limits.user();
  const usersFull = flows.every(({ flow }) => fullness(userKey(flow.owner), userLimit, found));
  return usersFull ? 'user_concurrency' : 'priority';
}

/** A user waits for a service only if nothing of it could go on otherwise. */
const commonReason = (reasons: readonly WaitingBecause[]): WaitingBecause => {
  const [first] = reasons;
  return first !== undefined && reasons.every((reason) => reason === first) ? first : 'priority';
};

function fullness(key: string, limit: CallLimit | undefined, { permits, now }: Found) {
  const held = permits.get(key);
  if (!held || !limit) return undefined;
  if (limit.concurrency !== undefined && underWay(held, now) >= limit.concurrency) return 'concurrency';
  if (limit.perMinute === undefined) return undefined;
  return held.tokens + ((now - held.at) * limit.perMinute) / 60_000 < 1 ? 'rate' : undefined;
}

function figuresOf(
  key: string,
  flows: readonly FlowFigures[],
  limit: CallLimit | undefined,
  now: number,
  because: WaitingBecause,
): WaitingFigures {
  const count = flows.reduce((sum, flow) => sum + flow.waiting, 0);
  const [oldestAt] = flows.map(({ oldestAt: at }) => at).sort();
  return {
    key,
    waiting: count,
    inFlight: flows.reduce((sum, { inFlight }) => sum + inFlight, 0),
    limit: limit ?? null,
    because: count === 0 ? null : because,
    oldestMs: oldestAt === undefined ? null : Math.max(0, now - Date.parse(oldestAt)),
  };
}

function grouped(flows: readonly FlowFigures[], keyOf: (flow: JobFlow) => string | undefined) {
  const groups = new Map<string, FlowFigures[]>();
  for (const each of flows) {
    const key = keyOf(each.flow);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}

const byWaiting = (a: WaitingFigures, b: WaitingFigures): number =>
  b.waiting - a.waiting || b.inFlight - a.inFlight;
