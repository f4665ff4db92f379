import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { countBits, searchConstraints } from '../kit/constraint-search.js';
import {
  type DisclosedStory,
  detailOf,
  disclosureInputsOf,
  honestDisclosure,
  mod,
} from '../kit/lying-disclosure.js';

/** `npm run zk:mutate` has circuits in it that lack a constraint, to see that something here fails */
const folder = process.env['QUITTANCE_CIRCUITS'] ?? new URL('../../circuits/build/', import.meta.url);
const built = (name: string) => readFileSync(new URL(name, folder));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const id = 'step-disclosure-16';

type Change = (story: DisclosedStory) => void;
const say =
  (said: DisclosedStory['said']): Change =>
  (story) => {
    Object.assign(story.said, said);
  };
const of =
  (index: number): Change =>
  (story) => {
    story.index = index;
  };
const showing =
  (bits: bigint): Change =>
  (story) => {
    story.shown = bits;
  };
const all =
  (...changes: readonly Change[]): Change =>
  (story) => {
    for (const change of changes) change(story);
  };

/** Twice the first step less the second, with details that make it look like a step. */
const mixture: Change = (story) => {
  const [input, evidence] = [77n, 78n];
  story.details[1] = mod(2n * story.details[0]! - detailOf(input, evidence));
  say({
    at: [2n, -1n, ...new Array<bigint>(14).fill(0n)],
    step: 2n * story.stepIds[0]! - story.stepIds[1]!,
    outcome: 1n,
    cost: 999n,
    seq: 9n,
    attempt: 1n,
    inputCommitment: input,
    evidenceHash: evidence,
    shownInput: input,
    shownOutput: 2n * story.outputs[0]! - story.outputs[1]!,
    shownCost: 999n,
    shownEvidence: evidence,
  })(story);
};

/** The first two steps at once; every hash on the way is half of what twice it should be. */
const both: Change = (story) => {
  const [input, evidence] = [77n, 78n];
  const half = (FIELD + 1n) / 2n;
  story.node = (hash) => mod(hash * half);
  story.details[1] = mod(detailOf(input, evidence) - story.details[0]!);
  story.outcomes[0] = 0n;
  say({
    at: [1n, 1n, ...new Array<bigint>(14).fill(0n)],
    step: story.stepIds[0]! + story.stepIds[1]!,
    outcome: 1n,
    cost: 2_001n,
    seq: 21n,
    attempt: 2n,
    inputCommitment: input,
    evidenceHash: evidence,
    shownInput: input,
    shownOutput: story.outputs[0]! + story.outputs[1]!,
    shownCost: 2_001n,
    shownEvidence: evidence,
  })(story);
};

const changed = (list: readonly bigint[], at: number, by: bigint) =>
  list.map((value, i) => (i === at ? value + by : value));
const laneOf = ({ costs, attempts, seqs, outcomes }: DisclosedStory, i: number) =>
  costs[i]! + (attempts[i]! << 36n) + (seqs[i]! << 44n) + (outcomes[i]! << 54n);
const lanes = (story: DisclosedStory) => [0, 1, 2, 3].map((i) => laneOf(story, i));
const borrow: Change = (story) => {
  const [first, second, ...more] = lanes(story);
  const lane = [first! + (1n << 56n), second! - 1n, ...more];
  say({ lane, cost: 1_000n, shownCost: 1_000n })(story);
};

describe('the circuit that discloses one step', () => {
  const wasm = brotliDecompressSync(built(`${id}.wasm.br`));
  const r1cs = brotliDecompressSync(built(`${id}.r1cs.br`));
  let generate: (inputs: object) => Uint8Array;
  beforeAll(async () => {
    generate = await witnessGenerator(wasm);
  });
  const tell = (change: Change) => {
    const story = honestDisclosure();
    change(story);
    return () => generate(disclosureInputsOf(story));
  };

  it('is what was compiled, by the hashes it is pinned by', () => {
    const pinned = JSON.parse(built('manifest.json').toString())[id];
    expect({ r1cs: sha256(r1cs), wasm: sha256(wasm) }).toEqual({ r1cs: pinned.r1cs, wasm: pinned.wasm });
  });

  describe('accepts', () => {
    it.each<[string, Change]>([
      ['a step that completed', of(0)],
      ['a step that was skipped', of(3)],
      ['a step that failed', of(4)],
      ['a step that never finished', of(5)],
      ['a step of which nothing is shown', showing(0n)],
      ['a step of which only the cost is shown', showing(4n)],
      ['any context', say({ context: FIELD - 1n })],
    ])('%s', (_, change) => {
      expect(tell(change)).not.toThrow();
    });

    it('a step in any slot', () => {
      for (let slot = 6; slot < 16; slot++) {
        const story = honestDisclosure();
        story.index = slot;
        for (const list of ['stepIds', 'outputs', 'inputs', 'evidences', 'details', 'costs', 'seqs'] as const)
          story[list][slot] = story[list][2]!;
        story.outcomes[slot] = 1n;
        expect(() => generate(disclosureInputsOf(story))).not.toThrow();
      }
    });
  });

  describe('refuses a prover that lies and hashes its lie consistently when', () => {
    const { stepIds, outputs, details } = honestDisclosure();
    const pairs = outputs.flatMap((output, i) => [output, details[i]!]);
    it.each<[string, string, Change]>([
      ['a mixture of two steps is passed off as one', 'OneOf', mixture],
      ['two steps are chosen at once', 'OneOf', both],
      ['the step is another than the one chosen', 'StepDisclosure', say({ step: 104n })],
      ['the id is none of the plan', 'OpenedNode', say({ idMember: changed(stepIds, 1, 7n), step: 108n })],
      [
        'the output is none of the results',
        'OpenedNode',
        say({ pairMember: changed(pairs.slice(0, 16), 2, 7n), shownOutput: 208n }),
      ],
      [
        'the cost is none of the results',
        'OpenedNode',
        (story) => {
          const first = lanes(story).reduce((sum, lane, l) => sum + (lane << BigInt(56 * l)), 0n);
          const second = [4, 5].reduce((sum, i, l) => sum + (laneOf(story, i) << BigInt(56 * l)), 0n);
          const lane = changed(lanes(story), 1, 7n);
          say({ metaMember: [first + (7n << 56n), second, 0n, 0n], lane, cost: 1_008n, shownCost: 1_008n })(
            story,
          );
        },
      ],
      ['the cost is another than in its word', 'StepDisclosure', say({ cost: 1_002n, shownCost: 1_002n })],
      [
        'the numbers of the word are others',
        'StepDisclosure',
        (story) => say({ lane: changed(lanes(story), 1, 7n), cost: 1_008n, shownCost: 1_008n })(story),
      ],
      ['a number borrows from its neighbour in the word', 'Fits', borrow],
      [
        'a cost borrows from the attempts',
        'Fits',
        say({ cost: 1_001n + (1n << 36n), attempt: 0n, shownCost: 1_001n + (1n << 36n) }),
      ],
      ['attempts borrow from the outcome', 'Fits', say({ attempt: 1n + (1n << 18n), outcome: 0n })],
      ['a sequence borrows from the outcome', 'Fits', say({ seq: 11n + 1024n, outcome: 0n })],
      [
        'an outcome is none of the four',
        'Fits',
        (story) => {
          const inverse = power(1n << 54n, FIELD - 2n);
          say({ cost: 1_002n, shownCost: 1_002n, outcome: mod(1n - inverse) })(story);
        },
      ],
      ['the input is another', 'StepDisclosure', say({ inputCommitment: 7n, shownInput: 7n })],
      ['the evidence is another', 'StepDisclosure', say({ evidenceHash: 7n, shownEvidence: 7n })],
      ['the input that is shown is another', 'StepDisclosure', say({ shownInput: 7n })],
      ['the output that is shown is another', 'StepDisclosure', say({ shownOutput: 7n })],
      ['the cost that is shown is another', 'StepDisclosure', say({ shownCost: 7n })],
      ['the evidence that is shown is another', 'StepDisclosure', say({ shownEvidence: 7n })],
      [
        'something is told that is said not to be shown',
        'StepDisclosure',
        all(showing(0n), say({ shownCost: 1_001n })),
      ],
      ['something is withheld that is said to be shown', 'StepDisclosure', say({ shownOutput: 0n })],
      ['more is said to be shown than there is', 'Shown', say({ shown: 31n })],
      [
        'the plan is another',
        'StepDisclosure',
        (story) => {
          story.plan = 1n;
        },
      ],
      ['the budget is another than the plan has', 'StepDisclosure', say({ maxCost: 30_000n })],
      ['the results are others', 'StepDisclosure', say({ resultsRoot: 1n })],
      ['the results are of another run', 'StepDisclosure', say({ executionId: 1n })],
      ['the run has another number of steps', 'StepDisclosure', say({ stepCount: 7n })],
    ])('%s (by %s)', (_, template, lie) => {
      expect(tell(lie)).toThrow(new RegExp(`constraint does not hold \\([^)]*template ${template}_`));
    });
  });

  describe('its constraints', () => {
    it('hold for an honest witness, and leave no wire free', () => {
      const honest = generate(disclosureInputsOf(honestDisclosure()));
      expect(searchConstraints(r1cs, honest)).toEqual({ broken: 0, free: [] });
    });

    it('are as many for bits as there are bits', () => {
      // which slot, the four numbers of a word, the parts of one of them, and what is shown
      expect(countBits(r1cs)).toBe(16 + 4 * 56 + (36 + 8 + 10 + 2) + 4);
    });
  });
});

function power(base: bigint, exponent: bigint): bigint {
  let [out, square] = [1n, base];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) out = mod(out * square);
    square = mod(square * square);
  }
  return out;
}
