import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Installed } from '../../kit/installation.js';
import { moved } from '../kit/chain.js';
import { Client, type Reply, type WorkflowDoc } from '../kit/client.js';
import { free, statistics } from '../kit/plans.js';

const WORDS = 'Describe the cars data set with statistics';

export const refusals = (installed: () => Installed) =>
  describe('bad input', () => {
    let client: Client;
    let other: Client;

    beforeAll(async () => {
      client = Client.of(installed());
      other = new Client(installed().url, await installed().addUser('user_other'));
      await client.funded(1n);
    });

    /** What a refused call must leave as it was: workflows, money, and the chain. */
    const world = async () => ({
      workflows: (await client.get<{ total: number }>('/workflows/history?limit=1')).body.total,
      balance: await client.balance(),
      moved: await moved(installed(), client),
    });
    const refused = async (
      act: () => Promise<Reply>,
      ...expected: readonly [status: number, code: string]
    ) => {
      const before = await world();
      const { status, body } = await act();
      expect([status, body.code]).toEqual(expected);
      expect(body.error).toMatch(/^[A-Z].*\.$/s);
      expect(await world()).toEqual(before);
      return body.details ?? {};
    };
    const revision = async ({ id }: WorkflowDoc) =>
      (await client.get(`/workflows/${id}`)).headers.get('etag');
    const planned = async (body: object = statistics()) => client.planned(await client.create(body));

    it.each([
      ['an empty request', { input: '' }, 'input'],
      ['a blank request', { input: ' '.repeat(40) }, 'input'],
      ['5,001 characters', { input: 'x'.repeat(5_001) }, 'input'],
      ['an unknown field', { input: WORDS, colour: 'blue' }, 'colour'],
      ['a request and a plan at once', { input: WORDS, ...statistics() }, 'input'],
      ['neither', {}, 'input'],
      ['a negative limit', { input: WORDS, maxCost: -1 }, 'maxCost'],
      ['a seventh decimal of money', { input: WORDS, maxCost: 0.0000001 }, 'maxCost'],
      [
        'a file with a path',
        { input: WORDS, files: [{ name: '../x', mediaType: 'text/csv', content: 'a' }] },
        'files',
      ],
    ])('%s creates nothing', async (_, body, field) => {
      const details = await refused(() => client.post('/workflows/create', body), 400, 'VALIDATION_FAILED');
      expect(JSON.stringify(details)).toContain(field);
    });

    it('5,000 characters are a request', async () => {
      const input = `${WORDS} ${'and again '.repeat(600)}`.slice(0, 4_999).padEnd(5_000, 'x');
      expect((await planned({ input })).status).toBe('awaiting_approval');
    });

    it('a body that is no JSON creates nothing', async () => {
      await refused(
        async () => {
          const answer = await fetch(`${client.url}/workflows/create`, {
            method: 'POST',
            headers: { authorization: `Bearer ${client.account.apiKey}`, 'content-type': 'application/json' },
            body: '{"input": ',
          });
          return { status: answer.status, headers: answer.headers, body: await answer.json() } as Reply;
        },
        400,
        'VALIDATION_FAILED',
      );
    });

    it('a workflow for another user creates nothing', async () => {
      await refused(
        () => client.post('/workflows/create', { input: WORDS, userId: 'user_other' }),
        403,
        'FORBIDDEN',
      );
    });

    it('a plan that costs more than allowed fails and says what it would have cost', async () => {
      const before = await client.balance();
      const { status, error, plan } = await planned({ ...statistics(), maxCost: 0.001 });
      expect([status, error?.code, plan]).toEqual(['failed', 'PLAN_OVER_BUDGET', null]);
      expect(error?.message).toMatch(/0\.001\b/);
      expect(error?.message.match(/\d+\.\d+/g)?.length).toBeGreaterThanOrEqual(2);
      expect(await client.balance()).toEqual(before);
    });

    it('the same from a request in words', async () => {
      const { error } = await planned({ input: WORDS, maxCost: 0.000001 });
      expect(error?.code).toBe('PLAN_OVER_BUDGET');
    });

    it.each([
      [
        'steps in a circle',
        [
          { key: 'a', kind: 'data_transform', dependsOn: ['b'], input: 'steps.b' },
          { key: 'b', kind: 'data_transform', dependsOn: ['a'], input: 'steps.a' },
        ],
        'INVALID_DAG',
      ],
      [
        'a step that waits for none there is',
        [{ key: 'a', kind: 'data_transform', dependsOn: ['z'], input: '1' }],
        'INVALID_DAG',
      ],
      [
        'an unknown service',
        [{ key: 'a', kind: 'service_call', serviceId: 'nobody', params: {} }],
        'NO_SERVICE',
      ],
      [
        'an unknown capability',
        [{ key: 'a', kind: 'service_call', capability: 'levitate', params: {} }],
        'NO_SERVICE',
      ],
    ])('a plan with %s fails before anything is held', async (_, steps, code) => {
      const before = await client.balance();
      const { status, error } = await planned({ plan: { steps } });
      expect([status, error?.code]).toEqual(['failed', code]);
      expect(await client.balance()).toEqual(before);
    });

    it('an expression that does not parse is no plan', async () => {
      const { error } = await planned(free('{"a": (1 + '));
      expect(error?.code).toBe('EXPRESSION_INVALID');
    });

    it('a plan that changed is not approved', async () => {
      const open = await planned();
      const before = await revision(open);
      const { details } = (await client.approve(open.id, 'f'.repeat(64))).body;
      const again = await refused(() => client.approve(open.id, 'f'.repeat(64)), 409, 'PLAN_CHANGED');
      expect(again).toEqual({ proposed: open.plan!.planHash, approved: 'f'.repeat(64) });
      expect(details).toEqual(again);
      expect(await revision(open)).toBe(before);
    });

    it('nobody but the owner finds, approves, cancels, reads or watches a workflow', async () => {
      const open = await planned();
      const before = await revision(open);
      const { id } = open;
      for (const path of [
        `/workflows/${id}`,
        `/workflows/${id}/steps`,
        `/workflows/${id}/result`,
        `/workflows/${id}/events`,
      ])
        expect([path, (await other.get(path)).status]).toEqual([path, 404]);
      for (const act of ['approve', 'cancel']) {
        const { status, body } = await other.post(`/workflows/${id}/${act}`);
        expect([act, status, body.code]).toEqual([act, 404, 'NOT_FOUND']);
      }
      await expect(other.stream(id, 1, () => true)).rejects.toThrow('404');
      expect((await other.get(`/escrow/${client.account.userId}/balance`)).status).toBe(404);
      expect((await other.get(`/audit/streams/workflow-${id}`)).status).toBe(404);
      expect(await revision(open)).toBe(before);
    });

    it('a cancelled workflow is not approved, and holds nothing', async () => {
      const open = await planned();
      expect((await client.post(`/workflows/${open.id}/cancel`)).status).toBe(200);
      const details = await refused(() => client.approve(open.id), 409, 'WRONG_STATE');
      expect(details).toMatchObject({ status: 'cancelled', asked: 'approve' });
    });

    it('approving twice approves once', async () => {
      const before = await client.balance();
      const open = await planned();
      const answers = await Promise.all([1, 2, 3].map(() => client.approve(open.id, open.plan!.planHash)));
      const done = await client.closed(open.id);
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
      for (const { status } of answers) expect([200, 409]).toContain(status);
      const details = await refused(() => client.approve(open.id), 409, 'WRONG_STATE');
      expect(details).toMatchObject({ status: 'completed', asked: 'approve' });
      expect((await client.balance()).available).toBe(before.available - BigInt(done.spentMicro));
      expect((await client.balance()).held).toBe(0n);
    });

    it('without a key, or with a made-up one, there is nothing', async () => {
      const stranger = new Client(client.url, { userId: 'x', apiKey: `qk_${'A'.repeat(43)}` });
      const { status, body } = await stranger.get('/workflows/history');
      expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect((await fetch(`${client.url}/workflows/history`)).status).toBe(401);
    });

    it.each([
      ['rubbish', 'not a receipt'],
      ['an empty object', {}],
      ['a number', 7],
    ])('%s is no receipt, and says so without falling over', async (_, receipt) => {
      const { status, body } = await client.post<{ valid: boolean }>('/receipts/rcpt_none/verify', {
        receipt,
      });
      expect([status, body.valid]).toEqual([200, false]);
    });
  });
