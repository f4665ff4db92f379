import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

const asked = { input: 'Analyse the sales figures, please.' };

describe('a user with as many open workflows as there may be', () => {
  let house: House;
  let alice: Client;
  let bob: Client;

  beforeAll(async () => {
    house = await openHouse({ openRuns: 3 });
    [alice, bob] = [await house.user('user_alice'), await house.user('user_bob')];
  });
  afterAll(() => house.close());

  it('T01 is refused another one until one has ended; others are not', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => alice.post('/workflows/create', asked)));
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429]);
    expect(made.find(({ status }) => status === 429)).toMatchObject({
      body: { code: 'RATE_LIMITED', details: { limit: 3, open: 3 } },
    });
    expect(await bob.post('/workflows/create', asked)).toMatchObject({ status: 201 });
    const { id } = made.find(({ status }) => status === 201)!.body.workflow;
    await alice.post(`/workflows/${id}/cancel`, {});
    await house.caughtUp();
    house.clock.offset += 1_000;
    expect(await alice.post('/workflows/create', asked)).toMatchObject({ status: 201 });
    expect(await alice.post('/workflows/create', asked)).toMatchObject({ status: 429 });
  });

  it('T01 one that is refused for its body takes no place', async () => {
    const carol = await house.user('user_carol');
    for (let i = 0; i < 5; i++)
      expect(await carol.post('/workflows/create', { ...asked, maxCost: 1_000 })).toMatchObject({
        status: 400,
      });
    expect(await carol.post('/workflows/create', asked)).toMatchObject({ status: 201 });
  });
});
