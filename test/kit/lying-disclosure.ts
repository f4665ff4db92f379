import { FIELD } from '../../src/kernel/commitments/field.js';
import { poseidon } from '../../src/kernel/commitments/poseidon.js';

/**
 * Inputs of the circuit that discloses one step, as a prover would make them who may say anything and hashes it
 * consistently. The layout is written out a second time, so that nothing but the circuit stands in the way of a lie.
 */
export interface DisclosedStory {
  readonly stepIds: bigint[];
  readonly outputs: bigint[];
  readonly inputs: bigint[];
  readonly evidences: bigint[];
  readonly details: bigint[];
  readonly costs: bigint[];
  readonly attempts: bigint[];
  readonly seqs: bigint[];
  readonly outcomes: bigint[];
  /** the step that is disclosed */
  index: number;
  /** bits: input, output, cost, evidence */
  shown: bigint;
  /** what the prover puts for the hash of an opened group */
  node(hash: bigint): bigint;
  /** the plan the results are said to be of; the one that is hashed, when absent */
  plan?: bigint;
  /** overwrites of single inputs after everything was hashed */
  readonly said: Record<string, bigint | readonly bigint[]>;
}

const N = 16;
const LANES = 4;
const sized = (tag: bigint) => tag * 65536n + BigInt(N);
export const mod = (value: bigint) => ((value % FIELD) + FIELD) % FIELD;
const SALT = 17n;
export const detailOf = (input: bigint, evidence: bigint): bigint =>
  poseidon([0x4445544cn, input, evidence, SALT]);

const filled = (value: (i: number) => bigint) => Array.from({ length: N }, (_, i) => (i < 6 ? value(i) : 0n));

/** Six steps, one of each outcome among them. */
export function honestDisclosure(): DisclosedStory {
  const inputs = filled((i) => 400n + BigInt(i));
  const evidences = filled((i) => 500n + BigInt(i));
  return {
    stepIds: filled((i) => 100n + BigInt(i)),
    outputs: filled((i) => 200n + BigInt(i)),
    inputs,
    evidences,
    details: filled((i) => detailOf(inputs[i]!, evidences[i]!)),
    costs: filled((i) => 1_000n + BigInt(i)),
    attempts: filled(() => 1n),
    seqs: filled((i) => 10n + BigInt(i)),
    outcomes: filled((i) => [1n, 1n, 1n, 2n, 3n, 0n][i]!),
    index: 1,
    shown: 15n,
    node: (hash) => hash,
    said: {},
  };
}

export function disclosureInputsOf(story: DisclosedStory): Record<string, string | string[]> {
  const { index, outputs, details, said, shown } = story;
  const [planSalt, maxCost, executionId, stepCount] = [11n, 20_000n, 13n, 6n];
  const metas = story.costs.map(
    (cost, i) => cost + (story.attempts[i]! << 36n) + (story.seqs[i]! << 44n) + (story.outcomes[i]! << 54n),
  );
  const words = [0, 1, 2, 3].map((w) =>
    mod([0, 1, 2, 3].reduce((sum, l) => sum + (metas[LANES * w + l]! << BigInt(56 * l)), 0n)),
  );
  // the plan's packed words are of no concern here: the circuit hashes the nodes above them
  const planNode = [story.node(poseidon(story.stepIds.map(mod))), 999n];
  const pairs = outputs.flatMap((output, i) => [mod(output), mod(details[i]!)]);
  const opened = index < 8 ? 0 : 1;
  const pairNodes = [pairs.slice(0, 16), pairs.slice(16)].map((group) => poseidon(group));
  const resultNode = [
    ...pairNodes.map((hash, g) => (g === opened ? story.node(hash) : hash)),
    story.node(poseidon(words)),
  ];
  const made = poseidon([sized(0x504c414en), stepCount, maxCost, poseidon(planNode), planSalt]);
  const workflowHash = story.plan ?? made;
  const bit = (place: bigint, value: bigint) => ((shown >> place) & 1n) * value;
  const lane = Math.floor(index / LANES) * LANES;
  const values: Record<string, bigint | readonly bigint[]> = {
    workflowHash,
    resultsRoot: poseidon([sized(0x524f4f54n), workflowHash, executionId, stepCount, poseidon(resultNode)]),
    executionId,
    stepCount,
    context: 14n,
    step: story.stepIds[index]!,
    outcome: story.outcomes[index]!,
    shown,
    shownInput: bit(0n, story.inputs[index]!),
    shownOutput: bit(1n, outputs[index]!),
    shownCost: bit(2n, story.costs[index]!),
    shownEvidence: bit(3n, story.evidences[index]!),
    at: Array.from({ length: N }, (_, i) => (i === index ? 1n : 0n)),
    planSalt,
    maxCost,
    planNode,
    idMember: story.stepIds,
    resultNode,
    pairMember: pairs.slice(16 * opened, 16 * opened + 16),
    metaMember: words,
    lane: metas.slice(lane, lane + LANES),
    inputCommitment: story.inputs[index]!,
    evidenceHash: story.evidences[index]!,
    detailSalt: SALT,
    cost: story.costs[index]!,
    attempt: story.attempts[index]!,
    seq: story.seqs[index]!,
    ...said,
  };
  const text = (value: bigint | readonly bigint[]): string | string[] =>
    typeof value === 'bigint' ? mod(value).toString() : value.map((each) => mod(each).toString());
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
}
