import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';

describe('rating a result over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;
  let id: string;

  const create = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { input: 'Analyse the sales figures, please.' });
    return body.workflow.id;
  };

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await house.fund(alice.userId, 100_000n);
    id = await create();
    await house.propose(id, alice.userId);
    await alice.post(`/workflows/${id}/approve`, {});
    await house.execute(id, alice.userId, 'done');
  });
  afterAll(() => house.close());

  it('T39 keeps the stars and, sealed, the comment; the newest counts', async () => {
    expect((await alice.get(`/workflows/${id}`)).body.workflow.rating).toBeNull();
    for (const rating of [{ stars: 2 }, { stars: 5, comment: 'Just what I needed.' }]) {
      expect(await alice.post(`/workflows/${id}/rating`, rating)).toMatchObject({
        status: 200,
        body: { success: true, rating: { stars: rating.stars } },
      });
      await house.caughtUp();
      const { workflow } = (await alice.get(`/workflows/${id}`)).body;
      expect(workflow.rating).toEqual({ stars: rating.stars, comment: rating.comment ?? null });
    }
    const { rows } = await house.sql.query('select * from rm_workflows where workflow_id = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain('Just what');
  });

  it.each([
    ['no stars', {}],
    ['none of five', { stars: 0 }],
    ['six', { stars: 6 }],
    ['half a star', { stars: 4.5 }],
    ['stars in words', { stars: '5' }],
    ['an endless comment', { stars: 5, comment: 'x'.repeat(2_001) }],
    ['an unknown field', { stars: 5, of: 'me' }],
  ])('T39 refuses %s', async (_what, body) =>
    expect(await alice.post(`/workflows/${id}/rating`, body)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    }),
  );

  it('T39 refuses others, and what did not complete', async () => {
    expect(await mallory.post(`/workflows/${id}/rating`, { stars: 1 })).toMatchObject({ status: 404 });
    expect(await alice.post(`/workflows/${await create()}/rating`, { stars: 1 })).toMatchObject({
      status: 409,
      body: { code: 'WRONG_STATE', details: { status: 'planning' } },
    });
  });
});
