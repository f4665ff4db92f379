import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { assemble, broken, drift, fail, paid, planOf, propose } from '../../../test/kit/runs.js';
import { escrow } from '../../commands/escrow/decide.js';
import { workflow } from '../../commands/workflow/decide.js';
import { places } from '../../kernel/places.js';

const shape = planOf(paid('step_1'), paid('step_2', ['step_1']), assemble('step_3', ['step_1', 'step_2']));
const details = { step_1: { input: '{}' }, step_2: { input: '{}' }, step_3: { input: '1' } };

describe('pausing and resuming a run over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await house.fund(alice.userId, 1_000_000n);
  });
  afterAll(() => house.close());

  const executing = async (more: object = {}) => {
    const input = 'Analyse the sales figures, please.';
    const { body } = await alice.post('/workflows/create', { input, ...more });
    const id: string = body.workflow.id;
    const sealed = await house.content.sealJson(alice.userId, places.planDetails(id, 1), details);
    const plan = { ...shape, details: sealed };
    await house.tell(id, propose(plan, new Date().toISOString()));
    expect((await post(`/workflows/${id}/approve`, {})).status).toBe(200);
    await house.tell(id, { type: 'StartExecution', at: new Date().toISOString(), runNo: 1 });
    return { id, plan };
  };
  let position = '';
  const post = async (path: string, body: object) => {
    const answer = await alice.post(path, body);
    position = answer.headers.get('x-position') ?? position;
    return answer;
  };
  const get = async (path: string) =>
    (await alice.get(path, position === '' ? {} : { 'x-min-position': position })).body;
  const read = async (id: string) => (await get(`/workflows/${id}`)).workflow;

  it('is told by the read model and the stream, and goes on', async () => {
    const { id } = await executing();
    expect(await post(`/workflows/${id}/pause`, {})).toMatchObject({
      status: 200,
      body: { status: 'paused' },
    });
    expect(await read(id)).toMatchObject({ status: 'paused', pauseReason: 'by_owner', terminal: false });
    expect(await post(`/workflows/${id}/resume`, {})).toMatchObject({
      status: 200,
      body: { status: 'executing' },
    });
    const after = await read(id);
    expect([after.status, after.pauseReason]).toEqual(['executing', undefined]);
    const { events } = await get(`/workflows/${id}/events`);
    expect(events.map(({ type }: { type: string }) => type).slice(-2)).toEqual([
      'workflow.paused',
      'workflow.resumed',
    ]);
  });

  it('T23, T25 shows the dearer plan, and approves no other; the hold is extended', async () => {
    const { id, plan } = await executing();
    const at = new Date().toISOString();
    const dearer = drift(plan, 'step_1', 25_000n, { at });
    await house.tell(id, dearer);
    const asked = await read(id);
    expect(asked).toMatchObject({
      status: 'awaiting_approval',
      approvalReason: 'price_drift',
      pausedStep: 'step_1',
      plan: { planHash: dearer.planHash, maxCostMicro: '45000' },
    });
    expect(await post(`/workflows/${id}/resume`, {})).toMatchObject({
      status: 409,
      body: {
        code: 'WRONG_STATE',
        details: { status: 'paused', asked: 'resume', allowed: ['approve', 'cancel'] },
      },
    });
    const old = await post(`/workflows/${id}/approve`, { planHash: 'e'.repeat(64) });
    expect([old.status, old.body.code]).toEqual([409, 'PLAN_CHANGED']);
    expect(await post(`/workflows/${id}/approve`, { planHash: dearer.planHash })).toMatchObject({
      status: 200,
      body: { budgetMicro: '45000' },
    });
    expect(await read(id)).toMatchObject({ status: 'executing' });
    const { state } = await house.dispatch.load(workflow, id);
    const { holdId } = (state as { approval: { holdId: string } }).approval;
    const account = (await house.dispatch.load(escrow, alice.userId)).state;
    expect(account.status === 'open' && account.holds.get(holdId)?.amount).toBe(45_000n);
  });

  it('a run that pauses instead of failing is resumed without the step', async () => {
    const { id } = await executing({ onExhausted: 'pause' });
    await house.tell(id, fail('step_1', { error: broken, at: new Date().toISOString() }));
    expect(await read(id)).toMatchObject({
      status: 'paused',
      pauseReason: 'retries_exhausted',
      pausedStep: 'step_1',
    });
    const { body } = await post(`/workflows/${id}/resume`, { skip: ['step_1'] });
    expect(body).toMatchObject({ code: 'WRONG_STATE', error: expect.stringContaining('no result') });
    expect((await post(`/workflows/${id}/resume`, {})).body).toMatchObject({ status: 'executing' });
  });

  it.each([
    ['pause', { reason: 'x' }],
    ['resume', { skip: 'step_1' }],
    ['resume', { skip: [''] }],
    ['resume', { other: 1 }],
  ])('a malformed %s is refused with 400: %j', async (path, body) => {
    const { id } = await executing();
    expect((await post(`/workflows/${id}/${path}`, body)).status).toBe(400);
  });

  it('is nobody else’s, and an unknown policy is refused', async () => {
    const { id } = await executing();
    for (const path of ['pause', 'resume'])
      expect((await mallory.post(`/workflows/${id}/${path}`, {})).status).toBe(404);
    const input = 'Analyse the sales figures, please.';
    expect((await alice.post('/workflows/create', { input, onExhausted: 'panic' })).status).toBe(400);
  });
});
