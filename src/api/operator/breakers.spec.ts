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
