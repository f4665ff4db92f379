import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { offer } from '../../../test/kit/offers.js';

let house: House;
let operator: Client;
let user: Client;
const [first, second] = [offer('svc_1'), offer('svc_2')];
const until = Date.parse('2026-01-02T03:04:35.678Z');

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  user = await house.user('user_1');
  house.offers.push(first, second);
  await house.breakers.save(first.id, { is: 'open', until }, 0);
});
afterAll(() => house?.close());

const OPEN = { state: 'open', failures: 0, retryAt: '2026-01-02T03:04:35.678Z' };
const CLOSED = { state: 'closed', failures: 0, retryAt: null };

describe('queues', () => {
  it('are told by kind and priority, with the age of the oldest job, to operators only', async () => {
    const job = { kind: 'prove', priority: 'normal', correlationId: 'wf_1', payload: {} } as const;
    await house.jobs.publish([
      { ...job, id: 'a' },
      { ...job, id: 'b' },
    ]);
    house.clock.offset = 60_000;
    const { status, body } = await operator.get('/monitor/queues');
    house.clock.offset = 0;
    expect([status, body.dead]).toEqual([200, 0]);
    expect(body.queues).toEqual([
      { kind: 'prove', priority: 'normal', waiting: 2, inFlight: 0, oldestAgeMs: expect.any(Number) },
    ]);
    expect(body.queues[0].oldestAgeMs).toBeGreaterThanOrEqual(59_000);
    expect((await user.get('/monitor/queues')).status).toBe(403);
    const metrics = (await user.get('/metrics')).body;
    expect(metrics).toContain('quittance_queue_jobs{kind="prove",priority="normal",state="waiting"} 2');
    expect(metrics).toMatch(/quittance_queue_oldest_seconds\{kind="prove",priority="normal"\} [\d.]+/);
  });
});

describe('breakers', () => {
  it.each(['/services', '/services/discover?query=trend'])('are seen by everybody in %s', async (path) => {
    const { body } = await user.get(path);
    expect(body.services.map((service: { breaker: unknown }) => service.breaker)).toEqual([OPEN, CLOSED]);
  });

  it('are seen in one service', async () =>
    expect((await user.get(`/services/${first.id}`)).body.service.breaker).toEqual(OPEN));

  it('stand among the components, for operators only', async () => {
    const { status, body } = await operator.get('/monitor/components');
    expect([status, body.breakers]).toEqual([200, [{ serviceId: first.id, ...OPEN }]]);
    expect(body.components).toEqual([{ name: 'database', status: 'up' }]);
    expect((await user.get('/monitor/components')).status).toBe(403);
  });

  it('are counted for Prometheus, without ids', async () => {
    const { body } = await user.get('/metrics');
    expect(body).toContain('quittance_breakers{state="open"} 1');
    expect(body).toContain('quittance_breakers{state="closed"} 0');
    expect(body).not.toContain(`"${first.id}"`);
  });
});
