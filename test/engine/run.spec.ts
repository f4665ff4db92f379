import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { places } from '../../src/kernel/places.js';
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
];

const SECRET = 'Zyxomatic quarterly numbers of the Brontosaurus division';
const TEXT = `Summarise this text: ${SECRET} rose. They fell. They rose again, and nobody knew why they did. ${'So it went on and on. '.repeat(20)}`;
const FILE = {
  name: 'brontosaurus-figures.csv',
  mediaType: 'text/csv',
  content: 'herdsman,weight\nXanadu,3133731337\n',
};

/** Reads a file, asks a service about it, and joins the two; a branch that is not taken. */
const plan = {
  steps: [
    {
      key: 'read',
      kind: 'data_transform',
      dependsOn: [],
      input: '{"csv": inputs[0].content, "n": $count(inputs)}',
    },
    {
      key: 'ask',
      kind: 'service_call',
      capability: 'summary',
      dependsOn: ['read'],
      input: '{"text": steps.read.csv}',
    },
    { key: 'big', kind: 'conditional', dependsOn: ['read'], input: 'steps.read.n > 7' },
    {
      key: 'more',
      kind: 'service_call',
      capability: 'summary',
      dependsOn: ['big'],
      when: { step: 'big', branch: 'then' },
      input: '{"text": "more"}',
    },
    {
      key: 'join',
      kind: 'data_transform',
      dependsOn: ['read', 'ask'],
      input: '{"said": steps.ask, "of": steps.read.csv}',
    },
  ],
  result: { step: 'join', mediaType: 'application/json' },
} as const;

describe('a run, on real sagas, planner, evaluator and receipts', () => {
  const engine = new MemoryEngine(offers);
  let given: string;
  let asked: string;

  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
    given = await engine.create('user_01', { plan: plan as never, files: [FILE] });
    asked = await engine.create('user_01', { input: TEXT });
    for (const input of ['a chart of', 'a summary of']) {
      const hopeless = await engine.create('user_01', { input: `Give me ${input} ${SECRET}` });
      await engine.until(`workflow-${hopeless}`, 'PlanningFailed');
    }
    for (const workflowId of [given, asked]) {
      await engine.until(`workflow-${workflowId}`, 'ApprovalRequested');
      await engine.approve('user_01', workflowId);
    }
    for (const workflowId of [given, asked]) await engine.until(`workflow-${workflowId}`, 'RunClosed');
  });
  afterAll(() => engine.stop());

  const closed = async (workflowId: string) => {
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status !== 'closed') throw new Error(`it is ${state.status}`);
    return state;
  };
  const resultOf = async (workflowId: string) => {
    const { result, plan: planned } = await closed(workflowId);
    const last = planned!.steps.at(-1)!.id;
    return engine.content.getJson(result!.output, places.output(workflowId, 1, last));
  };

  it('of a given plan reads the file, asks the service and joins', async () => {
    expect((await closed(given)).outcome).toBe('completed');
    expect(await resultOf(given)).toEqual({
      mediaType: 'application/json',
      value: { said: { trend: 'up' }, of: FILE.content },
    });
  });

  it('of a request in plain words sends the service what the request says', async () => {
    expect((await closed(asked)).outcome).toBe('completed');
    expect(await resultOf(asked)).toMatchObject({ value: { trend: 'up' } });
  });

  it('pays each step once, captures what was paid and gives the rest back', async () => {
    for (const workflowId of [given, asked]) await engine.until(`workflow-${workflowId}`, 'WorkflowSettled');
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    expect([engine.world.landed.size, engine.world.spent]).toEqual([2, 40_000n]);
    expect([availableOf(state), state.held, state.captured]).toEqual([960_000n, 0n, 40_000n]);
  });

  it('tells a branch that was not taken as skipped', async () => {
    const steps = Object.values((await closed(given)).progress!.steps).map(({ status }) => status);
    expect(steps.filter((status) => status === 'skipped')).toHaveLength(1);
  });

  it('has a receipt that holds', async () => {
    for (const workflowId of [given, asked])
      expect(await engine.objections(await engine.receiptOf(workflowId))).toEqual([]);
  });

  it('left no trace of what the user wrote, sent or got in any event, artifact or log line', async () => {
    await engine.receiptOf(given);
    const texts: string[] = [JSON.stringify(engine.logged)];
    for await (const recorded of engine.store.readAll()) texts.push(JSON.stringify(recorded));
    for (const bytes of engine.artifacts.all) texts.push(Buffer.from(bytes).toString('latin1'));
    const secrets = [
      ...['Zyxomatic', 'Brontosaurus', 'brontosaurus', 'Summarise this', 'Xanadu', '3133731337', 'herdsman'],
      ...['"trend"', 'steps.read', 'inputs[0]', '$substringAfter'],
    ];
    for (const secret of secrets)
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').slice(0, -4),
        Buffer.from(secret).toString('hex'),
      ])
        expect([secret, texts.filter((text) => form.length > 3 && text.includes(form))]).toEqual([
          secret,
          [],
        ]);
    // the same search does find what stands there in clear
    expect(texts.some((text) => text.includes('StepCompleted'))).toBe(true);
  });

  it('keeps its receipt verifiable when the key of its user is destroyed, and its content unreadable', async () => {
    const document = await engine.receiptOf(given);
    const { created, result } = await closed(given);
    await engine.vault.destroy('user_01');
    expect(await engine.objections(document)).toEqual([]);
    await expect(engine.content.openText(created.request, places.request(given))).rejects.toMatchObject({
      code: 'KEY_DESTROYED',
    });
    await expect(resultOf(given)).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
    expect(result).toBeDefined();
  });
});
