import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { places } from '../../src/kernel/places.js';
import type { Content } from '../../src/kernel/sealed.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const service = offer('summarise', {
  price: usdc(20_000n),
  payTo: 'PAYEE',
  network: 'n',
  asset: 'USDC',
  capability: 'summary',
  inputs: [input('text', 'text')],
});

/** Above the sealing and base64 of the largest content that may stand in one. */
const LARGEST_EVENT = 2 * LIMITS.inlineTextBytes;
const LONG = `"${'x'.repeat(4_000)}"`;
const long = (key: string, kind = 'data_transform', more = {}) => ({
  key,
  kind,
  input: `[${Array(4).fill(LONG).join(', ')}]`,
  ...more,
});

describe('what is too large for an event', () => {
  const engine = new MemoryEngine([service]);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
  });
  afterAll(() => engine.stop());

  const run = async (steps: readonly object[], end = 'RunClosed'): Promise<string> => {
    const workflowId = await engine.create('user_01', { plan: { steps }, maxTime: 600_000 } as never);
    await engine.until(`workflow-${workflowId}`, 'ApprovalRequested');
    await engine.approve('user_01', workflowId);
    await engine.until(`workflow-${workflowId}`, end);
    return workflowId;
  };
  const closed = async (workflowId: string) => {
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status !== 'closed') throw new Error(state.status);
    return state;
  };
  const outputs = async (workflowId: string) =>
    Object.values((await closed(workflowId)).progress!.steps).map((step) =>
      step.status === 'completed' ? Object.keys(step.output)[0] : step.status,
    );
  const largestOf = async (workflowId: string): Promise<number> => {
    let largest = 0;
    for await (const { event } of engine.store.read(`workflow-${workflowId}`))
      largest = Math.max(largest, JSON.stringify(event).length);
    return largest;
  };

  it('is an artifact: of a service, a transform, a condition and the result', async () => {
    engine.world.answer = { text: 'y'.repeat(LIMITS.inlineOutputBytes) };
    const workflowId = await run([
      long('transform'),
      long('condition', 'conditional'),
      {
        key: 'call',
        kind: 'service_call',
        capability: 'summary',
        dependsOn: ['transform'],
        input: '{"text": steps.transform[0]}',
      },
      {
        key: 'small',
        kind: 'data_transform',
        dependsOn: ['transform', 'call'],
        input: '$count(steps.transform)',
      },
      {
        key: 'all',
        kind: 'data_transform',
        dependsOn: ['call', 'condition', 'small'],
        input: '[steps.call, steps.small]',
      },
    ]);
    const state = await closed(workflowId);
    expect(state.outcome).toBe('completed');
    expect((await outputs(workflowId)).sort()).toEqual([...Array(5).fill('artifact'), 'inline']);
    expect(state.result!.output).toHaveProperty('artifact');
    const last = state.plan!.steps.at(-1)!.id;
    expect(
      await engine.content.getJson(state.result!.output as Content, places.output(workflowId, 1, last)),
    ).toEqual({
      mediaType: 'application/json',
      value: [engine.world.answer, 4],
    });
    expect(await engine.objections(await engine.receiptOf(workflowId))).toEqual([]);
    expect(await largestOf(workflowId)).toBeLessThan(LARGEST_EVENT);
  });

  it('is read again by what undoes a step', async () => {
    const before = engine.world.sent.length;
    engine.world.answer = { id: 'z'.repeat(LIMITS.inlineOutputBytes) };
    const book = {
      key: 'book',
      kind: 'service_call',
      capability: 'summary',
      input: '{"text": "book"}',
      compensation: { input: '{"text": $substring(steps.book.id, 0, 10)}' },
    };
    const fails = {
      key: 'fails',
      kind: 'data_transform',
      dependsOn: ['book'],
      input: '$number("no figure")',
    };
    const workflowId = await run([book, fails]);
    expect(await closed(workflowId)).toMatchObject({ outcome: 'failed', rollback: 'completed' });
    expect(engine.world.sent.length - before).toBe(2);
  });

  it('is an artifact: the plan a caller gives, and what it says of its steps', async () => {
    const steps = Array.from({ length: 30 }, (_, n) => long(`s${n}`));
    const workflowId = await run(steps);
    const { created, plan, outcome } = await closed(workflowId);
    expect(outcome).toBe('completed');
    expect(created.request).toHaveProperty('artifact');
    expect(plan!.details).toHaveProperty('artifact');
    expect(await engine.content.openJson(created.request, places.request(workflowId))).toMatchObject({
      steps: [{ key: 's0' }, ...Array(29).fill({})],
    });
    expect(await largestOf(workflowId)).toBeLessThan(LARGEST_EVENT);
  });
});
