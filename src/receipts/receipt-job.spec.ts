import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEngine } from '../../test/kit/memory-engine.js';
import { sampleIssuer } from '../../test/kit/sample-issuer.js';
import { systemClock } from '../adapters/system/clock.js';
import { receipt } from '../commands/receipt/decide.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { receiptIdOf } from '../kernel/ids.js';
import type { Job } from '../ports/jobs.js';
import type { ProofResult, Prover } from '../ports/prover.js';
import { upgradeReceipt } from '../requests/upgrade-receipt.js';
import type { Receipt } from '../verifier/document.js';
import { ClosedRuns } from './closed-runs.js';
import { type CheckOwn, ReceiptJob } from './receipt-job.js';

const plan = {
  steps: [{ key: 'count', kind: 'data_transform', dependsOn: [], input: '1 + 1' }],
} as const;

const made: ProofResult = {
  circuitId: 'workflow-receipt-8',
  circuitVersion: '1',
  proof: { protocol: 'groth16', curve: 'bn128', pi_a: ['1'], pi_b: [['1']], pi_c: ['1'] },
  publicSignals: ['1'],
  vkeyHash: 'a'.repeat(64),
  keyKind: 'development',
};

/** A closed run of level zero-knowledge whose receipt is issued and waits for its proof. */
describe('the proof of a receipt', () => {
  let engine: MemoryEngine;
  let task: { workflowId: string; runNo: number };

  beforeEach(async () => {
    engine = new MemoryEngine([]);
    await engine.start();
    const workflowId = await engine.create('user_01', {
      plan: plan as never,
      autoApprove: true,
      verificationLevel: 'zero-knowledge',
    });
    task = { workflowId, runNo: 1 };
    await engine.until(`receipt-${receiptIdOf(workflowId, 1)}`, 'ProofRequested');
  });
  afterEach(() => engine.stop());

  const job = (prove: Prover['prove'], check: CheckOwn = async () => []) =>
    new ReceiptJob(
      engine.dispatch,
      new ClosedRuns(engine.dispatch, engine.content, 'PAYER'),
      engine.artifacts,
      engine.timers,
      sampleIssuer,
      { prove },
      check,
      systemClock,
    );
  const progress = async () => {
    const { state } = await engine.dispatch.load(receipt, receiptIdOf(task.workflowId, 1));
    if (state.status !== 'issued') throw new Error('not issued');
    return state.progress;
  };

  it('is asked for once, recorded and checked by ourselves', async () => {
    let asked = 0;
    const proving = job(async () => {
      asked++;
      return made;
    });
    await proving.prove(task);
    await proving.prove(task);
    expect([asked, (await progress()).status]).toEqual([1, 'proven']);
    expect((await engine.told(`receipt-${receiptIdOf(task.workflowId, 1)}`)).slice(-2)).toEqual([
      'WorkflowProofGenerated',
      'ReceiptVerified',
    ]);
  });

  it('and its receipt are asked for no more by who finds that they were made', async () => {
    const receiptId = receiptIdOf(task.workflowId, 1);
    const ids = [`receipt/${receiptId}/again`, `prove/${receiptId}/again`];
    const command = { kind: 'receipt', priority: 'normal', id: 'again', correlationId: 'wf_01', payload: {} };
    const action = { do: 'job', job: command as Job, every: 60_000 } as const;
    const proving = job(async () => made);
    await proving.prove(task);
    await engine.timers.set(ids.map((id) => ({ id, dueAt: 0, action })));
    await proving.issue(task);
    await proving.prove(task);
    expect((await engine.timers.due(1, 10)).map(({ id }) => id)).toEqual([]);
  });

  it('that our own verifier refuses is never published', async () => {
    const before = engine.artifacts.all.length;
    await job(
      async () => made,
      async () => ['the proof does not hold'],
    ).prove(task);
    expect(await progress()).toMatchObject({ status: 'failed', code: 'PROOF_UNSOUND' });
    expect(engine.artifacts.all).toHaveLength(before);
  });

  it('that cannot be made fails for good', async () => {
    await job(async () => {
      throw new Refusal('PROOF_FAILED', 'The witness does not satisfy the circuit.');
    }).prove(task);
    expect(await progress()).toMatchObject({ status: 'failed', code: 'PROOF_FAILED' });
  });

  it('whose prover is lost is given back, and made by the next', async () => {
    const lost = job(async () => {
      throw new Refusal('PROVER_LOST', 'The prover went away.', {}, 'retryable');
    });
    const error = await lost.prove(task).catch((e: unknown) => e);
    expect(isRefusal(error, 'PROVER_LOST')).toBe(true);
    expect((await progress()).status).toBe('requested');
    await job(async () => made).prove(task);
    expect((await progress()).status).toBe('proven');
  });

  it('of a run that is not closed, or of another run, is not made', async () => {
    const never = job(async () => {
      throw new Error('asked for a proof');
    });
    await never.prove({ ...task, runNo: 2 });
    await never.prove({ workflowId: 'wf_09', runNo: 1 });
    await never.issue({ workflowId: 'wf_09', runNo: 1 });
    expect((await progress()).status).toBe('requested');
  });

  it('leaves the receipt as it was issued: issuing again changes nothing', async () => {
    const stream = `receipt-${receiptIdOf(task.workflowId, 1)}`;
    const before = await engine.told(stream);
    await Promise.all([1, 2, 3].map(() => job(async () => made).issue(task)));
    expect(await engine.told(stream)).toEqual(before);
  });
});

describe('a receipt that is upgraded', () => {
  it('gets its proof, and keeps its statement but not what it disclosed', async () => {
    const engine = new MemoryEngine([]);
    await engine.start();
    try {
      const workflowId = await engine.create('user_01', { plan: plan as never, autoApprove: true });
      const receiptId = receiptIdOf(workflowId, 1);
      await engine.until(`receipt-${receiptId}`, 'ReceiptIssued');
      const runs = new ClosedRuns(engine.dispatch, engine.content, 'PAYER');
      const caller = { principal: { userId: 'user_01', roles: [] }, callId: 'call_1' } as never;
      const asked = await upgradeReceipt({ dispatch: engine.dispatch, closedRuns: runs }, caller, {
        receiptId,
        workflowId,
        runNo: 1,
      });
      expect(asked.events).toMatchObject([{ type: 'ReceiptUpgraded' }, { type: 'ProofRequested' }]);
      const given: Receipt[] = [];
      const check: CheckOwn = async (document) => {
        given.push(document as Receipt);
        return [];
      };
      const prover = { prove: async () => made };
      const job = new ReceiptJob(
        engine.dispatch,
        runs,
        engine.artifacts,
        engine.timers,
        sampleIssuer,
        prover,
        check,
        systemClock,
      );
      await job.prove({ workflowId, runNo: 1 });
      const { state } = await engine.dispatch.load(receipt, receiptId);
      if (state.status !== 'issued' || state.progress.status !== 'proven') throw new Error('not proven');
      const read = async (sha256: string) =>
        JSON.parse(new TextDecoder().decode(await engine.artifacts.get(sha256)));
      const before = await read(state.facts.document.sha256);
      const after = await read(state.progress.proof.document.sha256);
      expect(before).toHaveProperty('disclosure');
      expect(after).toEqual({
        format: before.format,
        statement: before.statement,
        signature: before.signature,
        proof: expect.objectContaining({ circuitId: made.circuitId }),
      });
      expect(given).toEqual([after]);
    } finally {
      await engine.stop();
    }
  });
});
