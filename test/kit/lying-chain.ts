import { poseidon } from '../../src/kernel/commitments/poseidon.js';
import { groupsOf, treeRoot } from '../../src/kernel/commitments/tree-root.js';
import { edge, metasOf, mod, packed, type Story } from './lying-inputs.js';

/**
 * Inputs of the two circuits of a chain of sixteen slots, as a prover would make them who may say anything and hashes
 * it consistently: what one segment hands on, the other takes up. The layout is written out a second time, so that
 * nothing but the circuits stands in the way of a lie.
 */
export interface ChainStory extends Story {
  /** for each pair of steps, at the place of its edge, whether the first ended after the second */
  ended: (i: number, j: number) => boolean;
  /** what a segment says it begins with, instead of what the one before ended with */
  begins(segment: number, state: ChainState): ChainState;
  /** overwrites of single inputs of one segment after everything was hashed */
  readonly saidBy: readonly [Record<string, Said>, Record<string, Said>];
}

type Said = bigint | readonly bigint[];

export interface ChainState {
  readonly spent: bigint;
  readonly squares: bigint;
  /** packed: of each step how many ended before it, less its sequence */
  readonly order: bigint;
}

const N = 16;
const S = 8;
const STEPS = 12;
const sized = (tag: bigint) => tag * 65536n + BigInt(N);
const filled = (count: number, value: (i: number) => bigint) =>
  Array.from({ length: N }, (_, i) => (i < count ? value(i) : 0n));

/** Steps in a chain with some edges across the segments; the fourth was skipped, and the sixth ended before the fifth. */
export function honestChain(count = STEPS): ChainStory {
  const ran = (value: (i: number) => bigint) => filled(count, (i) => (i === 3 ? 0n : value(i)));
  const seqs = filled(count, (i) => BigInt([1, 2, 3, 4, 6, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16][i]!));
  const edges: readonly (readonly [number, number])[] = [
    ...[1, 2, 3, 4].map((i) => [i, i - 1] as const),
    [5, 3],
    ...[6, 7, 8, 9, 10, 11].map((i) => [i, i - 1] as const),
    [9, 2],
    [11, 0],
  ];
  const story: ChainStory = {
    stepIds: filled(count, (i) => 100n + BigInt(i)),
    ceilings: filled(count, () => 5_000n),
    skippable: filled(count, (i) => (i === 3 ? 1n : 0n)),
    dependencyWords: [edges.filter(([i]) => i < count).reduce((bits, [i, j]) => bits | edge(i, j), 0n)],
    outputs: ran((i) => 200n + BigInt(i)),
    details: filled(count, (i) => 300n + BigInt(i)),
    costs: ran((i) => 1_000n + BigInt(i)),
    attempts: ran(() => 1n),
    seqs,
    completed: ran(() => 1n),
    skipped: filled(count, (i) => (i === 3 ? 1n : 0n)),
    stepCount: BigInt(count),
    maxCost: 20_000n,
    said: {},
    ended: (i, j) => BigInt(i) < story.stepCount && story.seqs[j]! < story.seqs[i]!,
    begins: (_, state) => state,
    saidBy: [{}, {}],
  };
  return story;
}

/** @returns what each of the two circuits is given */
export function chainInputsOf(story: ChainStory): readonly Record<string, string | string[]>[] {
  const { stepCount, maxCost, outputs, details, said } = story;
  const [planSalt, finalSalt, executionId, context] = [11n, 12n, 13n, 14n];
  const terms = story.ceilings.map((ceiling, i) => ceiling + (story.skippable[i]! << 37n));
  const plan = [...story.stepIds, ...packed(terms, 38), ...story.dependencyWords];
  const planNode = groupsOf(plan).map(poseidon);
  const workflowHash = poseidon([
    sized(0x504c414en),
    mod(stepCount),
    mod(maxCost),
    treeRoot(planNode),
    planSalt,
  ]);
  const metas = metasOf(story);
  const pairs = outputs.flatMap((output, i) => [output, details[i]!]);
  const resultNode = groupsOf([...pairs, ...packed(metas, 56)]).map(poseidon);
  const tree = treeRoot(resultNode);
  const resultsRoot = poseidon([sized(0x524f4f54n), workflowHash, executionId, mod(stepCount), tree]);
  const last = outputs[Number(stepCount) - 1] ?? 0n;
  const shared: Record<string, Said> = {
    workflowHash,
    resultsRoot,
    finalResultHash: poseidon([0x46494e4cn, last, finalSalt]),
    stepCount,
    totalCost: story.costs.reduce((sum, cost) => sum + cost, 0n),
    maxCost,
    executionId,
    context,
    concealCost: 0n,
    segments: 2n,
    planSalt,
    finalSalt,
    planNode,
    // three words of terms and one of dependencies, which is the only other group
    termMember: plan.slice(16),
    dependencyMember: plan.slice(16),
    idMember: story.stepIds,
    resultNode,
    metaMember: packed(metas, 56),
  };
  let state: ChainState = { spent: 0n, squares: 0n, order: 0n };
  return [0, 1].map((k) => {
    const begins = story.begins(k + 1, state);
    const ends = stateAfter(story, begins, k);
    const salts = [0n, 77n, 0n];
    const committed = (of: ChainState, at: number) =>
      at === 1 ? stateHash(resultsRoot, of, salts[at]!) : 0n;
    const values: Record<string, Said> = {
      ...shared,
      segment: BigInt(k + 1),
      before: committed(begins, k),
      after: committed(ends, k + 1),
      beforeSalt: salts[k]!,
      afterSalt: salts[k + 1]!,
      pairMember: pairs.slice(2 * S * k, 2 * S * (k + 1)),
      ...Object.fromEntries(
        (['ceilings', 'skippable', 'costs', 'attempts', 'seqs', 'skipped'] as const).map((name) => [
          name,
          story[name].slice(S * k, S * (k + 1)),
        ]),
      ),
      endedWords: [endedWord(story, k)],
      spentBefore: begins.spent,
      squaresBefore: begins.squares,
      orderBefore: [begins.order],
      ...said,
      ...story.saidBy[k],
    };
    state = ends;
    const text = (value: Said): string | string[] =>
      typeof value === 'bigint' ? mod(value).toString() : value.map((each) => mod(each).toString());
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
  });
}

const rows = (k: number) => Array.from({ length: S }, (_, r) => S * k + r);

export function endedWord({ ended }: ChainStory, k: number): bigint {
  let [word, at] = [0n, 0n];
  for (const i of rows(k)) for (let j = 0; j < i; j++, at++) if (ended(i, j)) word |= 1n << at;
  return word;
}

/** As the circuit adds up, whatever is true. */
function stateAfter(story: ChainStory, before: ChainState, k: number): ChainState {
  const { costs, seqs, stepCount, ended } = story;
  let { spent, squares, order } = before;
  const gain = (i: number, by: bigint) => {
    order += by << BigInt(10 * i);
  };
  for (const i of rows(k)) {
    const used = BigInt(i) < stepCount ? 1n : 0n;
    spent += costs[i]!;
    squares += seqs[i]! * seqs[i]!;
    gain(i, used - seqs[i]!);
    for (let j = 0; j < i; j++) {
      const bit = ended(i, j) ? 1n : 0n;
      gain(i, bit);
      gain(j, used - bit);
    }
  }
  return { spent: mod(spent), squares: mod(squares), order: mod(order) };
}

export const stateHash = (resultsRoot: bigint, { spent, squares, order }: ChainState, salt: bigint): bigint =>
  poseidon([sized(0x53544154n), resultsRoot, 1n, mod(spent), mod(squares), mod(order), salt]);
