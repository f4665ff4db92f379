import { commitContents } from '../../src/kernel/commitments/content.js';
import type { ClosedRun, ClosedStep } from '../../src/receipts/closed-run.js';

/** The secret of every sample run. */
export const sampleSecret = new Uint8Array(32).fill(9);

/** What a step of a sample run was given and gave. */
export const sampleContent = (stepId: string) => ({
  input: { json: { ask: stepId } },
  output: { json: { answer: `of ${stepId}` } },
});

/** A run as specs need it: a diamond with one branch that was skipped, and a final step. */
export function sampleRun(more: Partial<ClosedRun> = {}): ClosedRun {
  return {
    workflowId: 'wf_01JD0000000000000000000000',
    runNo: 1,
    userId: 'user_1',
    level: 'zero-knowledge',
    outcome: 'completed',
    steps: [
      sampleStep('step_1', 1, [], { cost: 20_000n }),
      sampleStep('step_2', 2, ['step_1'], { cost: 15_000n }),
      sampleStep('step_3', 4, ['step_1'], { attempt: 2, cost: 30_000n }),
      skippedStep('step_4', 3, ['step_1']),
      sampleStep('step_5', 5, ['step_2', 'step_3', 'step_4']),
    ],
    budget: 100_000n,
    workflowHash: null,
    planHash: 'ab'.repeat(32),
    approver: 'user_1',
    secret: sampleSecret,
    startedAt: '2026-01-01T00:00:00.000Z',
    closedAt: '2026-01-01T00:00:09.000Z',
    ...more,
  };
}

export function sampleStep(
  stepId: string,
  seq: number,
  dependencies: readonly string[],
  more: Partial<ClosedStep> = {},
): ClosedStep {
  const cost = more.cost ?? 0n;
  const paid = cost > 0n;
  const { input, output } = sampleContent(stepId);
  return {
    stepId,
    kind: paid ? 'service_call' : 'data_transform',
    action: paid ? 'trend' : 'assemble',
    serviceId: paid ? 'svc_1' : null,
    recipient: paid ? 'Payee1' : null,
    network: paid ? 'solana:test' : null,
    asset: paid ? 'Mint1' : null,
    ceiling: paid ? 40_000n : 0n,
    dependencies,
    skippable: false,
    status: 'completed',
    cost,
    attempt: 1,
    seq,
    ...commitContents(sampleSecret, stepId, input, output),
    payment: paid
      ? {
          paymentId: `pay_${stepId}`,
          signature: `${stepId}Signature`,
          slot: '42',
          payer: 'Payer1',
          payee: 'Payee1',
          amount: cost.toString(),
          asset: 'Mint1',
          network: 'solana:test',
        }
      : null,
    startedAt: '2026-01-01T00:00:01.000Z',
    completedAt: '2026-01-01T00:00:02.000Z',
    reason: null,
    ...more,
  };
}

const skippedStep = (stepId: string, seq: number, dependencies: readonly string[]): ClosedStep => ({
  ...sampleStep(stepId, seq, dependencies, { cost: 1n }),
  status: 'skipped',
  skippable: true,
  cost: 0n,
  attempt: 0,
  inputHash: null,
  outputHash: null,
  payment: null,
  startedAt: null,
  completedAt: null,
  reason: 'condition_false',
});
