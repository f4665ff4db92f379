import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { childIdOf } from '../../src/kernel/child-id.js';
import { places } from '../../src/kernel/places.js';
import { cancelWorkflow } from '../../src/requests/cancel-workflow.js';
import { gate } from '../kit/gate.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const service = { price: usdc(20_000n), payTo: 'PAYEE', network: 'n', asset: 'USDC' };
const offers = [
  offer('summarise', {
    ...service,
    capability: 'summary',
    description: 'Summarises text',
    inputs: [input('text', 'text')],
    output: 'summary',
    tags: ['summary'],
  }),
  offer('unbook', { ...service, capability: 'refund', inputs: [input('text', 'text')], output: 'json' }),
];

const SECRET = 'Zyxomatic quarterly numbers of the Brontosaurus division';
const TEXT = `Summarise this text: ${SECRET} rose. They fell. They rose again, and nobody knew why they did. ${'So it went on and on. '.repeat(20)}`;

const here = (key: string, of: string, dependsOn: readonly string[] = []) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input: of,
});
const sub = (key: string, asked: unknown, more: object = {}) => ({
  key,
  kind: 'workflow',
  params: asked as object,
  ...more,
});
const paid = (key: string, more: object = {}) => ({
  key,
  kind: 'service_call',
  capability: 'summary',
  input: '{"text": "some"}',
  ...more,
});
const waits = { key: 'late', kind: 'signal', signal: 'never' };

describe('a step that is a workflow of its own', () => {
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
  });
  afterAll(() => engine.stop());

  const begin = async (steps: readonly object[], more: object = {}) => {
    const id = await engine.create('user_01', { plan: { steps } as never, ...more });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status === 'awaiting_approval') await engine.approve('user_01', id);
    return id;
  };
  const closed = async (id: string) => {
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status !== 'closed') throw new Error(`it is ${state.status}`);
    return state;
  };
  const account = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return state;
  };
  const eventOf = async (id: string, type: string) => {
    const { event } = await engine.until(`workflow-${id}`, type);
    return event as unknown as Record<string, unknown>;
  };
  const receiptHolds = async (id: string) =>
    expect(await engine.objections(await engine.receiptOf(id))).toEqual([]);

  it('is planned, paid from what was approved for it, and gives what it gave, under receipts of both', async () => {
    const before = availableOf(await account());
    const id = await begin([
      here('text', JSON.stringify({ t: TEXT })),
      { key: 'part', kind: 'workflow', dependsOn: ['text'], input: '{"input": steps.text.t}', maxCost: 0.05 },
      here('end', '{"said": steps.part.value, "of": steps.part.workflowId}', ['part']),
    ]);
    const childId = childIdOf(id, 1, 'step_2', 1);
    const parent = await closed(id);
    expect(parent).toMatchObject({ outcome: 'completed', totalCost: 20_000n });
    const last = parent.plan!.steps.at(-1)!.id;
    expect(await engine.content.getJson(parent.result!.output, places.output(id, 1, last))).toMatchObject({
      value: { said: { trend: 'up' }, of: childId },
    });
    const child = await closed(childId);
    expect(child).toMatchObject({ outcome: 'completed', totalCost: 20_000n });
    expect(child.created.parent).toMatchObject({ workflowId: id, stepId: 'step_2', depth: 1 });
    expect(await eventOf(id, 'WorkflowSettled')).toMatchObject({
      estimated: '50000',
      actual: '20000',
      saved: '30000',
    });
    const { held } = await account();
    expect([before - availableOf(await account()), held]).toEqual([20_000n, 0n]);
    await receiptHolds(id);
    await receiptHolds(childId);
  });

  it('may cost nothing where nothing was approved for it', async () => {
    const id = await begin([sub('part', { plan: { steps: [paid('work')] } })], { autoApprove: true });
    expect(await closed(id)).toMatchObject({ outcome: 'failed', failure: { code: 'CHILD_FAILED' } });
    const { state } = await engine.dispatch.load(workflow, childIdOf(id, 1, 'step_1', 1));
    expect(state).toMatchObject({ outcome: 'failed', failure: { code: 'PLAN_OVER_BUDGET' } });
    await receiptHolds(id);
  });

  it('holds workflows of its own, as deep as they may be', async () => {
    const nested = (depth: number): object =>
      depth === 0
        ? { plan: { steps: [here('leaf', '{"leaf": true}')] } }
        : { plan: { steps: [sub('down', nested(depth - 1))] } };
    const four = await begin([sub('down', nested(3))], { autoApprove: true });
    expect(await closed(four)).toMatchObject({ outcome: 'completed' });
    const five = await begin([sub('down', nested(4))], { autoApprove: true });
    expect(await closed(five)).toMatchObject({ outcome: 'failed', failure: { code: 'CHILD_FAILED' } });
  });

  it.each([
    ['what is no request', { hello: 1 }, 'CHILD_INVALID'],
    ['a request too short', { input: 'psst!' }, 'CHILD_INVALID'],
    ['both a request and a plan', { input: TEXT, plan: { steps: [here('a', '1')] } }, 'CHILD_INVALID'],
    [
      'a plan in a circle',
      { plan: { steps: [here('a', '1', ['b']), here('b', '1', ['a'])] } },
      'CHILD_FAILED',
    ],
  ])('fails with %s, and quotes nothing of it', async (_, asked, code) => {
    const id = await begin([sub('part', asked)], { autoApprove: true });
    const { failure } = await closed(id);
    expect(failure).toMatchObject({ code });
    expect(failure?.message).not.toContain('psst');
  });

  it('fails for its parent alone what its parent can do without', async () => {
    const id = await begin(
      [
        sub(
          'part',
          { plan: { steps: [here('broken', '$error("it cannot")')] } },
          { onFailure: 'skip_dependants' },
        ),
        here('other', '{"other": 1}'),
      ],
      { autoApprove: true },
    );
    expect(await closed(id)).toMatchObject({ outcome: 'completed' });
    expect(await engine.told(`workflow-${id}`)).toContain('StepFailed');
  });

  it('is cancelled with its parent, which is over when it has undone what it did', async () => {
    const undone = { ...paid('room'), compensation: { capability: 'refund', input: '{"text": "undo"}' } };
    const asked = { plan: { steps: [undone, { ...waits, dependsOn: ['room'] }] } };
    const id = await begin([sub('part', asked, { maxCost: 0.05 })]);
    const childId = childIdOf(id, 1, 'step_1', 1);
    await engine.until(`workflow-${childId}`, 'StepWaitStarted');
    await cancelWorkflow(engineParts(), engine.caller('user_01'), id, {});
    const parent = await closed(id);
    const child = await closed(childId);
    expect(parent.outcome).toBe('cancelled');
    expect(child).toMatchObject({ outcome: 'cancelled', rollback: 'completed', totalCost: 40_000n });
    expect(child.closedAt <= parent.closedAt).toBe(true);
    expect((await account()).held).toBe(0n);
    await receiptHolds(id);
    await receiptHolds(childId);
  });

  it('is over before its parent also when it is still being begun as that is cancelled', async () => {
    const { claimJson } = engine.content;
    const converse = engine.dispatch.converse.bind(engine.dispatch);
    const [beginning, late, begun] = [gate(), gate(), gate()];
    let requests = 0;
    jest.spyOn(engine.content, 'claimJson').mockImplementation(async (...given) => {
      // the second request that is sealed is the one of the part
      if (given[1].endsWith('/request') && ++requests === 2) {
        beginning.open();
        await late.opened;
        jest.spyOn(engine.dispatch, 'converse').mockImplementationOnce((...said) => {
          const done = converse(...said);
          void done.then(() => begun.open());
          return done as never;
        });
      }
      return claimJson(...given);
    });
    const id = await begin([sub('part', { plan: { steps: [paid('work')] } }, { maxCost: 0.05 })]);
    const childId = childIdOf(id, 1, 'step_1', 1);
    await beginning.opened;
    await cancelWorkflow(engineParts(), engine.caller('user_01'), id, {});
    const parent = await closed(id);
    const before = await closed(childId);
    late.open();
    await begun.opened;
    jest.restoreAllMocks();
    expect([parent.outcome, before.outcome, before.totalCost]).toEqual(['cancelled', 'cancelled', 0n]);
    expect(before.closedAt <= parent.closedAt).toBe(true);
    expect(await eventOf(id, 'ChildClosed')).toMatchObject({ childId, outcome: 'cancelled', cost: '0' });
    expect((await closed(childId)).closedAt).toBe(before.closedAt);
    expect((await account()).held).toBe(0n);
  });

  it('ends with its time, and is cancelled then', async () => {
    // more than its plan takes, whatever is left of it when a busy machine begins it
    const part = sub('part', { plan: { steps: [waits] } }, { for: 2_000 });
    const id = await begin([part], { autoApprove: true });
    expect(await closed(id)).toMatchObject({
      outcome: 'failed',
      failure: { code: expect.stringMatching(/^CHILD_(TIMEOUT|FAILED)$/) },
    });
    expect(await closed(childIdOf(id, 1, 'step_1', 1))).toMatchObject({
      outcome: expect.stringMatching(/failed|cancelled/),
    });
  });

  it('waits in no more than the places that a run has', async () => {
    const steps = Array.from({ length: 7 }, (_, n) => sub(`part${n}`, { plan: { steps: [waits] } }));
    const id = await begin(steps, { autoApprove: true });
    await engine.until(`workflow-${id}`, 'StepWaitStarted', 5);
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status !== 'executing') throw new Error(state.status);
    const statuses = Object.values(state.steps).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'sleeping')).toHaveLength(5);
    await cancelWorkflow(engineParts(), engine.caller('user_01'), id, {});
    expect(await closed(id)).toMatchObject({ outcome: 'cancelled' });
  });

  const engineParts = () => ({
    dispatch: engine.dispatch,
    content: engine.content,
    clock: { now: () => Date.now() },
  });
});
