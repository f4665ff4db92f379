import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receipt as receiptAggregate } from '../../src/commands/receipt/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { places } from '../../src/kernel/places.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const MOST = LIMITS.planSteps - 1;
type Step = { key: string; kind: string; dependsOn: string[]; input: string; when?: object };
const keys = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `s${from + n}`);

/** One after another; all at once and then one that reads them; layers of ten with a condition in each. */
const shapes: Readonly<Record<string, { readonly steps: readonly Step[]; readonly value: unknown }>> = {
  'a deep chain': {
    steps: keys(0, MOST).map((key, n) => ({
      key,
      kind: 'data_transform',
      dependsOn: n === 0 ? [] : [`s${n - 1}`],
      input: n === 0 ? '1' : `steps.s${n - 1} + 1`,
    })),
    value: MOST,
  },
  'a wide fan': {
    steps: [
      ...keys(0, MOST - 1).map((key) => ({ key, kind: 'data_transform', dependsOn: [], input: '1' })),
      {
        key: 'sum',
        kind: 'data_transform',
        dependsOn: keys(0, MOST - 1),
        input: '[steps.s0, steps.s497]',
      },
    ],
    value: [1, 1],
  },
  'layers with conditions': {
    steps: keys(0, MOST).map((key, n) => {
      const layer = Math.floor(n / 10) * 10;
      const before = keys(Math.max(0, layer - 10), layer);
      if (n % 10 === 0) return { key, kind: 'conditional', dependsOn: before, input: 'true' };
      return {
        key,
        kind: 'data_transform',
        dependsOn: [`s${layer}`],
        input: '1',
        // every third one stands under the branch that is not taken
        when: { step: `s${layer}`, branch: n % 3 === 1 ? 'else' : 'then' },
      };
    }),
    value: 1,
  },
};

describe('a run of 500 steps', () => {
  const engine = new MemoryEngine([]);
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());

  const run = async (steps: readonly Step[], verificationLevel = 'basic'): Promise<string> => {
    const body = { plan: { steps }, autoApprove: true, maxTime: 600_000, verificationLevel } as never;
    const workflowId = await engine.create('user_01', body);
    await engine.until(`workflow-${workflowId}`, 'RunClosed');
    return workflowId;
  };

  it.each(Object.entries(shapes))(
    'as %s completes, with a receipt that holds',
    async (_, { steps, value }) => {
      const workflowId = await run(steps);
      const { state } = await engine.dispatch.load(workflow, workflowId);
      if (state.status !== 'closed') throw new Error(state.status);
      expect([state.outcome, state.plan?.steps.length]).toEqual(['completed', 500]);
      const output = await engine.content.getJson(
        state.result!.output,
        places.output(workflowId, 1, 'step_500'),
      );
      expect(output).toMatchObject({ value });
      const receipt = await engine.receiptOf(workflowId);
      expect(await engine.objections(receipt)).toEqual([]);
      expect([receipt.statement.stepCount, receipt.disclosure?.steps.length]).toEqual([500, 500]);
    },
  );

  it('is asked for a chain of proofs, and its receipt discloses nothing', async () => {
    const workflowId = await run(shapes['layers with conditions']!.steps, 'zero-knowledge');
    await engine.until(`receipt-${receiptIdOf(workflowId, 1)}`, 'ProofRequested');
    const receipt = await engine.receiptOf(workflowId);
    expect([receipt.statement.unprovable, receipt.disclosure]).toEqual([null, undefined]);
    const { state } = await engine.dispatch.load(receiptAggregate, receiptIdOf(workflowId, 1));
    expect(state).toMatchObject({ progress: { status: 'requested', circuitId: 'workflow-chain-512' } });
  });
});
