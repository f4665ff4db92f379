import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sourceHash } from '../../circuits/source-hash.mjs';
import { readR1cs } from '../../src/adapters/snarkjs/child/r1cs.mjs';
import { witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { countBits, hasConstant, sameWires, searchConstraints, variable } from '../kit/constraint-search.js';
import { all, type Change, put, say, set } from '../kit/lies.js';
import { edge, honestStory, inputsOf, type Story } from '../kit/lying-inputs.js';
import { wholeTask } from '../kit/real-proof.js';
import { sampleRun, sampleStep } from '../kit/sample-run.js';

/** `npm run zk:mutate` has circuits in it that lack a constraint, to see that something here fails */
const folder = process.env['QUITTANCE_CIRCUITS'] ?? new URL('../../circuits/build/', import.meta.url);
const built = (name: string) => readFileSync(new URL(name, folder));
const manifest = JSON.parse(built('manifest.json').toString());
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the circuits that are compiled on first use', () => {
  it('are pinned with the sources they were compiled from', () => {
    const entries = Object.values<{ source: string; sourceHash: string }>(manifest);
    expect(entries.map(({ source }) => sourceHash(source))).toEqual(
      entries.map(({ sourceHash: hash }) => hash),
    );
  });
});

const dependency =
  (bits: bigint): Change =>
  (story) => {
    story.dependencyWords[0]! |= bits;
  };
const skip = (i: number): Change =>
  all(
    put('costs', i, 0n),
    put('attempts', i, 0n),
    put('outputs', i, 0n),
    put('completed', i, 0n),
    put('skipped', i, 1n),
  );

const LISTS = [
  'stepIds',
  'ceilings',
  'skippable',
  'outputs',
  'details',
  'costs',
  'attempts',
  'seqs',
  'completed',
  'skipped',
] as const;
const only =
  (count: number): Change =>
  (story) => {
    for (const list of LISTS) story[list].fill(0n, count);
    story.stepCount = BigInt(count);
    story.dependencyWords[0] = 0n;
  };
const full =
  (slots: number): Change =>
  (story) => {
    for (const list of LISTS) story[list].fill(story[list][0]!, 6, slots);
    for (let i = 0; i < slots; i++) story.seqs[i] = BigInt(i);
    story.stepCount = BigInt(slots);
  };
/** What a smaller circuit does not look at, and the commitment of sixteen slots has all the same. */
const HIDDEN: readonly [string, string, Change][] = [
  ['the plan hides a step beyond its slots', 'WorkflowReceipt', put('stepIds', 9, 1n)],
  ['the plan hides a ceiling beyond its slots', 'WorkflowReceipt', put('ceilings', 9, 1n)],
  ['the results hide an output beyond its slots', 'WorkflowReceipt', put('outputs', 9, 1n)],
  ['the results hide a cost beyond its slots', 'WorkflowReceipt', put('costs', 9, 1n)],
];
/** Lists as long as the slots of the circuit; the words of dependencies are one for both. */
const narrowed = (inputs: ReturnType<typeof inputsOf>, slots: number) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.slice(0, slots) : value,
    ]),
  );

describe.each([8, 16])('the circuit of %i slots', (slots) => {
  const id = `workflow-receipt-${slots}`;
  const wasm = brotliDecompressSync(built(`${id}.wasm.br`));
  const r1cs = brotliDecompressSync(built(`${id}.r1cs.br`));
  const given = (story: Story) => narrowed(inputsOf(story), slots);
  let generate: (inputs: object) => Uint8Array;
  beforeAll(async () => {
    generate = await witnessGenerator(wasm);
  });
  const tell = (change: Change) => {
    const story = honestStory();
    change(story);
    return () => generate(given(story));
  };

  it('is what was compiled, by the hashes it is pinned by', () => {
    const { r1cs: constraints, wasm: generator } = manifest[id];
    expect({ r1cs: sha256(r1cs), wasm: sha256(wasm) }).toEqual({ r1cs: constraints, wasm: generator });
  });

  describe('accepts', () => {
    const spent = honestStory().costs.reduce((sum, cost) => sum + cost, 0n);
    const widest = 2n ** 36n - 1n;
    it.each<[string, Change]>([
      ['an honest run', all()],
      [
        'independent steps in any order',
        all(put('dependencyWords', 0, 0n), put('seqs', 0, 9n), put('seqs', 1, 2n)),
      ],
      ['a cost exactly at its ceiling', put('costs', 0, 5_000n)],
      ['a total exactly at the budget', set('maxCost', spent)],
      [
        'the widest figures',
        all(put('costs', 0, widest), put('ceilings', 0, widest), set('maxCost', 2n ** 52n - 1n)),
      ],
      ['the largest sequence', put('seqs', 5, 1023n)],
      [
        'a skippable step that was done',
        all(put('skipped', 3, 0n), put('completed', 3, 1n), put('attempts', 3, 1n)),
      ],
      ['a concealed total', say({ concealCost: 1n, totalCost: 0n })],
      ['any context', say({ context: FIELD - 1n })],
      ['a run of one step', only(1)],
      ['a run that fills every slot', full(slots)],
    ])('%s', (_, change) => {
      expect(tell(change)).not.toThrow();
    });

    it('the layout of src/kernel/commitments, which lying-inputs wrote out a second time', () => {
      const more = [6, 7, 8, 9].map((seq) => sampleStep(`step_${seq}`, seq, ['step_5']));
      const run = sampleRun(slots === 16 ? { steps: [...sampleRun().steps, ...more] } : {});
      const { inputs } = wholeTask(provingTask(run, commitRun(run)));
      expect(() => generate(inputs)).not.toThrow();
    });
  });

  describe('refuses a prover that lies and hashes its lie consistently when', () => {
    // what refuses it is named as well: a lie that is caught by chance elsewhere is not caught
    it.each<[string, string, Change]>([
      ['a step is above its ceiling', 'Fits', put('costs', 1, 5_001n)],
      ['a negative cost hides what another step cost', 'Fits', put('costs', 1, -5_000n)],
      [
        'a cost is wider than its place',
        'Fits',
        all(put('costs', 1, 2n ** 36n), put('ceilings', 1, 2n ** 36n), set('maxCost', 2n ** 40n)),
      ],
      ['a ceiling is negative', 'Fits', put('ceilings', 1, -1n)],
      ['a ceiling is wider than its place', 'Fits', put('ceilings', 1, 2n ** 37n)],
      ['the costs are above the budget', 'Fits', set('maxCost', 5_000n)],
      ['the budget is wider than its place', 'Fits', set('maxCost', 2n ** 52n)],
      ['the budget is negative', 'Fits', set('maxCost', -1n)],
      ['the total is another', 'WorkflowReceipt', say({ totalCost: 1n })],
      ['the total is told although concealed', 'WorkflowReceipt', say({ concealCost: 1n })],
      ['the total is not told although not concealed', 'WorkflowReceipt', say({ totalCost: 0n })],
      ['concealing is half done', 'WorkflowReceipt', say({ concealCost: 2n, totalCost: -5_012n })],
      ['a step ends before what it needs', 'Fits', all(put('seqs', 1, 2n), put('seqs', 2, 1n))],
      ['a step ends at once with what it needs', 'Fits', put('seqs', 2, 1n)],
      ['a sequence is wider than its place', 'Fits', put('seqs', 5, 1024n)],
      ['a dependency is left out', 'WorkflowReceipt', say({ dependencyWords: 1n })],
      ['a dependency word has bits beyond the triangle', 'DependencyOrder', dependency(1n << 121n)],
      ['an unused slot has a dependency', 'DependencyOrder', dependency(edge(7, 0))],
      ['a step was skipped that must not be', 'Step', skip(2)],
      ['the last step was skipped', 'WorkflowReceipt', all(put('skippable', 5, 1n), skip(5))],
      ['a permission to skip is neither yes nor no', 'Step', put('skippable', 2, 2n)],
      ['a step was half skipped', 'Step', all(put('skipped', 3, 2n), put('completed', 3, -1n))],
      ['a skipped step cost something', 'Step', put('costs', 3, 1n)],
      ['a skipped step was attempted', 'Step', put('attempts', 3, 1n)],
      ['a skipped step gave something', 'Step', put('outputs', 3, 7n)],
      ['a step neither completed nor was skipped', 'WorkflowReceipt', put('completed', 2, 0n)],
      ['a step is said to have failed', 'Step', all(put('skipped', 2, 1n), put('skippable', 2, 1n))],
      ['a completed step was never attempted', 'Fits', put('attempts', 2, 0n)],
      ['attempts are wider than their place', 'Fits', put('attempts', 2, 256n)],
      ['there are fewer steps than said', 'Fits', set('stepCount', 7n)],
      ['there are more steps than said', 'Step', set('stepCount', 5n)],
      ['there are no steps', 'UsedSlots', only(0)],
      ['there is a step more than slots', 'UsedSlots', all(full(slots), set('stepCount', BigInt(slots + 1)))],
      ...HIDDEN.filter(() => slots < 16),
      ['an unused slot carries an id', 'Step', put('stepIds', 7, 1n)],
      ['an unused slot carries a ceiling', 'Step', put('ceilings', 7, 1n)],
      ['an unused slot carries an output', 'Step', put('outputs', 7, 1n)],
      ['an unused slot carries a detail', 'Step', put('details', 7, 1n)],
      ['an unused slot carries a cost', 'Step', all(put('ceilings', 7, 1n), put('costs', 7, 1n))],
      ['an unused slot carries a sequence', 'Step', put('seqs', 7, 1n)],
      ['an unused slot carries an attempt', 'Step', put('attempts', 7, 1n)],
      [
        'an unused slot is skipped',
        'Step',
        all(put('skipped', 7, 1n), put('skippable', 7, 1n), put('completed', 7, -1n)),
      ],
      ['the plan is another', 'WorkflowReceipt', say({ workflowHash: 1n })],
      ['the results are others', 'WorkflowReceipt', say({ resultsRoot: 1n })],
      ['the results are of another run', 'WorkflowReceipt', say({ executionId: 1n })],
      ['the final result is another', 'WorkflowReceipt', say({ finalResultHash: 1n })],
      ['the final salt is another', 'WorkflowReceipt', say({ finalSalt: 1n })],
      ['the salt of the plan is another', 'WorkflowReceipt', say({ planSalt: 1n })],
      ['the budget is another than the plan has', 'WorkflowReceipt', say({ maxCost: 30_000n })],
    ])('%s (by %s)', (_, template, lie) => {
      expect(tell(lie)).toThrow(new RegExp(`constraint does not hold \\([^)]*template ${template}_`));
    });
  });

  describe('its constraints', () => {
    it('hold for an honest witness, and leave no wire free', () => {
      const searched = searchConstraints(r1cs, generate(given(honestStory())));
      expect(searched).toEqual({ broken: 0, free: [] });
    });

    it('are as many for bits as there are bits', () => {
      const ranges = slots * (36 + 8 + 10 + 36 + 8) + 2 * 52;
      const pairs = (slots * (slots - 1)) / 2;
      // a dependency and the gap of its sequences; the first slot is always used, and whether the cost is concealed
      const bits = ranges + pairs * (1 + 10) + (slots - 1) + 3 * slots + 1;
      expect(countBits(r1cs)).toBe(bits);
    });

    /**
     * The same for the order of slots: a used slot follows a used one, used[i + 1] · (1 − used[i]) = 0. That the first
     * is used is known, so the first of these says nothing and is left out. A used slot is a sum of wires and a bit.
     */
    it('link each used slot to the one before it', () => {
      const constraints = [...readR1cs(r1cs).each()].filter(([, , c]) => c.length === 0);
      const sums = new Set(
        constraints
          .filter(([a, b]) => sameWires(a, b) && a.filter(([wire]) => wire > 0).length > 1)
          .map(([a]) => variable(a)),
      );
      const links = constraints
        .filter(([a, b]) => !sameWires(a, b) && sums.has(variable(a)) && sums.has(variable(b)))
        .map(([a, b]) => (hasConstant(a) ? [variable(a), variable(b)] : [variable(b), variable(a)]));
      expect(links).toHaveLength(slots - 2);
      const followed = new Set(links.map(([before]) => before));
      const follows = new Set(links.map(([, after]) => after));
      expect([followed.size, follows.size, new Set([...followed, ...follows]).size]).toEqual([
        slots - 2,
        slots - 2,
        slots - 1,
      ]);
    });
  });
});
