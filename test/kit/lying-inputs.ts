import { FIELD } from '../../src/kernel/commitments/field.js';
import { poseidon } from '../../src/kernel/commitments/poseidon.js';
import { treeRoot } from '../../src/kernel/commitments/tree-root.js';

/**
 * Inputs of the circuit as a prover would make them who may say anything and hashes it consistently. The layout
 * is written out a second time, without the checks of src/kernel/commitments, so that nothing but the circuit
 * stands in the way of a lie.
 */
export interface Story {
  readonly stepIds: bigint[];
  readonly ceilings: bigint[];
  readonly skippable: bigint[];
  readonly dependencyWords: bigint[];
  readonly outputs: bigint[];
  readonly details: bigint[];
  readonly costs: bigint[];
  readonly attempts: bigint[];
  readonly seqs: bigint[];
  readonly completed: bigint[];
  readonly skipped: bigint[];
  stepCount: bigint;
  maxCost: bigint;
  /** overwrites of single inputs after everything was hashed */
  readonly said: Record<string, bigint>;
}

const N = 16;
const sized = (tag: bigint) => tag * 65536n + BigInt(N);
export const mod = (value: bigint) => ((value % FIELD) + FIELD) % FIELD;

const filled = (count: number, value: (i: number) => bigint) =>
  Array.from({ length: N }, (_, i) => (i < count ? value(i) : 0n));

/** Bit (i, j) of the lower triangle. */
export const edge = (i: number, j: number): bigint => 1n << BigInt((i * (i - 1)) / 2 + j);

/** Six steps in a chain of which the fourth may be, and is, skipped. */
export function honestStory(): Story {
  const ran = (value: (i: number) => bigint) => filled(6, (i) => (i === 3 ? 0n : value(i)));
  return {
    stepIds: filled(6, (i) => 100n + BigInt(i)),
    ceilings: filled(6, () => 5_000n),
    skippable: filled(6, (i) => (i === 3 ? 1n : 0n)),
    dependencyWords: [edge(1, 0) | edge(2, 1) | edge(3, 2) | edge(4, 3) | edge(5, 4)],
    outputs: ran((i) => 200n + BigInt(i)),
    details: filled(6, (i) => 300n + BigInt(i)),
    costs: ran((i) => 1_000n + BigInt(i)),
    attempts: ran(() => 1n),
    seqs: filled(6, (i) => BigInt(i)),
    completed: ran(() => 1n),
    skipped: filled(6, (i) => (i === 3 ? 1n : 0n)),
    stepCount: 6n,
    maxCost: 20_000n,
    said: {},
  };
}

/** Sums instead of bits: a number that is too wide spills, as a liar's would. */
export function packed(values: readonly bigint[], bits: number): bigint[] {
  const perWord = Math.floor(252 / bits);
  const words: bigint[] = new Array<bigint>(Math.ceil(values.length / perWord)).fill(0n);
  values.forEach((value, i) => {
    const word = Math.floor(i / perWord);
    words[word] = mod(words[word]! + (value << BigInt(bits * (i % perWord))));
  });
  return words;
}

/** What is kept of each step in one number, as Step packs it. */
export const metasOf = ({ costs, attempts, seqs, completed, skipped }: Story): bigint[] =>
  costs.map(
    (cost, i) =>
      cost + (attempts[i]! << 36n) + (seqs[i]! << 44n) + (completed[i]! << 54n) + (skipped[i]! << 55n),
  );

export function inputsOf(story: Story): Record<string, string | string[]> {
  const { stepCount, maxCost, outputs, details, said } = story;
  const [planSalt, finalSalt, executionId, context] = [11n, 12n, 13n, 14n];
  const terms = story.ceilings.map((ceiling, i) => ceiling + (story.skippable[i]! << 37n));
  const planTree = treeRoot([...story.stepIds, ...packed(terms, 38), ...story.dependencyWords]);
  const workflowHash = poseidon([sized(0x504c414en), mod(stepCount), mod(maxCost), planTree, planSalt]);
  const metas = metasOf(story);
  const pairs = outputs.flatMap((output, i) => [output, details[i]!]);
  const tree = treeRoot([...pairs, ...packed(metas, 56)]);
  const last = outputs[Number(stepCount) - 1] ?? 0n;
  const values: Record<string, bigint | readonly bigint[]> = {
    workflowHash,
    resultsRoot: poseidon([sized(0x524f4f54n), workflowHash, executionId, mod(stepCount), tree]),
    finalResultHash: poseidon([0x46494e4cn, last, finalSalt]),
    stepCount,
    totalCost: story.costs.reduce((sum, cost) => sum + cost, 0n),
    maxCost,
    executionId,
    context,
    concealCost: 0n,
    planSalt,
    finalSalt,
    stepIds: story.stepIds,
    ceilings: story.ceilings,
    skippable: story.skippable,
    dependencyWords: story.dependencyWords,
    outputs,
    details,
    costs: story.costs,
    attempts: story.attempts,
    seqs: story.seqs,
    skipped: story.skipped,
    ...said,
  };
  const text = (value: bigint | readonly bigint[]): string | string[] =>
    typeof value === 'bigint' ? mod(value).toString() : value.map((each) => mod(each).toString());
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
}
