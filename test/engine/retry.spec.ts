import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import { places } from '../../src/kernel/places.js';
import { retryWorkflow } from '../../src/requests/retry-workflow.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const offers = [
  offer('ask', {
    ...{ capability: 'answer', price: usdc(20_000n), payTo: 'PAYEE', network: 'n', asset: 'USDC' },
    inputs: [input('text', 'text')],
    output: 'json',
  }),
];
const ask = (key: string, dependsOn: readonly string[], text: string) => ({
  key,
  kind: 'service_call',
  capability: 'answer',
  dependsOn,
  input: `{"text": ${text}}`,
});

describe('a run that fails after it paid, and is retried', () => {
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
  });
  afterAll(() => engine.stop());

  const available = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return availableOf(state);
  };
  const retry = (id: string, mode: 'resume' | 'restart') =>
    retryWorkflow(
      { dispatch: engine.dispatch, clock: { now: () => Date.now() }, content: engine.content },
      engine.caller('user_01'),
      id,
      mode,
    );
  /** The second service refuses once, so the first run fails after it has paid the first. */
  const failedOnce = async () => {
    engine.world.conduct = ['serve', 'answer 422', 'serve'];
    const steps = [ask('first', [], '"a"'), ask('second', ['first'], 'steps.first.trend')];
    const id = await engine.create('user_01', { plan: { steps } as never });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    await engine.until(`receipt-${receiptIdOf(id, 1)}`, 'ReceiptIssued');
    return id;
  };

  it('T36 resumed, calls and pays only what is left, from the outputs it paid before', async () => {
    const id = await failedOnce();
    const [before, landed] = [await available(), engine.world.landed.size];
    expect(await retry(id, 'resume')).toMatchObject({ runNo: 2, mode: 'resume' });
    const { budget } = await engine.approve('user_01', id);
    expect(budget).toBe(20_000n);
    await engine.until(`workflow-${id}`, 'WorkflowSettled', 2);
    expect(engine.world.landed.size - landed).toBe(1);
    expect(before - (await available())).toBe(20_000n);
    const closing = await engine.dispatch.load(workflow, id);
    expect(closing.state).toMatchObject({ runNo: 2, outcome: 'completed', totalCost: 20_000n });
    const { result } = closing.state as never as { result: { output: never } };
    const place = places.output(id, 2, 'step_3');
    expect(await engine.content.getJson(result.output, place)).toMatchObject({ value: { trend: 'up' } });
  });

  it('T36 each run has its own receipt, and both hold', async () => {
    const id = await failedOnce();
    await retry(id, 'resume');
    await engine.approve('user_01', id);
    for (const runNo of [1, 2]) {
      const receipt = await engine.receiptOf(id, runNo);
      expect(await engine.objections(receipt)).toEqual([]);
      expect(receipt.statement.outcome).toBe(runNo === 1 ? 'failed' : 'completed');
    }
  });

  it('T37 restarted, is planned anew and does everything again', async () => {
    const id = await failedOnce();
    const landed = engine.world.landed.size;
    expect(await retry(id, 'restart')).toMatchObject({ runNo: 2, mode: 'restart' });
    await engine.until(`workflow-${id}`, 'ApprovalRequested', 2);
    const { budget } = await engine.approve('user_01', id);
    expect(budget).toBe(40_000n);
    await engine.until(`workflow-${id}`, 'WorkflowSettled', 2);
    expect(engine.world.landed.size - landed).toBe(2);
  });

  it('T38 is refused to anybody else, and while it runs again', async () => {
    const id = await failedOnce();
    const parts = { dispatch: engine.dispatch, clock: { now: () => Date.now() }, content: engine.content };
    await expect(retryWorkflow(parts, engine.caller('user_02'), id, 'resume')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await retry(id, 'resume');
    await expect(retry(id, 'resume')).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});
