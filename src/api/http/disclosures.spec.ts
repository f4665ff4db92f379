import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { sampleIssuedAt, sampleIssuer } from '../../../test/kit/sample-issuer.js';
import { sampleRun, sampleStep } from '../../../test/kit/sample-run.js';
import { SnarkjsProver } from '../../adapters/snarkjs/snarkjs-prover.js';
import { receipt } from '../../commands/receipt/decide.js';
import { FIELD } from '../../kernel/commitments/field.js';
import { receiptIdOf } from '../../kernel/ids.js';
import { toMicros } from '../../kernel/money.js';
import type { ClosedRun } from '../../receipts/closed-run.js';
import { issueReceipt } from '../../receipts/issue-receipt.js';

const failedRun = sampleRun({
  workflowId: 'wf_failed',
  level: 'basic',
  outcome: 'failed',
  steps: sampleRun().steps.map((step) =>
    step.stepId === 'step_5'
      ? { ...step, status: 'failed', seq: 0, outputHash: null, completedAt: null, reason: 'SERVICE_ERROR' }
      : step,
  ),
});
const longRun = sampleRun({
  workflowId: 'wf_long',
  level: 'basic',
  steps: Array.from({ length: 130 }, (_, i) => sampleStep(`step_${i}`, i + 1, [])),
});
const run = sampleRun({ level: 'basic' });
const again = sampleRun({ workflowId: 'wf_again', level: 'full' });
const id = receiptIdOf(run.workflowId, 1);

describe('receipts over HTTP', () => {
  const prover = new SnarkjsProver();
  let house: House;
  let alice: Client;
  let mallory: Client;
  beforeAll(async () => {
    // of the workflow that ran again, only the second run is at hand
    const runs = [run, failedRun, longRun, { ...again, runNo: 2 }];
    const closedRuns = new Map(runs.map((each) => [each.workflowId, each]));
    house = await openHouse({ issuerKeys: [sampleIssuer], closedRuns, prover });
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    for (const each of [run, failedRun, longRun, again]) await issue(house, each);
    await house.caughtUp();
  });
  afterAll(async () => {
    await house.close();
    await prover.close();
  });

  describe('show one step', () => {
    it('as a document that verifies by itself', async () => {
      const asked = { stepId: 'step_2', show: ['output', 'cost'], context: '7' };
      const { status, body } = await alice.post(`/receipts/${id}/disclose`, asked);
      expect([status, body.success]).toEqual([200, true]);
      const { document } = body.disclosure;
      expect(document.shown).toEqual({ output: expect.stringMatching(/^[0-9]+$/), cost: '15000' });
      const nobody = await alice.post('/receipts/verify?context=7', { disclosure: { document } });
      expect(nobody).toMatchObject({ status: 200, body: { valid: true } });
      expect((await alice.post('/receipts/verify?context=8', document)).body.valid).toBe(false);
    });

    it.each([
      ['no step', {}],
      ['something to show that there is not', { stepId: 'step_2', show: ['salary'] }],
      ['a context that is no element', { stepId: 'step_2', context: FIELD.toString() }],
      ['a context that is no number', { stepId: 'step_2', context: 'for my accountant' }],
      ['a context in another form', { stepId: 'step_2', context: '007' }],
      ['an unknown member', { stepId: 'step_2', all: true }],
    ])('but not for %s', async (_, body) =>
      expect(await alice.post(`/receipts/${id}/disclose`, body)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      }),
    );

    it('but not one the run does not have, nor to anybody but its owner', async () => {
      const refused = { status: 404, body: { code: 'NOT_FOUND' } };
      expect(await alice.post(`/receipts/${id}/disclose`, { stepId: 'step_9' })).toMatchObject(refused);
      expect(await mallory.post(`/receipts/${id}/disclose`, { stepId: 'step_2' })).toMatchObject(refused);
      expect(await alice.post('/receipts/rcpt_0r1/disclose', { stepId: 'step_2' })).toMatchObject(refused);
    });

    it('but not of a run that another one came after', async () =>
      expect(
        await alice.post(`/receipts/${receiptIdOf('wf_again', 1)}/disclose`, { stepId: 'step_2' }),
      ).toMatchObject({ status: 409, body: { code: 'RUN_SUPERSEDED' } }));
  });

  describe('are upgraded', () => {
    it('by their owner, once, to be proven', async () => {
      const body = { level: 'zero-knowledge' };
      const first = await alice.post(`/receipts/${id}/upgrade`, body);
      expect(first).toMatchObject({
        status: 202,
        body: { receipt: { id, verificationLevel: 'zero-knowledge', zkStatus: 'pending' } },
      });
      expect((await alice.post(`/receipts/${id}/upgrade`, body)).status).toBe(202);
      await house.caughtUp();
      const { receipt: seen } = (await alice.get(`/receipts/${id}`)).body;
      expect(seen).toMatchObject({
        verificationLevel: 'zero-knowledge',
        zkStatus: 'pending',
        document: { statement: { level: 'basic' } },
      });
      const { state } = await house.dispatch.load(receipt, id);
      expect(state).toMatchObject({ progress: { status: 'requested', circuitId: 'workflow-receipt-8' } });
    });

    it('when they have more steps than one proof covers, to be proven by several', async () => {
      const long = receiptIdOf(longRun.workflowId, 1);
      const asked = await alice.post(`/receipts/${long}/upgrade`, { level: 'zero-knowledge' });
      expect(asked.status).toBe(202);
      const { state } = await house.dispatch.load(receipt, long);
      expect(state).toMatchObject({ progress: { status: 'requested', circuitId: 'workflow-chain-256' } });
    });

    it.each<[string, ClosedRun, string, RegExp]>([
      ['of a run that failed', failedRun, 'PROOF_NOT_POSSIBLE', /The run failed; only a completed run/],
      ['of a run that another one came after', again, 'RUN_SUPERSEDED', /run again since/],
    ])('but not those %s', async (_, { workflowId }, code, why) => {
      const path = `/receipts/${receiptIdOf(workflowId, 1)}/upgrade`;
      const { status, body } = await alice.post(path, { level: 'zero-knowledge' });
      expect([status, body.code]).toEqual([409, code]);
      expect(body.error).toMatch(why);
    });

    it('also of more steps than one circuit holds, by a chain', async () => {
      const longId = receiptIdOf(longRun.workflowId, 1);
      const { status } = await alice.post(`/receipts/${longId}/upgrade`, { level: 'zero-knowledge' });
      expect(status).toBe(202);
      const { state } = await house.dispatch.load(receipt, longId);
      expect(state).toMatchObject({ progress: { status: 'requested', circuitId: 'workflow-chain-256' } });
    });

    it('but to no other level, and by nobody else', async () => {
      for (const level of ['basic', 'full', 'gold', undefined])
        expect((await alice.post(`/receipts/${id}/upgrade`, { level })).status).toBe(400);
      expect((await mallory.post(`/receipts/${id}/upgrade`, { level: 'zero-knowledge' })).status).toBe(404);
    });
  });
});

async function issue(house: House, of: ClosedRun): Promise<void> {
  const { receipt: document } = issueReceipt(of, sampleIssuer, sampleIssuedAt);
  const receiptId = receiptIdOf(of.workflowId, 1);
  const { commitments } = document.statement;
  await house.dispatch.send(
    receipt,
    receiptId,
    {
      type: 'IssueReceipt',
      receiptId,
      workflowId: of.workflowId,
      runNo: 1,
      userId: 'user_alice',
      outcome: of.outcome,
      level: of.level,
      workflowHash: commitments!.workflowHash,
      resultsRoot: commitments!.resultsRoot,
      finalResultHash: commitments!.finalResultHash,
      totalCost: toMicros(20_000n),
      documentHash: 'd'.repeat(64),
      statementHash: 'a'.repeat(64),
      document: { sha256: house.keepReceipt(document), size: 10, mediaType: 'application/json' },
      keyId: sampleIssuer.keyId,
      at: sampleIssuedAt,
    },
    { commandId: `issue ${receiptId}`, correlationId: of.workflowId, actor: { type: 'saga', id: 'spec' } },
  );
}
