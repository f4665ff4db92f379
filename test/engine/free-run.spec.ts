import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const step = (key: string, dependsOn: readonly string[], input: string) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input,
});

describe('a given plan that costs nothing and needs no other machine', () => {
  const engine = new MemoryEngine([]);
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  const create = (steps: readonly object[], autoApprove = true) =>
    engine.create('user_01', { plan: { steps } as never, autoApprove });

  it('has run when its creation is answered, and is durable by one append', async () => {
    const streams: string[] = [];
    const append = engine.store.append.bind(engine.store);
    engine.store.append = (stream, ...rest) => {
      streams.push(stream);
      return append(stream, ...rest);
    };
    const id = await create([step('a', [], '{"n": 1}'), step('b', ['a'], 'steps.a.n + 1')]);
    const { state } = await engine.dispatch.load(workflow, id);
    expect(state).toMatchObject({ status: 'closed', outcome: 'completed', settled: true });
    await engine.until(`receipt-${receiptIdOf(id, 1)}`, 'ReceiptIssued');
    expect(streams).toEqual([`workflow-${id}`, `receipt-${receiptIdOf(id, 1)}`]);
  });

  it('waits for its owner where nobody said that it may start', async () => {
    const id = await create([step('a', [], '{"n": 1}')], false);
    const { state } = await engine.dispatch.load(workflow, id);
    expect(state.status).toBe('awaiting_approval');
  });

  it('with more steps than one turn may take is finished by those who run steps', async () => {
    const chain = Array.from({ length: 150 }, (_, i) => step(`s${i}`, i === 0 ? [] : [`s${i - 1}`], `${i}`));
    const id = await create(chain);
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    const { state } = await engine.dispatch.load(workflow, id);
    expect(state).toMatchObject({ status: 'closed', outcome: 'completed' });
  });
});
