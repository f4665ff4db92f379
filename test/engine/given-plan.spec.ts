import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const summary = (id: string, price: bigint) =>
  offer(id, {
    price: usdc(price),
    payTo: 'PAYEE',
    network: 'n',
    asset: 'USDC',
    capability: id,
    inputs: [input('text', 'text')],
    output: 'summary',
  });

describe('a given plan that names services', () => {
  const engine = new MemoryEngine([summary('dear', 20_000n), summary('free', 0n)]);
  const appends: { readonly stream: string; readonly types: readonly string[] }[] = [];
  const appendsOf = (id: string) =>
    appends.filter(({ stream }) => stream === `workflow-${id}`).map(({ types }) => types);
  const timers: string[] = [];
  beforeAll(async () => {
    await engine.start();
    const set = engine.timers.set.bind(engine.timers);
    engine.timers.set = (more) => {
      timers.push(...more.map(({ id }) => id));
      return set(more);
    };
    const append = engine.store.append.bind(engine.store);
    engine.store.append = (stream, events, ...rest) => {
      appends.push({ stream, types: events.map(({ event }) => event.type) });
      return append(stream, events, ...rest);
    };
  });
  afterAll(() => engine.stop());

  const ask = (capability: string) => ({
    key: 'ask',
    kind: 'service_call',
    capability,
    dependsOn: [],
    input: '{"text": "of what"}',
  });
  const create = (capability: string, autoApprove = true) =>
    engine.create('user_01', { plan: { steps: [ask(capability)] } as never, autoApprove });
  const stateOf = async (id: string) => (await engine.dispatch.load(workflow, id)).state;

  it('waits for its owner when its creation is answered, by one append, where the offers are known', async () => {
    const id = await create('dear');
    expect(await stateOf(id)).toMatchObject({ status: 'awaiting_approval' });
    expect(appendsOf(id)).toEqual([
      ['WorkflowCreated', 'PlanningStarted', 'IntentClassified', 'PlanProposed', 'ApprovalRequested'],
    ]);
  });

  it('has its first step scheduled by that append where it is free and may start', async () => {
    const id = await create('free');
    expect(appendsOf(id)[0]!.slice(-3)).toEqual(['WorkflowApproved', 'ExecutionStarted', 'StepScheduled']);
    await engine.until(`workflow-${id}`, 'StepStarted');
    expect(timers).not.toContain(`${id}/1/planning`);
  });

  it('has failed by then where nobody offers what it names', async () => {
    const id = await create('magic');
    expect(appendsOf(id)[0]).toContain('PlanningFailed');
  });

  it('waits for offers that come at once', async () => {
    engine.knowsOffers = false;
    engine.whenWaitedFor = () => {
      engine.knowsOffers = true;
    };
    const id = await create('dear');
    engine.whenWaitedFor = () => undefined;
    expect(appendsOf(id)[0]).toContain('ApprovalRequested');
  });

  it('is planned by the queue, and watched over, where the offers would have to be asked for', async () => {
    engine.knowsOffers = false;
    const id = await create('free');
    engine.knowsOffers = true;
    expect(appendsOf(id)[0]).toEqual(['WorkflowCreated', 'PlanningStarted']);
    await engine.until(`workflow-${id}`, 'StepStarted');
    expect(timers).toContain(`${id}/1/planning`);
  });
});
