import { describe, expect, it } from '@jest/globals';
import type { ClosedRun, ClosedStep } from '../../src/receipts/closed-run.js';
import { issueReceipt, withOpenings } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { signStatement } from '../../src/receipts/sign-statement.js';
import type { Verdict } from '../../src/verifier/checks.js';
import type { Receipt } from '../../src/verifier/document.js';
import type { VerifyOptions } from '../../src/verifier/verify-options.js';
import { verifyReceipt } from '../../src/verifier/verify-receipt.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleContent, sampleRun, sampleSecret, sampleStep } from '../kit/sample-run.js';

const options: VerifyOptions = { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true };
const basic = (more: Partial<ClosedRun> = {}): Receipt =>
  issueReceipt(sampleRun({ level: 'basic', ...more }), sampleIssuer, sampleIssuedAt).receipt;
const failing = ({ checks }: Verdict) =>
  checks.filter(({ required, passed }) => required && !passed).map(({ name }) => name);

/** An issuer that lies knows its key: it signs the lie again, so only the rule itself can catch it. */
const signAgain = (receipt: Receipt, statement: Partial<Receipt['statement']>): Receipt => {
  const told = { ...receipt.statement, ...statement };
  return { ...receipt, statement: told, signature: signStatement(told, sampleIssuer).signature };
};

describe('a step that another service did', () => {
  const other = { serviceId: 'svc_2', recipient: 'Payee2', network: 'solana:test', asset: 'Mint1' };
  const reassigned = (more: Partial<ClosedStep>) =>
    basic({
      steps: sampleRun().steps.map((step, i) =>
        i === 0
          ? {
              ...step,
              alternatives: [other],
              executor: 'svc_2',
              payment: { ...step.payment!, payee: 'Payee2' },
              ...more,
            }
          : step,
      ),
    });
  const paymentsOf = (verdict: Verdict) => verdict.checks.find(({ name }) => name === 'payments')!;

  it('T17 is told, and accepted when the plan names it', async () => {
    const verdict = await verifyReceipt(JSON.parse(JSON.stringify(reassigned({}))), options);
    expect(verdict.valid).toBe(true);
    expect(paymentsOf(verdict).reason).toContain('step_1 was done by svc_2, an alternative of the plan.');
  });

  it('T17 is refused when the plan does not name it', async () => {
    const verdict = await verifyReceipt(reassigned({ executor: 'svc_3' }), options);
    expect(failing(verdict)).toEqual(['payments']);
  });

  it('T17 is refused when it was paid to another than the plan says', async () => {
    const verdict = await verifyReceipt(
      reassigned({ payment: { ...sampleRun().steps[0]!.payment!, payee: 'Thief' } }),
      options,
    );
    expect(failing(verdict)).toEqual(['payments']);
  });

  it('T17 cannot be added to the plan afterwards', async () => {
    const receipt = reassigned({});
    const [first, ...others] = receipt.disclosure!.steps;
    const added = { ...first!, alternatives: [{ ...other, recipient: 'Thief' }] };
    const forged = { ...receipt, disclosure: { ...receipt.disclosure!, steps: [added, ...others] } };
    expect(failing(await verifyReceipt(forged, options))).toContain('plan');
  });
});

describe('a basic receipt', () => {
  it('verifies with nothing but itself and the key of its issuer', async () => {
    const verdict = await verifyReceipt(JSON.parse(JSON.stringify(basic())), options);
    expect(failing(verdict)).toEqual([]);
    expect(verdict.valid).toBe(true);
    expect(verdict.checks.map(({ name }) => name)).toEqual([
      'format',
      'issuer',
      'signature',
      'statement',
      'level',
      'plan',
      'results',
      'final-result',
      'costs',
      'order',
      'payments',
    ]);
  });

  it.each(['failed', 'cancelled', 'expired'] as const)(
    'is given to a run that %s, and says so',
    async (outcome) => {
      const steps = sampleRun().steps.map(
        (step, i): ClosedStep =>
          i < 2 ? step : { ...sampleStep(step.stepId, 0, step.dependencies), ...unfinished },
      );
      const receipt = basic({ outcome, steps });
      expect(receipt.statement.outcome).toBe(outcome);
      expect(receipt.statement.unprovable).toMatch(/only a completed run has a proof/);
      expect(failing(await verifyReceipt(receipt, options))).toEqual([]);
    },
  );

  it('is given to a run that never had a plan', async () => {
    const receipt = basic({ outcome: 'failed', steps: [], planHash: null, approver: null, startedAt: null });
    expect(receipt.statement.commitments).toBeNull();
    expect(failing(await verifyReceipt(receipt, options))).toEqual([]);
  });

  it('stands in for the proof of a run that can have none', async () => {
    const steps = Array.from({ length: 130 }, (_, i) =>
      sampleStep(`step_${i}`, i + 2, i === 0 ? [] : [`step_${i - 1}`]),
    );
    const { receipt, proving } = issueReceipt(sampleRun({ steps }), sampleIssuer, sampleIssuedAt);
    expect(proving).toEqual({
      provable: false,
      reason: 'The ends of its steps are not numbered one after the other, which a chain of proofs needs.',
    });
    expect(failing(await verifyReceipt(receipt, options))).toEqual([]);
    expect(failing(await verifyReceipt(receipt, { ...options, level: 'zero-knowledge' }))).toEqual(['level']);
  });

  it('is given to a run that went on without a step that failed, and to what depends on it', async () => {
    const gone = { cost: 0n, inputHash: null, outputHash: null, payment: null, completedAt: null } as const;
    const steps = sampleRun().steps.map((step, i): ClosedStep => {
      if (i === 1) return { ...step, ...gone, status: 'failed', seq: 0, attempt: 3, reason: 'SERVICE_ERROR' };
      return step;
    });
    const { receipt, proving } = issueReceipt(sampleRun({ steps }), sampleIssuer, sampleIssuedAt);
    expect(proving).toEqual({ provable: false, reason: 'The step step_2 did not complete.' });
    expect(failing(await verifyReceipt(receipt, options))).toEqual([]);
  });

  it('of level zero-knowledge is only signed until its proof is made, and says so', async () => {
    const { receipt } = issueReceipt(sampleRun(), sampleIssuer, sampleIssuedAt);
    expect(failing(await verifyReceipt(receipt, options))).toEqual(['level']);
    expect(failing(await verifyReceipt(receipt, { ...options, level: 'signed' }))).toEqual([]);
  });

  const failedRun = (rollback: NonNullable<ClosedRun['rollback']>) =>
    basic({
      outcome: 'failed',
      steps: sampleRun().steps.map((step, i) => (i === 4 ? { ...step, ...unfinished } : step)),
      rollback,
    });

  it('of a run that failed says what was undone, and what could not be', async () => {
    const rollback = { outcome: 'partial', undone: ['step_2', 'step_3'], notUndone: ['step_1'] } as const;
    const receipt = failedRun(rollback);
    expect(receipt.statement.rollback).toEqual(rollback);
    const verdict = await verifyReceipt(receipt, options);
    expect(verdict.valid).toBe(true);
    expect(verdict.checks).toContainEqual({
      name: 'rollback',
      required: true,
      passed: true,
      reason: 'Undone: step_2, step_3; not undone: step_1.',
    });
  });

  it.each<[string, NonNullable<ClosedRun['rollback']>]>([
    ['a step that never completed', { outcome: 'completed', undone: ['step_5'], notUndone: [] }],
    ['a step of no plan', { outcome: 'completed', undone: ['step_9'], notUndone: [] }],
    ['a step twice', { outcome: 'partial', undone: ['step_1'], notUndone: ['step_1'] }],
    ['all of it, and something not', { outcome: 'completed', undone: ['step_1'], notUndone: ['step_2'] }],
  ])('is refused when it says to have undone %s', async (_, rollback) => {
    expect(failing(await verifyReceipt(failedRun(rollback), options))).toEqual(['rollback']);
  });

  it('is refused when a run that completed says to have undone something', async () => {
    const rollback = { outcome: 'completed', undone: ['step_1'], notUndone: [] } as const;
    expect(failing(await verifyReceipt(basic({ rollback }), options))).toEqual(['rollback']);
  });

  it('is refused without what it disclosed, unless a proof shows it instead', async () => {
    const { disclosure: _, ...bare } = basic();
    expect(failing(await verifyReceipt(bare, options))).toEqual(['level']);
  });

  it('does not pass for a proof where one is asked for', async () => {
    expect(failing(await verifyReceipt(basic(), { ...options, level: 'zero-knowledge' }))).toEqual(['level']);
  });
});

const unfinished = { status: 'not_started', attempt: 0, inputHash: null, outputHash: null } as const;

describe('one character changed', () => {
  const receipt = withOpenings(basic(), sampleSecret);
  const contents = Object.fromEntries(
    sampleRun()
      .steps.filter(({ status }) => status === 'completed')
      .map(({ stepId }) => [stepId, sampleContent(stepId)]),
  );

  it('fails a named check, wherever it is', async () => {
    const unseen: string[] = [];
    for (const [path, changed] of mutations(receipt)) {
      // salts of a step without content open nothing
      if (path.startsWith('openings.step_4')) continue;
      const verdict = await verifyReceipt(changed, { ...options, contents });
      if (verdict.valid || failing(verdict).length === 0) unseen.push(path);
    }
    expect(unseen).toEqual([]);
  });

  /** The receipt with one character of one leaf replaced, for every leaf. */
  function* mutations(value: unknown, path: readonly string[] = []): Generator<[string, unknown]> {
    if (value !== null && typeof value === 'object')
      for (const [key, member] of Object.entries(value)) yield* mutations(member, [...path, key]);
    else yield [path.join('.'), replaced(receipt, path, another(value))];
  }

  const another = (value: unknown): unknown => {
    if (typeof value === 'number') return value === 1 ? 2 : value - 1;
    if (typeof value === 'boolean') return !value;
    if (typeof value !== 'string') return '1';
    const at = Math.max(0, value.search(/[0-9]/));
    return value.slice(0, at) + (value[at] === '3' ? '4' : '3') + value.slice(at + 1);
  };

  function replaced(value: unknown, path: readonly string[], leaf: unknown): unknown {
    const [key, ...rest] = path;
    if (key === undefined) return leaf;
    const copy: Record<string, unknown> = Array.isArray(value)
      ? (Object.assign([], value) as unknown as Record<string, unknown>)
      : { ...(value as Record<string, unknown>) };
    copy[key] = replaced(copy[key], rest, leaf);
    return copy;
  }
});

describe('an issuer that lies and signs the lie', () => {
  const lies: [string, string, (receipt: Receipt) => Receipt][] = [
    ['a smaller total', 'costs', (r) => signAgain(r, { totalCost: '1' })],
    ['a total above the budget', 'statement', (r) => signAgain(r, { totalCost: '100001' })],
    ['another budget', 'plan', (r) => signAgain(r, { maxCost: '200000' })],
    ['another number of steps', 'plan', (r) => signAgain(r, { stepCount: 4 })],
    ['another run', 'statement', (r) => signAgain(r, { runNo: 2 })],
    ['a failed run as completed', 'order', () => signAgain(failedLast(), { outcome: 'completed' })],
    ['no word on what is not proven', 'statement', (r) => signAgain(r, { notProven: [] })],
    [
      'a concealed total of a failed run',
      'statement',
      (r) => signAgain(r, { outcome: 'failed', totalCost: null }),
    ],
  ];
  it.each(lies)('is caught at %s', async (_, name, lie) => {
    expect(failing(await verifyReceipt(lie(basic()), options))).toContain(name);
  });

  const failedLast = () => {
    const steps = sampleRun().steps.map((step, i) =>
      i === 4 ? { ...step, ...unfinished, outputHash: '5' } : step,
    );
    const receipt = basic({ outcome: 'failed', steps });
    const { commitments } = receipt.statement;
    return {
      ...receipt,
      statement: { ...receipt.statement, commitments: { ...commitments!, finalResultHash: '5' } },
    };
  };

  const runs: [string, string, (step: ClosedStep) => Partial<ClosedStep>][] = [
    ['a step above its ceiling', 'costs', () => ({ cost: 40_001n })],
    ['a step before its dependency', 'order', () => ({ seq: 0 })],
    ['a step at once with its dependency', 'order', () => ({ seq: 1 })],
    ['a step that was skipped without leave', 'order', () => ({ status: 'skipped', cost: 0n })],
    ['a completed step without an attempt', 'order', () => ({ attempt: 0 })],
    ['a payment of another amount', 'payments', (s) => ({ payment: { ...s.payment!, amount: '1' } })],
    ['a payment to somebody else', 'payments', (s) => ({ payment: { ...s.payment!, payee: 'Mallory' } })],
    ['a payment in another token', 'payments', (s) => ({ payment: { ...s.payment!, asset: 'Doge' } })],
    ['a cost without a payment', 'payments', () => ({ payment: null })],
    [
      'one payment for two steps',
      'payments',
      (s) => ({ payment: { ...s.payment!, signature: 'step_1Signature' } }),
    ],
  ];
  // every commitment is made over the lie as well, so no hash is wrong
  it.each(runs)('is caught at %s', async (_, name, change) => {
    const steps = sampleRun().steps.map((step, i) => (i === 1 ? { ...step, ...change(step) } : step));
    expect(failing(await verifyReceipt(basic({ steps }), options))).toContain(name);
  });
});

describe('who issued it', () => {
  const mallory = issuerFromSeed(new Uint8Array(32).fill(4));
  const forged = issueReceipt(sampleRun({ level: 'basic' }), mallory, sampleIssuedAt).receipt;

  it('is not taken from the receipt: a key of their own helps nobody', async () => {
    expect(failing(await verifyReceipt(forged, options))).toEqual(['issuer']);
  });

  it("cannot be passed off under a trusted key's name", async () => {
    const renamed = { ...forged, signature: { ...forged.signature, keyId: sampleIssuer.keyId } };
    expect(failing(await verifyReceipt(renamed, options))).toEqual(['issuer', 'signature']);
  });

  it('is unknown to a verifier without keys, unless it says it does not care', async () => {
    expect(failing(await verifyReceipt(basic(), { allowDevelopmentKeys: true }))).toEqual(['issuer']);
    const verdict = await verifyReceipt(basic(), { ...options, issuerKeys: 'embedded' });
    expect(verdict.valid).toBe(true);
    expect(verdict.checks).toContainEqual(expect.objectContaining({ name: 'issuer', passed: false }));
  });
});

describe('content', () => {
  const opened = withOpenings(basic(), sampleSecret);

  it('is confirmed by whoever holds it and the salts', async () => {
    const contents = { step_2: sampleContent('step_2') };
    const verdict = await verifyReceipt(opened, { ...options, contents });
    expect(verdict.valid).toBe(true);
    expect(verdict.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['content:step_2:input', 'content:step_2:output']),
    );
  });

  it.each<[string, Parameters<typeof verifyReceipt>[1]['contents'] & object]>([
    ['of another step', { step_2: { output: sampleContent('step_3').output } }],
    ['given as the other end', { step_2: { input: sampleContent('step_2').output } }],
    ['of a step that is not there', { step_9: { output: { json: 1 } } }],
    ['that was never given', { step_4: { output: { json: null } } }],
    ['that is not JSON', { step_2: { output: { json: undefined } } }],
  ])('%s is refused', async (_, contents) => {
    const [name] = Object.entries(contents).map(([id, ends]) => `content:${id}:${Object.keys(ends)[0]}`);
    expect(failing(await verifyReceipt(opened, { ...options, contents }))).toEqual([name]);
  });

  it('cannot be confirmed, not even guessed, once the secret of the run is destroyed; the receipt stays valid', async () => {
    const receipt = basic();
    const text = JSON.stringify(receipt);
    for (const { stepId } of sampleRun().steps)
      expect(text).not.toContain(withOpenings(receipt, sampleSecret).openings![stepId]!.output);
    expect((await verifyReceipt(receipt, options)).valid).toBe(true);
    const guess = { step_2: { output: sampleContent('step_2').output } };
    expect(failing(await verifyReceipt(receipt, { ...options, contents: guess }))).toEqual([
      'content:step_2:output',
    ]);
  });
});

describe('a document that is no receipt', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'receipt'],
    ['a list', [basic()]],
    ['nothing', undefined],
    ['an empty object', {}],
    ['another version', { ...basic(), format: 'quittance-receipt/2' }],
    ['an unknown field', { ...basic(), note: 'trust me' }],
    ['an unknown field inside', { ...basic(), statement: { ...basic().statement, bonus: '1' } }],
    ['a total with a leading zero', signAgain(basic(), { totalCost: '065000' })],
    ['a total in hex', signAgain(basic(), { totalCost: '0xfde8' })],
    ['a negative total', signAgain(basic(), { totalCost: '-1' })],
    ['513 steps', signAgain(basic(), { stepCount: 513 })],
    ['no steps', { ...basic(), disclosure: { ...basic().disclosure!, steps: [] } }],
    ['a prototype in disguise', JSON.parse('{"__proto__": {"format": "quittance-receipt/1"}}')],
  ])('is refused with the reason: %s', async (_, document) => {
    const verdict = await verifyReceipt(document, options);
    expect(verdict).toMatchObject({ valid: false, checks: [{ name: 'format', passed: false }] });
    expect(verdict.checks[0]!.reason.length).toBeGreaterThan(5);
  });

  it('is refused when a commitment is not below the order of the field', async () => {
    const { statement } = basic();
    const big = {
      ...statement.commitments!,
      resultsRoot: `${BigInt(statement.commitments!.resultsRoot) * 0n + (1n << 254n)}`,
    };
    expect(failing(await verifyReceipt(signAgain(basic(), { commitments: big }), options))).toEqual([
      'format',
    ]);
  });

  it('is refused for steps that do not make a plan', async () => {
    const { disclosure } = basic();
    const steps = disclosure!.steps.map((step, i) =>
      i === 0 ? { ...step, dependencies: ['step_5'] } : step,
    );
    const names = failing(await verifyReceipt({ ...basic(), disclosure: { ...disclosure, steps } }, options));
    expect(names).toContain('plan');
  });
});
