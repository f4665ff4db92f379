import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryEngine } from '../../test/kit/memory-engine.js';
import { receiptIdOf } from '../kernel/ids.js';
import { upgradeReceipt } from '../requests/upgrade-receipt.js';
import { ClosedRuns } from './closed-runs.js';
import { StepDisclosures } from './step-disclosures.js';

const plan = { steps: [{ key: 'count', kind: 'data_transform', dependsOn: [], input: '1 + 1' }] } as const;

describe('a closed run of a user whose data was erased', () => {
  let engine: MemoryEngine;
  let runs: ClosedRuns;
  let workflowId: string;
  beforeAll(async () => {
    engine = new MemoryEngine([]);
    await engine.start();
    workflowId = await engine.create('user_01', { plan: plan as never, autoApprove: true });
    await engine.until(`receipt-${receiptIdOf(workflowId, 1)}`, 'ReceiptIssued');
    runs = new ClosedRuns(engine.dispatch, engine.content, 'PAYER');
    expect(await runs.read({ workflowId, runNo: 1 })).toMatchObject({ outcome: 'completed' });
    await engine.vault.destroy('user_01');
  });
  afterAll(() => engine.stop());

  it('is not proven afterwards: no salt can be made again', async () => {
    const caller = { principal: { userId: 'user_01', roles: [] }, callId: 'call_1' } as never;
    const asked = { receiptId: receiptIdOf(workflowId, 1), workflowId, runNo: 1 };
    await expect(
      upgradeReceipt({ dispatch: engine.dispatch, closedRuns: runs }, caller, asked),
    ).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
  });

  it('is not disclosed, and asks no prover', async () => {
    const prover = {
      prove: async () => {
        throw new Error('asked for a proof');
      },
    };
    const receipt = { statement: { receiptId: receiptIdOf(workflowId, 1), workflowId, runNo: 1 } } as never;
    const asked = new StepDisclosures(runs, prover, async () => []).disclose(receipt, {
      stepId: 'step_1',
      show: [],
    });
    await expect(asked).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
  });
});
