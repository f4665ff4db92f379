import { describe, expect, it } from '@jest/globals';
import type { PlanStep } from '../../src/events/plan.js';
import { samplePlan } from '../../src/events/samples.js';
import { Refusal } from '../../src/kernel/errors.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { issueReceipt, receiptHash, withOpenings } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { makeReceipt, makeReceipts } from '../../src/receipts/make-receipt.js';
import { plannedSteps } from '../../src/receipts/planned-steps.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { wholeTask } from '../kit/real-proof.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleRun, sampleSecret, sampleStep } from '../kit/sample-run.js';

const reasonFor = (run: ClosedRun) => {
  const task = provingTask(run, commitRun(run));
  return task.provable ? undefined : task.reason;
};

describe('a receipt', () => {
  it('is the same, byte for byte, each time it is made from the same run', () => {
    const make = () => issueReceipt(sampleRun(), sampleIssuer, sampleIssuedAt).receipt;
    expect(receiptHash(make())).toBe(receiptHash(make()));
  });

  it('is refused for a plan that is not the one committed to', () => {
    const { workflowHash } = commitRun(sampleRun())!;
    expect(commitRun(sampleRun({ workflowHash }))!.workflowHash).toBe(workflowHash);
    expect(() => commitRun(sampleRun({ workflowHash, budget: 100_001n }))).toThrow(Refusal);
  });

  it('holds neither content nor the secret of the run, whatever its level', () => {
    for (const level of ['basic', 'full', 'zero-knowledge'] as const) {
      const { receipt } = issueReceipt(sampleRun({ level }), sampleIssuer, sampleIssuedAt);
      const text = JSON.stringify(withOpenings(receipt, sampleSecret));
      expect(text).not.toContain('of step_');
      expect(text).not.toContain(Buffer.from(sampleSecret).toString('hex'));
    }
  });

  it('is the same beside others as alone, also where one run never had a plan and another failed', () => {
    const [first, ...others] = sampleRun().steps;
    const runs = [
      sampleRun(),
      sampleRun({ steps: [], outcome: 'failed' }),
      sampleRun({ workflowId: 'wf_other', runNo: 2, level: 'full' }),
      sampleRun({ steps: [{ ...first!, status: 'failed', outputHash: null }], outcome: 'failed' }),
      sampleRun({ steps: Array.from({ length: 17 }, (_, i) => sampleStep(`s${i}`, i + 1, [])) }),
      sampleRun({ steps: [first!, ...others], secret: new Uint8Array(32).fill(3) }),
    ];
    const make = makeReceipt(sampleIssuer);
    const alone = runs.map((run) => make(run, sampleIssuedAt));
    const orders = runs.map((run) => ({ run, issuedAt: sampleIssuedAt }));
    expect(makeReceipts(sampleIssuer)(orders)).toEqual(alone);
    expect(new Set(alone.map(({ hash }) => hash)).size).toBe(runs.length);
  });

  it('is not made with those of a plan that is not the one committed to', () => {
    const { workflowHash } = commitRun(sampleRun())!;
    const orders = [sampleRun(), sampleRun({ workflowHash, budget: 100_001n })].map((run) => ({
      run,
      issuedAt: sampleIssuedAt,
    }));
    expect(() => makeReceipts(sampleIssuer)(orders)).toThrow(Refusal);
  });

  it('is not issued with a key of another length', () => {
    expect(() => issuerFromSeed(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('a proof of completion', () => {
  it('can be made of a run that completed, with a step left out where the plan allows it', () => {
    expect(reasonFor(sampleRun())).toBeUndefined();
  });

  it.each([
    [1, 8],
    [8, 8],
    [9, 16],
    [17, 32],
    [60, 64],
    [65, 128],
    [128, 128],
  ])('of a run of %i steps is made by the circuit of %i slots', (length, slots) => {
    const run = sampleRun({ steps: Array.from({ length }, (_, i) => sampleStep(`s${i}`, i + 1, [])) });
    const task = wholeTask(provingTask(run, commitRun(run)));
    expect(task.circuitId).toBe(`workflow-receipt-${slots}`);
    expect(task.inputs['outputs']).toHaveLength(slots);
  });

  it('is made by the circuit it was asked of before, where that holds the run', () => {
    const asked = (circuitId: string) => {
      const task = provingTask(sampleRun(), commitRun(sampleRun()), { circuitId });
      return task.provable && task.circuitId;
    };
    expect(asked('workflow-receipt-16')).toBe('workflow-receipt-16');
    expect(asked('workflow-receipt-32')).toBe('workflow-receipt-8');
  });

  it.each([
    [129, 'workflow-chain-256'],
    [256, 'workflow-chain-256'],
    [257, 'workflow-chain-512'],
    [500, 'workflow-chain-512'],
  ])('of a run of %i steps is the chain %s', (length, circuitId) => {
    const steps = Array.from({ length }, (_, i) => sampleStep(`s${i}`, i + 1, []));
    const run = sampleRun({ steps });
    expect(provingTask(run, commitRun(run))).toMatchObject({ circuitId, circuitVersion: '1' });
  });

  const last = sampleRun().steps.length - 1;
  const change = (index: number, more: object): ClosedRun =>
    sampleRun({ steps: sampleRun().steps.map((step, i) => (i === index ? { ...step, ...more } : step)) });
  it.each<[string, ClosedRun, RegExp]>([
    ['failed', sampleRun({ outcome: 'failed' }), /failed; only a completed run/],
    ['was cancelled', sampleRun({ outcome: 'cancelled' }), /was cancelled/],
    ['never had a plan', sampleRun({ steps: [] }), /had no plan/],
    [
      'left a step out that it must not',
      change(1, { status: 'skipped', cost: 0n, attempt: 0 }),
      /does not allow/,
    ],
    ['has a failed step', change(1, { status: 'failed' }), /step_2 did not complete/],
    ['left its last step out', change(last, { status: 'skipped', skippable: true }), /no result/],
    [
      'has 129 steps, two of which ended at once',
      sampleRun({ steps: Array.from({ length: 129 }, (_, i) => sampleStep(`s${i}`, Math.max(i, 1), [])) }),
      /not numbered one after the other/,
    ],
  ])('cannot be made of a run that %s', (_, run, reason) => {
    expect(reasonFor(run)).toMatch(reason);
  });
});

describe('the steps of a plan', () => {
  const base = samplePlan.steps[0] as PlanStep;
  const planned = (steps: readonly Partial<PlanStep>[]) =>
    plannedSteps(steps.map((step) => ({ ...base, dependencies: [], toleratesSkipped: false, ...step })));

  it('may be left out behind a condition, and after what may be left out, unless they can do without', () => {
    const steps = planned([
      { id: 'choose' },
      { id: 'then', dependencies: ['choose'], when: { step: 'choose', branch: 'then' } },
      { id: 'after', dependencies: ['then'] },
      { id: 'join', dependencies: ['then', 'choose'], toleratesSkipped: true },
      { id: 'end', dependencies: ['join'] },
    ]);
    expect(steps.map(({ skippable }) => skippable)).toEqual([false, true, true, false, false]);
  });

  it('carry whom they may pay, and how much at most', () => {
    const { service, maxCost } = base;
    expect(planned([{ id: 'a' }])[0]).toMatchObject({
      ceiling: BigInt(maxCost),
      recipient: service?.payTo ?? null,
      asset: service?.asset ?? null,
    });
  });
});
