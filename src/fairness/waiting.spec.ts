import { describe, expect, it } from '@jest/globals';
import type { Permits } from '../kernel/permits.js';
import type { FlowFigures, JobFlow } from '../ports/jobs.js';
import { limitTable } from './limit-table.js';
import { type Found, waiting } from './waiting.js';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const flow = (owner: string, service?: string, more: Partial<FlowFigures & JobFlow> = {}): FlowFigures => ({
  flow: {
    key: `${owner}/${service}`,
    kind: more.kind ?? 'step',
    priority: more.priority ?? 'normal',
    owner,
    ...(service && { service }),
  },
  waiting: more.waiting ?? 1,
  inFlight: more.inFlight ?? 0,
  oldestAt: more.oldestAt ?? '2026-01-02T03:04:00.678Z',
});
const held = (count: number, more: Partial<Permits> = {}): Permits => ({
  holders: Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, NOW + 1_000])),
  tokens: 0,
  at: NOW,
  ...more,
});
const look = (flows: readonly FlowFigures[], more: Partial<Found> = {}) =>
  waiting({
    flows,
    permits: new Map(),
    breakers: new Map(),
    limits: limitTable({
      userConcurrency: 2,
      serviceConcurrency: 0,
      servicePerMinute: 0,
      services: 'slow=1,rated=/60',
    }),
    now: NOW,
    ...more,
  });

describe('what waits', () => {
  it('is told for each user and each service, those with the most waiting first', () => {
    const { users, services } = look([
      flow('a', 's1', { waiting: 3, inFlight: 1 }),
      flow('b', 's1', { waiting: 40, oldestAt: '2026-01-02T03:03:05.678Z' }),
      flow('a', undefined, { kind: 'receipt', waiting: 2 }),
      flow('', undefined, { kind: 'chain' }),
    ]);
    expect(users).toEqual([
      {
        key: 'b',
        waiting: 40,
        inFlight: 0,
        limit: { concurrency: 2 },
        because: 'priority',
        oldestMs: 60_000,
      },
      { key: 'a', waiting: 5, inFlight: 1, limit: { concurrency: 2 }, because: 'priority', oldestMs: 5_000 },
    ]);
    expect(services).toEqual([
      { key: 's1', waiting: 43, inFlight: 1, limit: null, because: 'priority', oldestMs: 60_000 },
    ]);
  });

  it('waits for its user, who has as many calls under way as allowed', () => {
    const { users, services } = look([flow('a', 's1')], { permits: new Map([['user/a', held(2)]]) });
    expect([users[0]?.because, services[0]?.because]).toEqual(['user_concurrency', 'user_concurrency']);
  });

  it('waits for a service that is full, only if all of the user’s does', () => {
    const permits = new Map([['service/slow', held(1)]]);
    expect(look([flow('a', 'slow')], { permits }).users[0]?.because).toBe('service_concurrency');
    expect(look([flow('a', 'slow'), flow('a', 's1')], { permits }).users[0]?.because).toBe('priority');
  });

  it('waits for the rate of a service, until it allows another call', () => {
    const flows = [flow('a', 'rated')];
    const at = (ago: number) => new Map([['service/rated', held(0, { tokens: 0, at: NOW - ago })]]);
    expect(look(flows, { permits: at(500) }).services[0]?.because).toBe('service_rate');
    expect(look(flows, { permits: at(1_500) }).services[0]?.because).toBe('priority');
  });

  it('waits behind an open breaker', () => {
    const breakers = new Map([['s1', { is: 'open', until: NOW + 1 } as const]]);
    const { users, services } = look([flow('a', 's1')], { breakers });
    expect([users[0]?.because, services[0]?.because]).toEqual(['breaker_open', 'breaker_open']);
  });

  it('has no reason when all of it is in flight', () =>
    expect(look([flow('a', 's1', { waiting: 0, inFlight: 1 })]).users[0]).toMatchObject({ because: null }));

  it('does not believe permits that have run out', () => {
    const permits = new Map([['user/a', { holders: { x: NOW, y: NOW - 1 }, tokens: 0, at: NOW }]]);
    expect(look([flow('a', 's1')], { permits }).users[0]?.because).toBe('priority');
  });
});
