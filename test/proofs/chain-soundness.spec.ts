import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readR1cs, type Terms } from '../../src/adapters/snarkjs/child/r1cs.mjs';
import { witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { countBits, hasConstant, sameWires, searchConstraints, variable } from '../kit/constraint-search.js';
import { all, type Change as ChangeOf, put, say, set } from '../kit/lies.js';
import {
  type ChainState,
  type ChainStory,
  chainInputsOf,
  endedWord,
  honestChain,
} from '../kit/lying-chain.js';
import { edge } from '../kit/lying-inputs.js';
import { sampleRun, sampleStep } from '../kit/sample-run.js';

/** `npm run zk:mutate` has circuits in it that lack a constraint, to see that something here fails */
const folder = process.env['QUITTANCE_CIRCUITS'] ?? new URL('../../circuits/build/', import.meta.url);
const built = (name: string) => readFileSync(new URL(name, folder));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const ids = [1, 2].map((segment) => `workflow-segment-16-${segment}`);

type Change = ChangeOf<ChainStory>;

/** Says another thing than what was hashed in one of the segments, the first or the second; `say` does in both. */
const sayIn =
  (segment: 1 | 2, said: Record<string, bigint | readonly bigint[]>): Change =>
  (story) => {
    Object.assign(story.saidBy[segment - 1]!, said);
  };
const needs =
  (i: number, j: number): Change =>
  (story) => {
    story.dependencyWords[0]! |= edge(i, j);
  };
const free: Change = (story) => {
  story.dependencyWords[0] = 0n;
};
/** The steps ended in another order. */
const swapped =
  (i: number, j: number): Change =>
  ({ seqs }) => {
    [seqs[i], seqs[j]] = [seqs[j]!, seqs[i]!];
  };
/** Says of one pair the opposite of what the sequences say. */
const turned =
  (i: number, j: number): Change =>
  (story) => {
    const { ended } = story;
    story.ended = (a, b) => (a === i && b === j ? !ended(a, b) : ended(a, b));
  };
const bits =
  (more: bigint): Change =>
  (story) => {
    story.dependencyWords[0]! |= more;
  };
/**
 * Three steps whose ends follow one another are said to have ended each before the next, and the last before the first.
 * Each then has one of the others before it, and the sequence in the middle: all scores are right.
 */
const circle =
  (a: number, b: number, c: number): Change =>
  (story) => {
    const middle = (story.seqs[a]! + story.seqs[b]! + story.seqs[c]!) / 3n;
    story.dependencyWords[0] = edge(b, a) | edge(c, b);
    for (const i of [a, b, c]) story.seqs[i] = middle;
    const { ended } = story;
    story.ended = (i, j) => (i === b && j === a) || (i === c && j === b) || ended(i, j);
  };
/** A segment begins with another state than the one before it ended with, and hashes it. */
const beginning =
  (segment: 1 | 2, change: (state: ChainState) => Partial<ChainState>): Change =>
  (story) => {
    story.begins = (of, state) => (of === segment ? { ...state, ...change(state) } : state);
  };
const skip = (i: number): Change =>
  all(
    put('costs', i, 0n),
    put('attempts', i, 0n),
    put('outputs', i, 0n),
    put('completed', i, 0n),
    put('skipped', i, 1n),
  );

/** A group of sixteen with another first member. */
const ids16 = (first: bigint) => [first, ...Array.from({ length: 15 }, (_, i) => 101n + BigInt(i))];
const four = (value: bigint) => Array.from({ length: 8 }, (_, i) => (i < 4 ? value : 0n));

const wasms = ids.map((id) => brotliDecompressSync(built(`${id}.wasm.br`)));
const r1cs = ids.map((id) => brotliDecompressSync(built(`${id}.r1cs.br`)));
let generators: readonly ((inputs: object) => Uint8Array)[];
beforeAll(async () => {
  generators = await Promise.all(wasms.map((wasm) => witnessGenerator(wasm)));
});

/**
 * Why each of the two circuits does not accept the story, and whether the second takes up what the first handed on.
 * @param asked which circuits are asked
 */
function refusals(change: Change, count?: number, asked: readonly number[] = [1, 2]): readonly string[] {
  const story = honestChain(count);
  change(story);
  const given = chainInputsOf(story);
  const found = asked.flatMap((segment) => {
    try {
      generators[segment - 1]!(given[segment - 1]!);
      return [];
    } catch (error) {
      return [`${segment}: ${/template (\w+?)_\d+/.exec(String(error))?.[1] ?? String(error)}`];
    }
  });
  return given[0]!['after'] === given[1]!['before'] ? found : [...found, 'apart'];
}

describe('a chain of two circuits', () => {
  it('is what was compiled, by the hashes it is pinned by', () => {
    const manifest = JSON.parse(built('manifest.json').toString());
    for (const [k, id] of ids.entries())
      expect([id, sha256(r1cs[k]!), sha256(wasms[k]!)]).toEqual([id, manifest[id].r1cs, manifest[id].wasm]);
  });

  describe('accepts', () => {
    const widest = 2n ** 36n - 1n;
    const spent = honestChain().costs.reduce((sum, cost) => sum + cost, 0n);
    it.each<[string, Change]>([
      ['an honest run', all()],
      ['steps of different segments in any order', all(free, swapped(1, 10), swapped(4, 9))],
      [
        'the whole run the other way round',
        all(free, ({ seqs }) => seqs.splice(0, 12, ...seqs.slice(0, 12).reverse())),
      ],
      ['a cost exactly at its ceiling', put('costs', 7, 5_000n)],
      ['a total exactly at the budget', set('maxCost', spent)],
      [
        'the widest figures',
        all(
          ...[7, 8].flatMap((i) => [put('costs', i, widest), put('ceilings', i, widest)]),
          set('maxCost', 2n ** 52n - 1n),
        ),
      ],
      ['a concealed total', say({ concealCost: 1n, totalCost: 0n })],
      ['any context', say({ context: FIELD - 1n })],
      [
        'every edge there can be',
        (story) => {
          story.seqs.splice(0, 12, ...Array.from({ length: 12 }, (_, i) => BigInt(i + 1)));
          story.dependencyWords[0] = edge(12, 0) - 1n;
        },
      ],
    ])('%s', (_, change) => {
      expect(refusals(change)).toEqual([]);
    });

    it('the layout of src/kernel/commitments, which lying-chain wrote out a second time', () => {
      const more = [6, 7, 8, 9].map((seq) => sampleStep(`step_${seq}`, seq, ['step_5', 'step_2']));
      const run = sampleRun({ steps: [...sampleRun().steps, ...more] });
      const task = provingTask(run, commitRun(run), { circuitId: 'workflow-chain-16' });
      if (!task.provable || !('parts' in task)) throw new Error('not in parts');
      const parts = task.parts();
      expect(parts.map(({ circuitId }) => circuitId)).toEqual(ids);
      for (const [k, { inputs }] of parts.entries()) expect(() => generators[k]!(inputs)).not.toThrow();
      expect(parts[0]!.inputs['after']).toBe(parts[1]!.inputs['before']);
    });

    it.each([1, 7, 8, 9, 15, 16])('a run of %i steps', (count) => {
      const change: Change = count > 12 ? set('maxCost', 2n ** 40n) : () => {};
      expect(refusals(change, count)).toEqual([]);
    });
  });

  describe('refuses a prover that lies and hashes its lie consistently when', () => {
    const ordered = (i: number, j: number) => all(free, needs(i, j), swapped(i, j));
    it.each<[string, string, Change]>([
      // the order: within a segment, and across
      ['a step ends before what it needs in its own segment', '2: EndedBefore', swapped(9, 10)],
      ['a step ends before what it needs in another segment', '2: EndedBefore', ordered(8, 0)],
      ['the edge is the last of a segment, at the rim of its word', '1: EndedBefore', ordered(7, 6)],
      ['the edge is the first of a segment, at the rim of its word', '2: EndedBefore', ordered(8, 0)],
      [
        'an edge across segments against the order is said to be with it',
        '2: WorkflowSegment',
        all(ordered(9, 1), turned(9, 1)),
      ],
      [
        'an edge within a segment against the order is said to be with it',
        '2: WorkflowSegment',
        all(ordered(6, 4), turned(6, 4)),
      ],
      ['two ends have one sequence', '2: WorkflowSegment', all(free, put('seqs', 5, 6n))],
      ['two ends across the segments have one sequence', '2: WorkflowSegment', all(free, put('seqs', 9, 6n))],
      ['three steps go round in a circle', '2: WorkflowSegment', circle(4, 5, 6)],
      ['three steps of two segments go round in a circle', '2: WorkflowSegment', circle(7, 8, 9)],
      ['a pair is said to have ended the other way round', '2: WorkflowSegment', all(free, turned(11, 2))],
      ['a sequence is left out', '2: WorkflowSegment', put('seqs', 11, 13n)],
      ['a sequence is wider than its place', '2: Fits', put('seqs', 11, 1024n)],
      ['an unused slot has a dependency', '2: EndedBefore', needs(13, 0)],
      [
        'an unused slot has a place in the order',
        '2: EndedBefore',
        (story) => {
          const { ended } = story;
          story.ended = (i, j) => (i === 13 && j === 0) || ended(i, j);
        },
      ],
      ['a dependency word has bits beyond the triangle', '2: PackedRange', bits(1n << 121n)],
      [
        'what is said of the order is wider than the pairs',
        '1: EndedBefore',
        (story) => sayIn(1, { endedWords: [endedWord(story, 0) + (1n << 40n)] })(story),
      ],

      // what one segment hands on to the next
      ['the running total is another', 'apart', beginning(2, ({ spent }) => ({ spent: spent - 1_000n }))],
      ['the order handed on is another', 'apart', beginning(2, ({ order }) => ({ order: order - 1n }))],
      [
        'the squares handed on are others',
        'apart',
        beginning(2, ({ squares }) => ({ squares: squares + 1n })),
      ],
      ['the running total is not what was committed to', '2: WorkflowSegment', sayIn(2, { spentBefore: 1n })],
      ['the squares are not what was committed to', '2: WorkflowSegment', sayIn(2, { squaresBefore: 1n })],
      ['the order is not what was committed to', '2: WorkflowSegment', sayIn(2, { orderBefore: [1n] })],
      ['the state before is another', '2: WorkflowSegment', sayIn(2, { before: 1n })],
      ['the state after is another', '1: WorkflowSegment', sayIn(1, { after: 1n })],
      [
        'the first segment begins with money spent',
        '1: WorkflowSegment',
        beginning(1, () => ({ spent: -1_000n })),
      ],
      ['the first segment begins with squares', '1: WorkflowSegment', beginning(1, () => ({ squares: 1n }))],
      ['the first segment begins with an order', '1: WorkflowSegment', beginning(1, () => ({ order: 1n }))],
      ['the first segment begins with a state', '1: WorkflowSegment', sayIn(1, { before: 1n })],
      ['the first segment has a salt for no state', '1: WorkflowSegment', sayIn(1, { beforeSalt: 1n })],
      ['the last segment ends with a state', '2: WorkflowSegment', sayIn(2, { after: 1n })],
      ['the last segment has a salt for no state', '2: WorkflowSegment', sayIn(2, { afterSalt: 1n })],
      ['a segment says that it is another', '1: WorkflowSegment', sayIn(1, { segment: 2n })],
      ['the chain is said to have another number of segments', '1: WorkflowSegment', say({ segments: 1n })],

      // each step by itself
      ['a step is above its ceiling', '2: Fits', put('costs', 9, 5_001n)],
      ['a negative cost hides what another step cost', '2: Fits', put('costs', 9, -5_000n)],
      [
        'a cost is wider than its place',
        '1: Fits',
        all(put('costs', 1, 2n ** 36n), put('ceilings', 1, 2n ** 36n), set('maxCost', 2n ** 40n)),
      ],
      ['a ceiling is negative', '1: Fits', put('ceilings', 1, -1n)],
      ['a ceiling is wider than its place', '1: Fits', put('ceilings', 1, 2n ** 37n)],
      ['a step was skipped that must not be', '1: Step', skip(2)],
      ['a permission to skip is neither yes nor no', '1: Step', put('skippable', 2, 2n)],
      ['a step was half skipped', '1: Step', all(put('skipped', 3, 2n), put('completed', 3, -1n))],
      ['a skipped step cost something', '1: Step', put('costs', 3, 1n)],
      ['a skipped step was attempted', '1: Step', put('attempts', 3, 1n)],
      ['a skipped step gave something', '1: Step', put('outputs', 3, 7n)],
      ['a step neither completed nor was skipped', '2: PackedRange', put('completed', 9, 0n)],
      ['a step is said to have failed', '1: Step', all(put('skipped', 2, 1n), put('skippable', 2, 1n))],
      ['a completed step was never attempted', '1: Fits', put('attempts', 2, 0n)],
      ['attempts are wider than their place', '2: Fits', put('attempts', 9, 256n)],
      ['there are fewer steps than said', '2: Fits', set('stepCount', 13n)],
      ['there are more steps than said', '2: Step', set('stepCount', 11n)],
      ['there are no steps', '1: UsedSlots', set('stepCount', 0n)],
      ['there is a step more than slots', '1: UsedSlots', set('stepCount', 17n)],
      ['an unused slot carries an id', '2: Step', put('stepIds', 13, 1n)],
      ['an unused slot carries a ceiling', '2: Step', put('ceilings', 13, 1n)],
      ['an unused slot carries an output', '2: Step', put('outputs', 13, 1n)],
      ['an unused slot carries a detail', '2: Step', put('details', 13, 1n)],
      ['an unused slot carries a cost', '2: Step', all(put('ceilings', 13, 1n), put('costs', 13, 1n))],
      ['an unused slot carries a sequence', '2: Step', put('seqs', 13, 1n)],
      ['an unused slot carries an attempt', '2: Step', put('attempts', 13, 1n)],
      [
        'an unused slot is skipped',
        '2: Step',
        all(put('skipped', 13, 1n), put('skippable', 13, 1n), put('completed', 13, -1n)),
      ],

      // what all of it is about
      ['the plan is another', '1: WorkflowSegment', say({ workflowHash: 1n })],
      ['the salt of the plan is another', '1: WorkflowSegment', say({ planSalt: 1n })],
      ['the budget is another than the plan has', '1: WorkflowSegment', say({ maxCost: 30_000n })],
      ['the results are others', '1: WorkflowSegment', say({ resultsRoot: 1n })],
      ['the results are of another run', '2: WorkflowSegment', say({ executionId: 1n })],
      ['an opened id is none of the plan', '1: OpenedRange', sayIn(1, { idMember: ids16(7n) })],
      ['a ceiling is another than in the plan', '2: PackedRange', sayIn(2, { ceilings: four(6_000n) })],
      ['a cost is another than in the results', '2: PackedRange', sayIn(2, { costs: four(0n) })],
      ['an opened group is another', '2: OpenedRange', sayIn(2, { pairMember: ids16(0n) })],
      ['the groups of the plan are others', '1: WorkflowSegment', sayIn(1, { planNode: [1n, 1n] })],
      ['the groups of the results are others', '2: WorkflowSegment', sayIn(2, { resultNode: [1n, 1n, 1n] })],
      ['the costs are above the budget', '2: Fits', set('maxCost', 5_000n)],
      ['the budget is wider than its place', '2: Fits', set('maxCost', 2n ** 52n)],
      ['the budget is negative', '2: Fits', set('maxCost', -1n)],
      ['the total is another', '2: WorkflowSegment', say({ totalCost: 1n })],
      ['the total is told although concealed', '2: WorkflowSegment', say({ concealCost: 1n })],
      ['the total is not told although not concealed', '2: WorkflowSegment', say({ totalCost: 0n })],
      ['concealing is half done', '2: WorkflowSegment', say({ concealCost: 2n, totalCost: -11_063n })],
      ['the last step was skipped', '2: WorkflowSegment', all(put('skippable', 11, 1n), skip(11))],
      ['the final result is another', '2: WorkflowSegment', say({ finalResultHash: 1n })],
      ['the final salt is another', '2: WorkflowSegment', say({ finalSalt: 1n })],
    ])('%s (by %s)', (_, by, lie) => {
      const asked = by === 'apart' ? [] : [Number(by[0])];
      expect(refusals(lie, undefined, asked)).toContain(by);
    });

    it('the final result of a run that ends in the first segment is another (by 1: WorkflowSegment)', () => {
      expect(refusals(say({ finalResultHash: 1n }), 7)).toEqual(['1: WorkflowSegment']);
    });

    it('what one segment hands on is not what the other takes up, although each accepts what it is given', () => {
      const lie = beginning(2, ({ spent }) => ({ spent: spent - 1_000n }));
      const total = honestChain().costs.reduce((sum, cost) => sum + cost, -1_000n);
      expect(refusals(all(lie, say({ totalCost: total })))).toEqual(['apart']);
    });
  });

  describe.each([0, 1])('the constraints of circuit %i', (k) => {
    it('hold for an honest witness, and leave no wire free', () => {
      const honest = generators[k]!(chainInputsOf(honestChain())[k]!);
      expect(searchConstraints(r1cs[k]!, honest)).toEqual({ broken: 0, free: [] });
    });

    /** The generator puts a one there by itself, so no input shows whether a liar could put something else. */
    it('have one wire that is one wherever scores are summed up', () => {
      const STEP_COUNT = 4;
      const constraints = [...readR1cs(r1cs[k]!).each()];
      const isStepCount = (terms: Terms) => terms.length === 1 && terms[0]![0] === STEP_COUNT;
      const ones = constraints.flatMap(([a, b, c]) =>
        isStepCount(c) ? [a, b].filter((terms) => !isStepCount(terms)) : [],
      );
      expect(ones).toHaveLength(1);
      const [[wire]] = ones[0] as [[number, bigint]];
      const isOne = (terms: Terms) => terms.length === 1 && terms[0]![0] === wire;
      // one word of scores, a sum over the bits of all pairs; beside the line above
      const sums = constraints.flatMap(([a, b]) => (isOne(a) ? [b.length] : isOne(b) ? [a.length] : []));
      expect(sums.sort((a, b) => a - b)).toEqual([1, expect.any(Number)]);
      expect(sums[1]).toBeGreaterThanOrEqual(k === 0 ? 28 : 92);
    });

    it('link each used slot to the one before it, and what is skipped to the leave to skip it', () => {
      const constraints = [...readR1cs(r1cs[k]!).each()].filter(([, , c]) => c.length === 0);
      const bits = new Set(constraints.filter(([a, b]) => sameWires(a, b)).map(([a]) => variable(a)));
      const links = constraints.filter(
        ([a, b]) =>
          !sameWires(a, b) &&
          hasConstant(a) !== hasConstant(b) &&
          bits.has(variable(a)) &&
          bits.has(variable(b)),
      );
      // that the first slot is used is known, so the first link says nothing and is left out; in the second circuit a bit
      // is put in terms of the count, so that one link has constants on both sides
      expect(links).toHaveLength(16 - 2 + 8 - k);
    });

    it('are as many for bits as there are bits', () => {
      const steps = 8 * (36 + 8 + 10 + 36 + 8 + 3);
      const used = 15;
      // of the words at the rims, what belongs to the other segment
      const rims = k === 0 ? 4 * 38 + (252 - 28) : 2 * 38 + 28;
      const pairs = k === 0 ? 28 : 92;
      // the budget, what is left of it, and whether the total is concealed
      const money = k === 0 ? 0 : 2 * 52 + 1;
      expect(countBits(r1cs[k]!)).toBe(steps + used + rims + pairs + money);
    });
  });
});
