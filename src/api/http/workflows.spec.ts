import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse, PLAN_HASH } from '../../../test/kit/api-house.js';
import { workflow } from '../../commands/workflow/decide.js';

const REQUEST = 'Analyse the trend of these sales figures, please.';

describe('the workflows API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
  });
  afterAll(() => house.close());

  const create = async (body: object = {}): Promise<string> => {
    const { body: answer } = await alice.post('/workflows/create', { input: REQUEST, ...body });
    return answer.workflow.id;
  };
  const proposed = async (): Promise<string> => {
    const id = await create();
    await house.propose(id, alice.userId);
    return id;
  };

  describe('creating', () => {
    it('answers 201 with the id, the status and where it was written', async () => {
      const reply = await alice.post('/workflows/create', { input: REQUEST, maxCost: 5 });
      expect(reply.status).toBe(201);
      expect(reply.body).toMatchObject({ success: true, workflow: { status: 'planning' } });
      expect(reply.headers.get('etag')).toBe('"1"');
      const position = reply.headers.get('x-position')!;
      const read = await alice.get(`/workflows/${reply.body.workflow.id}`, { 'x-min-position': position });
      expect(read.body.workflow).toMatchObject({ input: REQUEST, maxCost: 5, maxCostMicro: '5000000' });
    });

    it('keeps the priority it was asked for', async () => {
      const id = await create({ priority: 'high' });
      const { state } = await house.dispatch.load(workflow, id);
      expect(state).toMatchObject({ created: { priority: 'high' } });
      const { state: usual } = await house.dispatch.load(workflow, await create({ priority: 'normal' }));
      expect(usual.status !== 'none' && 'priority' in usual.created).toBe(false);
    });

    it.each([
      ['an empty request', { input: '' }],
      ['a request of nine characters', { input: 'too short' }],
      ['a request of blanks', { input: ' '.repeat(50) }],
      ['a request of 5,001 characters', { input: 'x'.repeat(5_001) }],
      ['neither request nor plan', {}],
      [
        'both request and plan',
        { input: REQUEST, plan: { steps: [{ key: 'a', kind: 'data_transform', input: '1' }] } },
      ],
      ['an unknown field', { input: REQUEST, budget: 5 }],
      ['an unknown field inside', { input: REQUEST, serviceFilters: { cheap: true } }],
      ['a negative cost', { input: REQUEST, maxCost: -1 }],
      ['a cost finer than a micro-USDC', { input: REQUEST, maxCost: 0.0000001 }],
      ['a cost above the platform limit', { input: REQUEST, maxCost: 101 }],
      ['a cost as text', { input: REQUEST, maxCost: '5' }],
      ['an unknown priority', { input: REQUEST, priority: 'urgent' }],
      ['an unknown level', { input: REQUEST, verificationLevel: 'total' }],
      [
        'a file with a path as its name',
        { input: REQUEST, files: [{ name: '../x', mediaType: 'text/csv', content: '' }] },
      ],
      [
        'nine files',
        { input: REQUEST, files: Array(9).fill({ name: 'x', mediaType: 'text/csv', content: '' }) },
      ],
    ])('refuses %s with VALIDATION_FAILED', async (_what, body) => {
      const reply = await alice.post('/workflows/create', body);
      expect(reply).toMatchObject({ status: 400, body: { success: false, code: 'VALIDATION_FAILED' } });
    });

    it('takes exactly 5,000 characters', async () => {
      const reply = await alice.post('/workflows/create', { input: 'x'.repeat(5_000) });
      expect(reply.status).toBe(201);
    });

    it('refuses a body that is no JSON, of another type, or too large', async () => {
      expect(await alice.post('/workflows/create', '{"input":')).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
      expect(
        await alice.post('/workflows/create', 'input=x', {
          'content-type': 'application/x-www-form-urlencoded',
        }),
      ).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
      expect(await alice.post('/workflows/create', { input: 'x'.repeat(4 * 1024 * 1024) })).toMatchObject({
        status: 413,
        body: { code: 'TOO_LARGE' },
      });
    });

    it('refuses to create for another user', async () => {
      const reply = await alice.post('/workflows/create', { input: REQUEST, userId: mallory.userId });
      expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    });

    it('never writes the request, a file or a secret in clear into events, read models or logs', async () => {
      const content = 'region,units\nnorth,unmistakable-content';
      await create({
        input: 'unmistakable-content in the request',
        metadata: { note: 'unmistakable-content' },
        files: [{ name: 'unmistakable-content.csv', mediaType: 'text/csv', content }],
      });
      await house.caughtUp();
      const events: unknown[] = [];
      for await (const event of house.api.store.readAll()) events.push(event);
      const { rows } = await house.sql.query('select * from rm_workflows');
      const everything = JSON.stringify([events, rows, house.logged]);
      expect(everything).not.toContain('unmistakable-content');
      expect(everything).not.toContain(alice.secret);
    });
  });

  describe('approving', () => {
    it('without funds answers 402 with what is available and required', async () => {
      const id = await proposed();
      expect(await alice.post(`/workflows/${id}/approve`)).toMatchObject({
        status: 402,
        body: {
          code: 'INSUFFICIENT_ESCROW',
          details: { available: 0, availableMicro: '0', required: 0.02, requiredMicro: '20000' },
        },
      });
    });

    it('holds the cost, once, and refuses to be done twice', async () => {
      await house.fund(alice.userId, 100_000n);
      const id = await proposed();
      const reply = await alice.post(`/workflows/${id}/approve`, { planHash: PLAN_HASH });
      expect(reply).toMatchObject({ status: 200, body: { success: true, budgetMicro: '20000' } });
      const position = reply.headers.get('x-position')!;
      const balance = await alice.get(`/escrow/${alice.userId}/balance`, { 'x-min-position': position });
      expect(balance.body).toMatchObject({
        availableMicro: '80000',
        heldMicro: '20000',
        totalMicro: '100000',
      });
      expect(await alice.post(`/workflows/${id}/approve`)).toMatchObject({
        status: 409,
        body: { code: 'WRONG_STATE' },
      });
      // who names the plan says the same again, perhaps because the answer was lost
      const again = await alice.post(`/workflows/${id}/approve`, { planHash: PLAN_HASH });
      expect([again.status, again.body]).toEqual([200, reply.body]);
      const another = await alice.post(`/workflows/${id}/approve`, { planHash: 'c'.repeat(64) });
      expect(another).toMatchObject({ status: 409, body: { code: 'WRONG_STATE' } });
    });

    it('of a changed plan is refused and holds nothing', async () => {
      const id = await proposed();
      const before = await alice.get(`/escrow/${alice.userId}/balance`);
      const reply = await alice.post(`/workflows/${id}/approve`, { planHash: 'c'.repeat(64) });
      expect(reply).toMatchObject({ status: 409, body: { code: 'PLAN_CHANGED' } });
      const after = await alice.get(`/escrow/${alice.userId}/balance`);
      expect(after.body.held).toBe(before.body.held);
    });

    it("of somebody else's workflow is refused as of one that does not exist", async () => {
      const id = await proposed();
      const foreign = await mallory.post(`/workflows/${id}/approve`);
      const missing = await mallory.post('/workflows/wf_missing/approve');
      expect(foreign).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
      expect(foreign.body).toEqual(missing.body);
    });

    it('of a cancelled workflow, or one still planning, is refused', async () => {
      const planning = await create();
      expect(await alice.post(`/workflows/${planning}/approve`)).toMatchObject({ status: 409 });
      const id = await proposed();
      expect(await alice.post(`/workflows/${id}/cancel`, { reason: 'changed my mind' })).toMatchObject({
        status: 200,
      });
      expect(await alice.post(`/workflows/${id}/approve`)).toMatchObject({
        status: 409,
        body: { code: 'WRONG_STATE' },
      });
    });

    it('is refused when the workflow has changed since it was looked at', async () => {
      const id = await proposed();
      const seen = await alice.get(`/workflows/${id}`);
      const match = { 'if-match': seen.headers.get('etag')! };
      expect(await alice.post(`/workflows/${id}/approve`, {}, { 'if-match': '"1"' })).toMatchObject({
        status: 412,
        body: { code: 'PRECONDITION_FAILED' },
      });
      expect((await alice.post(`/workflows/${id}/approve`, {}, { 'if-match': 'newest' })).status).toBe(400);
      expect((await alice.post(`/workflows/${id}/approve`, {}, match)).status).toBe(200);
    });

    it('after the offer expired answers 410', async () => {
      const id = await proposed();
      house.clock.offset = 16 * 60_000;
      try {
        expect(await alice.post(`/workflows/${id}/approve`)).toMatchObject({
          status: 410,
          body: { code: 'APPROVAL_EXPIRED' },
        });
      } finally {
        house.clock.offset = 0;
      }
    });
  });

  describe('reading', () => {
    it('shows a finished run: plan, steps, result, and the file to download', async () => {
      const id = await proposed();
      await alice.post(`/workflows/${id}/approve`);
      await house.execute(id, alice.userId, '<h1>Rising</h1>');
      const { body } = await alice.get(`/workflows/${id}`);
      expect(body.workflow).toMatchObject({
        status: 'completed',
        terminal: true,
        spentMicro: '20000',
        plan: { planSummary: { steps: 1, services: 1 }, steps: [{ title: 'Find the trend' }, {}] },
      });
      const steps = await alice.get(`/workflows/${id}/steps`);
      expect(steps.body.stepResults[0]).toMatchObject({
        stepId: 'step_1',
        success: true,
        output: { rows: 1 },
      });
      const result = await alice.get(`/workflows/${id}/result`);
      expect(result.body.result).toEqual({ mediaType: 'text/html', value: '<h1>Rising</h1>' });
      const file = await alice.get(`/workflows/${id}/result?download=1`);
      expect(file.body).toBe('<h1>Rising</h1>');
      expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${id}.html"`);
      expect(file.headers.get('content-security-policy')).toContain('sandbox');
    });

    it('of a result waits until the run is closed', async () => {
      const id = await proposed();
      await alice.post(`/workflows/${id}/approve`);
      const waiting = alice.get(`/workflows/${id}/result?wait=10000`);
      await house.execute(id, alice.userId, 'done');
      expect((await waiting).body).toMatchObject({ terminal: true, result: { value: 'done' } });
    });

    it('of a result together with asking for it says that it is not there yet, after the time given', async () => {
      const body = { plan: { steps: [{ key: 'a', kind: 'data_transform', dependsOn: [], input: '1' }] } };
      const asked = await alice.post('/workflows/create?wait=20', body);
      expect(asked).toMatchObject({
        status: 201,
        body: { workflow: { id: expect.any(String) }, result: null },
      });
      expect(await alice.post('/workflows/create?wait=soon', body)).toMatchObject({ status: 400 });
    });

    it('of a result that takes longer than one waits says that it is not there yet', async () => {
      const id = await proposed();
      const { status, body } = await alice.get(`/workflows/${id}/result?wait=20`);
      expect({ status, body }).toMatchObject({ status: 200, body: { terminal: false, result: null } });
    });

    it.each(['', '/steps', '/result', '/result?wait=50', '/events', '/receipt'])(
      "of somebody else's workflow%s answers 404",
      async (path) => {
        const id = await proposed();
        expect(await mallory.get(`/workflows/${id}${path}`)).toMatchObject({
          status: 404,
          body: { code: 'NOT_FOUND' },
        });
      },
    );

    it('lists the own workflows only, page by page, without gap or repetition', async () => {
      const page = await alice.get('/workflows/history?limit=3');
      const seen = page.body.workflows.map(({ id }: { id: string }) => id);
      for (let next = page.body.nextCursor; next; ) {
        const { body } = await alice.get(`/workflows/history?limit=3&cursor=${next}`);
        seen.push(...body.workflows.map(({ id }: { id: string }) => id));
        next = body.nextCursor;
      }
      expect(new Set(seen).size).toBe(page.body.total);
      expect(seen).toHaveLength(page.body.total);
      expect((await mallory.get('/workflows/history')).body.total).toBe(0);
      expect(await mallory.get(`/users/${alice.userId}/workflows`)).toMatchObject({ status: 404 });
    });

    it('refuses a query it does not know and a cursor it never gave', async () => {
      expect(await alice.get('/workflows/history?order=up')).toMatchObject({ status: 400 });
      expect(await alice.get('/workflows/history?cursor=abc')).toMatchObject({ status: 400 });
      expect(await alice.get('/workflows/%00')).toMatchObject({ status: 404 });
    });

    it('of its stream is for the owner and for operators', async () => {
      const id = await proposed();
      const operator = await house.user('user_operator', ['user', 'operator']);
      const own = await alice.get(`/audit/streams/workflow-${id}?at=1`);
      expect(own.body).toMatchObject({ revision: 1, state: { status: 'planning' } });
      const whole = await operator.get(`/audit/streams/workflow-${id}`);
      expect(whole.body.state.status).toBe('awaiting_approval');
      const hashes = whole.body.events.map(({ hash }: { hash: string }) => hash);
      expect(new Set(hashes).size).toBe(whole.body.revision + 1);
      expect(own.body.events.at(-1).hash).toBe(hashes[1]);
      expect(await mallory.get(`/audit/streams/workflow-${id}`)).toMatchObject({ status: 404 });
      expect(await alice.get('/audit/events')).toMatchObject({ status: 403 });
      const refused = await operator.get('/audit/events?code=PLAN_CHANGED');
      expect(refused.status).toBe(200);
    });
  });

  describe('an Idempotency-Key', () => {
    const key = { 'idempotency-key': 'order-7' };

    it('does a call once and answers the same again', async () => {
      const first = await alice.post('/workflows/create', { input: REQUEST }, key);
      const again = await alice.post('/workflows/create', { input: REQUEST }, key);
      expect(again.body).toEqual(first.body);
      expect(again.status).toBe(201);
      expect(again.headers.get('x-position')).toBe(first.headers.get('x-position'));
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    });

    it('is refused for another body', async () => {
      const reply = await alice.post('/workflows/create', { input: `${REQUEST} Now.` }, key);
      expect(reply).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    });

    it('of one user says nothing about that of another', async () => {
      expect((await mallory.post('/workflows/create', { input: REQUEST }, key)).status).toBe(201);
    });

    it('sent twice at once creates one workflow', async () => {
      const twice = { 'idempotency-key': 'order-8' };
      const replies = await Promise.all(
        [1, 2].map(() => alice.post('/workflows/create', { input: REQUEST }, twice)),
      );
      const created = new Set(replies.flatMap(({ body }) => body.workflow?.id ?? []));
      expect(created.size).toBe(1);
      for (const { status, body, headers } of replies)
        if (status !== 201) {
          expect(body.code).toBe('IN_FLIGHT');
          expect(headers.get('retry-after')).toBe('1');
        }
    });

    it('is given back when the call was refused', async () => {
      const id = await create();
      const again = { 'idempotency-key': 'order-9' };
      expect((await alice.post(`/workflows/${id}/approve`, {}, again)).status).toBe(409);
      await house.propose(id, alice.userId);
      expect((await alice.post(`/workflows/${id}/approve`, {}, again)).status).toBe(200);
    });
  });
});
