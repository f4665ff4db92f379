import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { FIELD } from '../../src/kernel/commitments/field.js';
import type { CircuitInputs, ProofResult } from '../../src/ports/prover.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { issueReceipt, proofPart } from '../../src/receipts/issue-receipt.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { signStatement } from '../../src/receipts/sign-statement.js';
import type { Receipt } from '../../src/verifier/document.js';
import type { VerifyOptions } from '../../src/verifier/verify-options.js';
import { verifyReceipt, verifyReceipts } from '../../src/verifier/verify-receipt.js';
import { stateHash } from '../kit/lying-chain.js';
import { proveInParts, proveRun } from '../kit/real-proof.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleRun, sampleStep } from '../kit/sample-run.js';

const trusting: VerifyOptions = {
  issuerKeys: [{ keyId: sampleIssuer.keyId, publicKey: sampleIssuer.publicKey }],
  allowDevelopmentKeys: true,
};
const CHAIN = 'workflow-chain-16';

/** Ten steps, so that both segments have some; the ninth needs one of the first segment. */
const run = (more: Partial<ClosedRun> = {}): ClosedRun => {
  const later = [6, 7, 8, 9, 10].map((n) =>
    sampleStep(
      `step_${n}`,
      n,
      n === 9 ? ['step_1', 'step_8'] : [`step_${n - 1}`],
      n === 9 ? { cost: 7_000n } : {},
    ),
  );
  return sampleRun({ steps: [...sampleRun().steps, ...later], ...more });
};

type Proofs = NonNullable<Receipt['proofs']>;

const partsOf = (of: ClosedRun) => {
  const task = provingTask(of, commitRun(of), { circuitId: CHAIN });
  if (!task.provable || !('parts' in task)) throw new Error('not in parts');
  return task.parts();
};

describe('a chain of proofs', () => {
  let prover: SnarkjsProver;
  let receipt: Receipt;
  let proofs: Proofs;
  /** the second of a chain that is about another context, and of one that is about another run */
  let elsewhere: ProofResult;
  let whole: Receipt;
  let another: readonly ProofResult[];
  /** proofs by the segments' own circuits, of what they were told otherwise */
  const prove = (segment: 1 | 2, told: CircuitInputs): Promise<ProofResult> => {
    const { circuitId, inputs } = partsOf(run())[segment - 1]!;
    return prover.prove(circuitId, { ...inputs, ...told });
  };

  beforeAll(async () => {
    prover = new SnarkjsProver();
    ({ receipt } = await proveInParts(prover, run()));
    proofs = receipt.proofs!;
    elsewhere = await prove(2, { context: '5' });
    whole = (await proveRun(prover, run())).receipt;
    another = (await proveInParts(prover, run({ runNo: 2 }))).made;
  });
  afterAll(() => prover.close());

  const failing = async (document: unknown, options: object = {}): Promise<readonly string[]> => {
    const { valid, checks } = await verifyReceipt(document, { ...trusting, ...options });
    const failed = checks.filter((each) => each.required && !each.passed).map(({ name }) => name);
    expect(valid).toBe(failed.length === 0);
    return failed;
  };
  const reason = async (document: unknown, name: string): Promise<string | undefined> =>
    (await verifyReceipt(document, trusting)).checks.find((each) => each.name === name)?.reason;
  const having = (changed: readonly unknown[]) => ({ ...receipt, proofs: changed });
  const [first, second] = [() => proofs[0]!, () => proofs[1]!];
  const signalled = (proof: Proofs[number], at: number, value: string) => ({
    ...proof,
    publicSignals: proof.publicSignals.map((signal, i) => (i === at ? value : signal)),
  });
  const SIGNAL = { context: 7, segment: 9, segments: 10, before: 11, after: 12 } as const;

  it('holds, and says what was looked at', async () => {
    const { valid, checks } = await verifyReceipt(receipt, { ...trusting, context: '0' });
    expect(valid).toBe(true);
    expect(checks.filter(({ passed }) => passed).map(({ name }) => name)).toEqual([
      'format',
      'issuer',
      'signature',
      'statement',
      'level',
      'proof-chain',
      'proof-signals',
      'proof-links',
      'context',
      'proof-key',
      'proof:1',
      'proof:2',
    ]);
  });

  it('says nothing of what was spent when, and nothing of the total where that is withheld', async () => {
    const made = await proveInParts(prover, run(), { concealCost: true });
    expect(await failing(made.receipt)).toEqual([]);
    const said = JSON.stringify(made.receipt.proofs!.map(({ publicSignals }) => publicSignals));
    expect(said).not.toContain('"65000"');
    expect(said).not.toContain('"72000"');
    expect(JSON.stringify(receipt.proofs!.map(({ publicSignals }) => publicSignals))).not.toContain(
      '"65000"',
    );
  });

  it('holds of a run that ends in its first segment', async () => {
    expect(await failing((await proveInParts(prover, sampleRun())).receipt)).toEqual([]);
  });

  it('is found among others in a batch, and so is a bad one', async () => {
    const bytes = (document: unknown) => Buffer.from(JSON.stringify(document));
    const bad = having([first(), { ...second(), proof: first().proof }]);
    const verdicts = await verifyReceipts([receipt, bad, whole, receipt].map(bytes), trusting);
    expect(verdicts.map(({ valid }) => valid)).toEqual([true, false, true, true]);
  });

  describe('is refused when', () => {
    it('the first proof is dropped', async () => {
      expect(await failing(having([second(), second()]))).toEqual(['proof-chain']);
      expect(await reason(having([second(), second()]), 'proof-chain')).toMatch(/twice/);
    });

    it('one proof is all there is', async () => {
      // the schema takes no chain of one
      expect(await failing(having([second()]))).toEqual(['format']);
      const { proofs: _proofs, ...rest } = receipt;
      // a segment alone says less than the receipt: it is no proof of it
      expect(await failing({ ...rest, proof: first() })).toEqual(['proof-signals']);
    });

    it('a proof is repeated', async () => {
      expect(await failing(having([first(), second(), second()]))).toEqual(['proof-chain']);
      expect(await failing(having([first(), first()]))).toEqual(['proof-chain']);
    });

    it('two proofs are swapped', async () => {
      expect(await failing(having([second(), first()]))).toEqual(['proof-chain']);
      expect(await reason(having([second(), first()]), 'proof-chain')).toMatch(/order/);
    });

    it('a proof stands in for another by its name', async () => {
      const named = { ...first(), circuitId: second().circuitId };
      expect(await failing(having([first(), named]))).toEqual(['proof-key']);
      const keyed = { ...named, vkeyHash: second().vkeyHash };
      expect(await failing(having([first(), keyed]))).toEqual(['proof-signals', 'proof-links']);
      const renumbered = signalled(
        signalled(keyed, SIGNAL.segment, '2'),
        SIGNAL.before,
        first().publicSignals[12]!,
      );
      expect(await failing(having([first(), signalled(renumbered, SIGNAL.after, '0')]))).toEqual(['proof:2']);
    });

    it('a proof is of another run', async () => {
      expect(await failing(having([first(), proofPart(another[1]!)]))).toEqual([
        'proof-signals',
        'proof-links',
      ]);
      expect(await failing(having(another.map(proofPart)))).toEqual(['proof-signals']);
    });

    it('a proof is of another context', async () => {
      const mixed = having([first(), proofPart(elsewhere)]);
      expect(await failing(mixed)).toEqual(['context']);
      expect(await failing(mixed, { context: '0' })).toEqual(['context']);
      expect(await failing(mixed, { context: '5' })).toEqual(['context']);
      expect(await failing(receipt, { context: '5' })).toEqual(['context']);
    });

    it('the running total is changed, although its issuer signs it and each proof by itself bears it out', async () => {
      const { inputs } = partsOf(run())[1]!;
      const [spentBefore, totalCost] = [BigInt(inputs['spentBefore'] as string) - 20_000n, '52000'];
      const state = {
        spent: spentBefore,
        squares: BigInt(inputs['squaresBefore'] as string),
        order: BigInt(inputs['orderBefore']![0]!),
      };
      const salt = BigInt(inputs['beforeSalt'] as string);
      const before = stateHash(BigInt(inputs['resultsRoot'] as string), state, salt).toString();
      const lies = [
        await prove(1, { totalCost }),
        await prove(2, { totalCost, before, spentBefore: spentBefore.toString() }),
      ].map(proofPart);
      const statement = { ...receipt.statement, totalCost };
      const { signature } = signStatement(statement, sampleIssuer);
      const signed = { ...receipt, statement, signature };
      expect(await failing({ ...signed, proofs: lies })).toEqual(['proof-links']);
      const joined = [lies[0]!, signalled(lies[1]!, SIGNAL.before, lies[0]!.publicSignals[SIGNAL.after]!)];
      expect(await failing({ ...signed, proofs: joined })).toEqual(['proof:2']);
    });

    it('it does not begin with nothing, or hands something on at its end', async () => {
      expect(await failing(having([signalled(first(), SIGNAL.before, '1'), second()]))).toEqual([
        'proof-links',
      ]);
      expect(await failing(having([first(), signalled(second(), SIGNAL.after, '1')]))).toEqual([
        'proof-links',
      ]);
    });

    it('a proof says that it is another segment, or of another number of segments', async () => {
      expect(await failing(having([first(), signalled(second(), SIGNAL.segment, '1')]))).toEqual([
        'proof-signals',
      ]);
      expect(await failing(having([signalled(first(), SIGNAL.segments, '1'), second()]))).toEqual([
        'proof-signals',
      ]);
    });

    it('the circuit is of a chain of another length', async () => {
      const longer = proofs.map((each, i) => ({ ...each, circuitId: `workflow-segment-256-${i + 1}` }));
      expect(await failing(having(longer))).toEqual(['proof-chain']);
      const unknown = proofs.map((each) => ({ ...each, circuitVersion: '2' }));
      expect(await failing(having(unknown))).toEqual(['proof-key']);
    });

    it('any public signal of any of its proofs is another', async () => {
      for (const [i, each] of proofs.entries())
        for (let at = 0; at < each.publicSignals.length; at++) {
          const changed = having(proofs.map((own, j) => (i === j ? signalled(own, at, '77') : own)));
          expect([i, at, (await failing(changed)).length > 0]).toEqual([i, at, true]);
        }
    });

    it('a signal is written in another form, left out or added', async () => {
      const [own] = [second()];
      const beyond = (BigInt(own.publicSignals[SIGNAL.before]!) + FIELD).toString();
      expect(await failing(having([first(), signalled(own, SIGNAL.before, beyond)]))).not.toEqual([]);
      expect(await failing(having([first(), signalled(own, SIGNAL.after, '00')]))).not.toEqual([]);
      expect(
        await failing(having([first(), { ...own, publicSignals: own.publicSignals.slice(0, -1) }])),
      ).not.toEqual([]);
      expect(
        await failing(having([first(), { ...own, publicSignals: [...own.publicSignals, '0'] }])),
      ).toEqual(['proof:2']);
    });

    it('the receipt says another number of steps, signed or not', async () => {
      const signedFor = (steps: ClosedRun['steps']) =>
        issueReceipt(run({ steps }), sampleIssuer, sampleIssuedAt).receipt;
      const shorter = { ...signedFor(run().steps.slice(0, 9)), proofs };
      expect(await failing(shorter)).toEqual(['proof-signals']);
      const many = Array.from({ length: 130 }, (_, i) => sampleStep(`s${i}`, i + 1, []));
      expect(await failing({ ...signedFor(many), proofs })).toEqual(['proof-chain']);
      const between = Array.from({ length: 40 }, (_, i) => sampleStep(`s${i}`, i + 1, []));
      const { disclosure: _disclosure, ...other } = signedFor(between);
      expect(await reason({ ...other, proofs }, 'proof-chain')).toMatch(/No chain/);
    });

    it('there is a single proof beside it', async () => {
      expect(await failing({ ...receipt, proof: whole.proof })).toEqual(['proof-chain']);
    });

    it('its keys may not be used', async () => {
      expect(await failing(receipt, { allowDevelopmentKeys: false })).toEqual(['proof-key', 'proof-key']);
    });
  });

  it('cannot be made of a run that ended in another order than the plan asks for', async () => {
    const steps = run().steps.map((step) =>
      step.stepId === 'step_9' ? { ...step, seq: 1 } : step.stepId === 'step_1' ? { ...step, seq: 9 } : step,
    );
    await expect(proveInParts(prover, run({ steps }))).rejects.toMatchObject({ code: 'PROOF_FAILED' });
  });

  it('is not asked for where the ends of the steps are not numbered one after the other', () => {
    const steps = Array.from({ length: 130 }, (_, i) => sampleStep(`s${i}`, i === 0 ? 0 : i + 1, []));
    const task = provingTask(run({ steps }), commitRun(run({ steps })));
    expect(task).toMatchObject({ provable: false, reason: expect.stringMatching(/numbered/) });
  });
});
