import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { systemClock } from '../../src/adapters/system/clock.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import type { ProvingProgress } from '../../src/ports/prover.js';
import { ClosedRuns } from '../../src/receipts/closed-runs.js';
import { makeReceipt } from '../../src/receipts/make-receipt.js';
import { ReceiptJob } from '../../src/receipts/receipt-job.js';
import { type Receipt, verifyReceipt } from '../../src/verifier/index.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { sampleIssuer } from '../kit/sample-issuer.js';

/**
 * Ten steps by the chain of sixteen slots, which has segments of eight; `npm run test:long-proofs` has runs of 150 and
 * 500 steps, whose circuits are compiled and keyed on first use.
 */
const STEPS = Number(process.env['CHAIN_STEPS'] ?? 10);
const CHAIN = `workflow-chain-${STEPS <= 16 ? 16 : STEPS <= 256 ? 256 : 512}`;
const MINUTES = STEPS <= 16 ? 5 : 30;

const steps = Array.from({ length: STEPS - 1 }, (_, n) => ({
  key: `s${n}`,
  kind: 'data_transform',
  // some that wait for nothing, so that the order of the ends is not that of the plan
  dependsOn: n % 4 === 0 ? [] : [...new Set([`s${n - 1}`, `s${Math.floor(n / 2)}`])],
  input: '1',
}));

describe(`a run of ${STEPS} steps`, () => {
  const engine = new MemoryEngine([]);
  let prover: SnarkjsProver;
  let workflowId: string;
  const told: ProvingProgress[] = [];
  beforeAll(async () => {
    prover = new SnarkjsProver();
    await engine.start();
    const body = { plan: { steps }, autoApprove: true, maxTime: 600_000, verificationLevel: 'full' };
    workflowId = await engine.create('user_01', body as never);
    await engine.until(`receipt-${receiptIdOf(workflowId, 1)}`, 'ReceiptIssued');
  });
  afterAll(async () => {
    await engine.stop();
    await prover.close();
  });

  it(
    'is proven by a chain, although its prover is killed on the way, and checked before it is published',
    async () => {
      const receiptId = receiptIdOf(workflowId, 1);
      const asked = {
        type: 'UpgradeReceipt',
        level: 'zero-knowledge',
        circuitId: CHAIN,
        circuitVersion: '1',
      } as const;
      await engine.dispatch.send(receipt, receiptId, asked, {
        commandId: 'upgrade',
        correlationId: workflowId,
        actor: { type: 'system', id: 'test' },
      });
      let killed: number | undefined;
      const job = new ReceiptJob(
        engine.dispatch,
        new ClosedRuns(engine.dispatch, engine.content, 'PAYER'),
        engine.artifacts,
        engine.timers,
        sampleIssuer,
        prover,
        (document) => engine.objections(document),
        systemClock,
        makeReceipt(sampleIssuer),
        (_, progress) => {
          told.push(progress);
          if (killed !== undefined || progress.part?.number !== 2 || progress.stage !== 'proving') return;
          killed = prover.pid;
          process.kill(killed!, 'SIGKILL');
        },
      );
      await job.prove({ workflowId, runNo: 1 });
      expect(killed).toBeDefined();
      const { state } = await engine.dispatch.load(receipt, receiptId);
      if (state.status !== 'issued' || state.progress.status !== 'proven') throw new Error('not proven');
      const stored = await engine.artifacts.get(state.progress.proof.document.sha256);
      const document = JSON.parse(new TextDecoder().decode(stored)) as Receipt;
      expect(document.disclosure).toBeUndefined();
      const parts = document.proofs!.length;
      expect(state.progress.proof).toMatchObject({
        circuitId: CHAIN,
        publicSignals: document.proofs!.flatMap(({ publicSignals }) => publicSignals),
      });
      const { valid } = await verifyReceipt(document, {
        issuerKeys: [sampleIssuer],
        allowDevelopmentKeys: true,
        level: 'zero-knowledge',
      });
      expect(valid).toBe(true);
      expect(new Set(told.map(({ part }) => `${part?.number} of ${part?.of}`)).size).toBe(parts);
      expect(await engine.told(`receipt-${receiptId}`)).toEqual([
        'ReceiptIssued',
        'ReceiptUpgraded',
        'ProofRequested',
        'WorkflowProofGenerated',
        'ReceiptVerified',
      ]);
    },
    MINUTES * 60_000,
  );
});
