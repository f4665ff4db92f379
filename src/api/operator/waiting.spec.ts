import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

let house: House;
let operator: Client;
let user: Client;

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  user = await house.user('user_1');
  const job = { kind: 'step', priority: 'normal', correlationId: 'wf_1', payload: {} } as const;
  const batch = Array.from({ length: 30 }, (_, n) => ({
    ...job,
    id: `b${n}`,
    owner: 'user_2',
    service: 'svc_1',
  }));
  await house.jobs.publish([...batch, { ...job, id: 'single', owner: 'user_1' }]);
  const holders = { a: house.clock.now() + 60_000, b: house.clock.now() + 60_000 };
  await house.permits.save('user/user_2', { holders, tokens: 0, at: 0 }, 0);
});
afterAll(() => house?.close());

describe('what each user and service waits for', () => {
  it('is told to operators, with limit, reason and age', async () => {
    const { status, body } = await operator.get('/monitor/waiting');
    const oldestMs = expect.any(Number);
    expect([status, body.users]).toEqual([
      200,
      [
        {
          key: 'user_2',
          waiting: 30,
          inFlight: 0,
          limit: { concurrency: 2 },
          because: 'user_concurrency',
          oldestMs,
        },
        { key: 'user_1', waiting: 1, inFlight: 0, limit: { concurrency: 2 }, because: 'priority', oldestMs },
      ],
    ]);
    expect(body.services).toEqual([expect.objectContaining({ key: 'svc_1', waiting: 30 })]);
  });

  it('is shown as far as it is asked for', async () =>
    expect((await operator.get('/monitor/waiting?limit=1')).body.users).toHaveLength(1));

  it.each(['limit=0', 'limit=x', 'limit=1001', 'of=me'])('refuses %s', async (query) =>
    expect((await operator.get(`/monitor/waiting?${query}`)).status).toBe(400),
  );

  it('is nobody else’s business', async () => expect((await user.get('/monitor/waiting')).status).toBe(403));
});
