import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { disclosureTask } from '../../src/receipts/disclosure-task.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import type { Receipt } from '../../src/verifier/document.js';
import { type Verdict, type VerifyOptions, verifyReceipt } from '../../src/verifier/index.js';
import type { StepDisclosure } from '../../src/verifier/step-disclosure.js';
import { discloseStep } from '../kit/real-disclosure.js';
import { proveRun } from '../kit/real-proof.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleContent, sampleRun, sampleSecret } from '../kit/sample-run.js';

const options: VerifyOptions = { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true };
const failing = ({ checks }: Verdict) =>
  checks.filter(({ required, passed }) => required && !passed).map(({ name }) => name);
const check = async (document: unknown, more: Partial<VerifyOptions> = {}) =>
  verifyReceipt(document, { ...options, ...more });

describe('the disclosure of one step', () => {
  const prover = new SnarkjsProver();
  let whole: StepDisclosure;
  let costOnly: StepDisclosure;
  let proven: Receipt;
  beforeAll(async () => {
    whole = await discloseStep(prover, sampleRun(), {
      stepId: 'step_2',
      show: ['input', 'output', 'cost', 'executor'],
      openings: true,
      context: '77',
    });
    costOnly = await discloseStep(prover, sampleRun(), { stepId: 'step_3', show: ['cost'] });
    proven = (await proveRun(prover, sampleRun())).receipt;
  });
  afterAll(() => prover.close());

  it('verifies with nothing but itself, line by line', async () => {
    const verdict = await check(whole, { context: '77' });
    expect(failing(verdict)).toEqual([]);
    expect(verdict.valid).toBe(true);
    expect(verdict.checks.map(({ name }) => name)).toEqual([
      'format',
      'issuer',
      'signature',
      'statement',
      'proof-signals',
      'context',
      'proof-key',
      'proof-key-kind',
      'proof',
      'payments',
      'run',
    ]);
  });

  it('names no other step, and nothing of its own that is not shown', () => {
    const text = JSON.stringify(costOnly);
    for (const { stepId, inputHash, outputHash } of sampleRun().steps) {
      if (stepId !== 'step_3') expect(text).not.toContain(`"${stepId}"`);
      if (inputHash) expect(text).not.toContain(inputHash);
      if (outputHash) expect(text).not.toContain(outputHash);
    }
    expect(text).not.toContain('step_3Signature');
    expect(costOnly.shown).toEqual({ cost: '30000' });
    expect(costOnly).not.toHaveProperty('openings');
  });

  it('confirms a content by the salts it brings, and no other content', async () => {
    const content = sampleContent('step_2');
    const contents = (output: unknown) => ({ step_2: { input: content.input, output: { json: output } } });
    expect(failing(await check(whole, { contents: contents(content.output.json) }))).toEqual([]);
    expect(failing(await check(whole, { contents: contents('other') }))).toEqual(['content:step_2:output']);
    const guess = { step_3: { output: sampleContent('step_3').output } };
    expect(failing(await check(costOnly, { contents: guess }))).toEqual(['content:step_3:output']);
  });

  it('belongs to the receipt given beside it, proven or not, and to no other', async () => {
    const { receipt } = issueReceipt(sampleRun(), sampleIssuer, sampleIssuedAt);
    for (const value of [receipt, proven])
      expect(failing(await check(whole, { receipt: { value } }))).toEqual([]);
    const other = issueReceipt(sampleRun({ runNo: 2 }), sampleIssuer, sampleIssuedAt).receipt;
    expect(failing(await check(whole, { receipt: { value: other } }))).toEqual(['receipt']);
    expect(failing(await check(whole, { receipt: { value: {} } }))).toEqual(['receipt']);
  });

  it('made for one verifier is refused by another', async () => {
    expect(failing(await check(whole, { context: '78' }))).toEqual(['context']);
    expect(failing(await check(costOnly, { context: '77' }))).toEqual(['context']);
  });

  it('is refused in production, having a development key', async () => {
    expect(failing(await check(whole, { allowDevelopmentKeys: false }))).toEqual(['proof-key']);
  });

  it('is no receipt: it passes at no level', async () => {
    for (const level of ['signed', 'basic', 'zero-knowledge'] as const)
      expect(failing(await check(whole, { level }))).toEqual(['level']);
  });

  it('does not pass for the proof of a receipt, nor that for it', async () => {
    expect(failing(await check({ ...proven, proof: whole.proof }))).toEqual(['proof-signals']);
    expect(failing(await check({ ...whole, proof: proven.proof }))).toEqual(['proof-signals']);
  });

  it.each<[string, string | readonly string[], (shown: StepDisclosure) => unknown]>([
    ['another cost', ['proof-signals', 'payments'], (d) => ({ ...d, shown: { ...d.shown, cost: '15001' } })],
    ['another output', 'proof-signals', (d) => ({ ...d, shown: { ...d.shown, output: '7' } })],
    ['no output', 'proof-signals', (d) => ({ ...d, shown: { ...d.shown, output: null } })],
    ['an output left out', 'proof-signals', ({ shown: { output: _, ...shown }, ...d }) => ({ ...d, shown })],
    ['another input', 'proof-signals', (d) => ({ ...d, shown: { ...d.shown, input: '7' } })],
    ['another step', 'proof-signals', (d) => ({ ...d, step: { ...d.step, stepId: 'step_3' } })],
    ['another service', 'proof-signals', (d) => ({ ...d, step: { ...d.step, serviceId: 'svc_2' } })],
    ['another outcome', 'proof-signals', (d) => ({ ...d, outcome: 'failed' })],
    [
      'another time',
      'proof-signals',
      (d) => ({
        ...d,
        shown: { ...d.shown, executor: { ...d.shown.executor, startedAt: '2026-01-02T00:00:00.000Z' } },
      }),
    ],
    ['another run', 'signature', (d) => ({ ...d, statement: { ...d.statement, runNo: 2 } })],
    [
      "another's statement, signed all the same",
      'proof-signals',
      (d) => ({
        ...d,
        ...signedPart(issueReceipt(sampleRun({ runNo: 2 }), sampleIssuer, sampleIssuedAt).receipt),
      }),
    ],
    ["another step's proof", 'proof-signals', (d) => ({ ...d, proof: costOnly.proof })],
    [
      'a signal changed with what it says',
      'proof',
      (d) => ({
        ...d,
        shown: { ...d.shown, output: '7' },
        proof: {
          ...d.proof,
          publicSignals: d.proof.publicSignals.map((s) => (s === d.shown.output ? '7' : s)),
        },
      }),
    ],
    [
      'a signal cut off',
      'proof',
      (d) => ({ ...d, proof: { ...d.proof, publicSignals: [...d.proof.publicSignals, '0'] } }),
    ],
    ['an unknown member', 'format', (d) => ({ ...d, note: 'trust me' })],
    ['another version', 'format', (d) => ({ ...d, format: 'quittance-step-disclosure/2' })],
    ['no proof', 'format', ({ proof: _, ...d }) => d],
  ])('with %s is refused by %s', async (_, name, change) => {
    expect(failing(await check(change(whole)))).toEqual([name].flat());
  });

  it('says of a payment that it is not the planned one, though all of it is proven', async () => {
    const steps = sampleRun().steps.map((step) =>
      step.stepId === 'step_2' ? { ...step, payment: { ...step.payment!, payee: 'Mallory' } } : step,
    );
    const shown = await discloseStep(prover, sampleRun({ steps }), { stepId: 'step_2', show: ['executor'] });
    expect(failing(await check(shown))).toEqual(['payments']);
  });

  it('is given of a run that failed, of a step that did as of one that did not', async () => {
    const gone = { status: 'failed', cost: 0n, outputHash: null, payment: null, completedAt: null } as const;
    const steps = sampleRun().steps.map((step) =>
      step.stepId === 'step_5' ? { ...step, ...gone, seq: 0 } : step,
    );
    const run = sampleRun({ outcome: 'failed', level: 'basic', steps });
    for (const [stepId, outcome] of [
      ['step_5', 'failed'],
      ['step_4', 'skipped'],
      ['step_1', 'completed'],
    ] as const) {
      const shown = await discloseStep(prover, run, { stepId, show: ['output'] });
      expect(shown.outcome).toBe(outcome);
      expect(failing(await check(shown))).toEqual([]);
    }
  });

  it('is refused of a step the run does not have, and of a run its receipt is not about', () => {
    const { receipt } = issueReceipt(sampleRun(), sampleIssuer, sampleIssuedAt);
    const task = (stepId: string, runNo: number) =>
      disclosureTask(sampleRun({ runNo, secret: sampleSecret }), receipt, { stepId, show: [] });
    expect(() => task('step_9', 1)).toThrow('The run has no step step_9.');
    expect(() => task('step_1', 2)).toThrow('The run no longer gives what its receipt commits to.');
  });
});

const signedPart = ({ statement, signature }: Receipt) => ({ statement, signature });
