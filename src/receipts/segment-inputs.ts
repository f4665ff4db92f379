import { FIELD, packWords, WORD_BITS } from '../kernel/commitments/field.js';
import {
  META_BITS,
  SEQ_BITS,
  segmentCircuit,
  segmentsFor,
  TERMS_BITS,
} from '../kernel/commitments/layout.js';
import { planElements } from '../kernel/commitments/plan-commitment.js';
import { ARITY, poseidon } from '../kernel/commitments/poseidon.js';
import { resultElements } from '../kernel/commitments/results-root.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { STATE_TAG, sized } from '../kernel/commitments/tags.js';
import { groupHashes, groupsOf, treeRoot } from '../kernel/commitments/tree-root.js';
import type { CircuitInputs } from '../ports/prover.js';
import type { RunCommitments } from './run-commitments.js';

/** A chain's own name; its circuits are those of its segments. */
export const chainOf = (slots: number): string => `workflow-chain-${slots}`;
export const CHAIN_VERSION = '1';

/** What one circuit of a chain is given. */
export interface PartOfChain {
  readonly circuitId: string;
  readonly inputs: CircuitInputs;
}

/** What is known when a segment begins, see circuits/workflow-segment. */
interface State {
  readonly spent: bigint;
  readonly squares: bigint;
  /** of every slot, how many steps are known to have ended before its own, less its sequence */
  readonly order: readonly bigint[];
}

/** @param stated the public inputs that all segments share @param secret of the run, for the salts of the states */
export function partsOfChain(
  made: RunCommitments,
  stated: CircuitInputs,
  secret: Uint8Array,
): readonly PartOfChain[] {
  const { slots } = made;
  const segments = segmentsFor(slots);
  if (segments === undefined) throw new RangeError(`there is no chain for ${slots} slots`);
  const trees = {
    plan: openedTree(planElements(made.planWords)),
    results: openedTree(resultElements(made.resultWords)),
  };
  const size = slots / segments;
  const parts: PartOfChain[] = [];
  let state: State = { spent: 0n, squares: 0n, order: new Array<bigint>(slots).fill(0n) };
  for (let k = 0; k < segments; k++) {
    const steps = { from: k * size, to: (k + 1) * size };
    const next = stateAfter(made, state, steps);
    // the first segment begins with nothing, and the last one hands nothing on
    const salt = (at: number) => (at === 0 || at === segments ? 0n : saltFor(secret, `segment/${at}`));
    const commitment = (of: State, at: number) =>
      at === 0 || at === segments ? 0n : stateCommitment(made, of, at, salt(at));
    const inputs: CircuitInputs = {
      ...stated,
      segment: String(k + 1),
      segments: String(segments),
      before: String(commitment(state, k)),
      after: String(commitment(next, k + 1)),
      planSalt: made.plan.salt,
      finalSalt: made.finalSalt,
      beforeSalt: String(salt(k)),
      afterSalt: String(salt(k + 1)),
      ...membersOf(slots, trees, steps),
      ...stepInputs(made, steps),
      spentBefore: String(state.spent),
      squaresBefore: String(state.squares),
      orderBefore: orderWords(state.order).map(String),
    };
    parts.push({ circuitId: segmentCircuit(slots, k + 1), inputs });
    state = next;
  }
  return parts;
}

/** Steps of a plan by their places, `to` not among them. */
interface Range {
  readonly from: number;
  readonly to: number;
}

interface OpenedTree {
  readonly nodes: readonly string[];
  /** the elements of all groups that `range` touches */
  members(range: Range): readonly string[];
}

function openedTree(elements: readonly bigint[]): OpenedTree {
  const down = (at: number) => Math.floor(at / ARITY) * ARITY;
  return {
    nodes: groupHashes(groupsOf(elements)).map(String),
    members: ({ from, to }) => elements.slice(down(from), down(to - 1) + ARITY).map(String),
  };
}

/** The groups of both trees in which these steps are, and their neighbours with them. */
function membersOf(
  slots: number,
  { plan, results }: { readonly plan: OpenedTree; readonly results: OpenedTree },
  { from, to }: Range,
): CircuitInputs {
  const perTerm = Math.floor(WORD_BITS / TERMS_BITS);
  const perMeta = Math.floor(WORD_BITS / META_BITS);
  const dependencies = slots + Math.ceil(slots / perTerm);
  const words = (start: number, perWord: number, range: Range): Range => ({
    from: start + Math.floor(range.from / perWord),
    to: start + Math.floor((range.to - 1) / perWord) + 1,
  });
  const bits = { from: triangle(from), to: triangle(to) };
  return {
    planNode: plan.nodes,
    idMember: plan.members({ from, to }),
    termMember: plan.members(words(slots, perTerm, { from, to })),
    dependencyMember: plan.members(words(dependencies, WORD_BITS, bits)),
    resultNode: results.nodes,
    pairMember: results.members({ from: 2 * from, to: 2 * to }),
    metaMember: results.members(words(2 * slots, perMeta, { from, to })),
  };
}

/** How many pairs of steps there are before this row of the triangle. */
const triangle = (row: number): number => (row * (row - 1)) / 2;

function stepInputs({ planWords, resultWords }: RunCommitments, { from, to }: Range): CircuitInputs {
  const texts = (values: readonly bigint[]) => values.slice(from, to).map(String);
  const stepCount = Number(planWords.stepCount);
  const { seqs } = resultWords;
  const ended: bigint[] = [];
  for (let i = from; i < to; i++)
    for (let j = 0; j < i; j++) ended.push(i < stepCount && seqs[j]! < seqs[i]! ? 1n : 0n);
  return {
    ceilings: texts(planWords.ceilings),
    skippable: texts(planWords.skippable),
    costs: texts(resultWords.costs),
    attempts: texts(resultWords.attempts),
    seqs: texts(resultWords.seqs),
    // of the circuit's two ways to end, skipped is the second bit
    skipped: texts(resultWords.outcomes.map((outcome) => outcome >> 1n)),
    endedWords: packWords(ended, 1).map(String),
  };
}

/** Each pair of a step of this segment and one before it is counted for the one that ended later. */
function stateAfter({ planWords, resultWords }: RunCommitments, before: State, { from, to }: Range): State {
  const { costs, seqs } = resultWords;
  const stepCount = Number(planWords.stepCount);
  const order = [...before.order];
  let { spent, squares } = before;
  for (let i = from; i < Math.min(to, stepCount); i++) {
    spent += costs[i]!;
    squares += seqs[i]! * seqs[i]!;
    order[i] = order[i]! + 1n - seqs[i]!;
    for (let j = 0; j < i; j++) {
      const later = seqs[j]! < seqs[i]! ? i : j;
      order[later] = order[later]! + 1n;
    }
  }
  return { spent, squares, order };
}

/** Ten bits apart, and sums instead of bits, since a number may be negative. */
function orderWords(order: readonly bigint[]): bigint[] {
  const perWord = Math.floor(WORD_BITS / SEQ_BITS);
  const words = new Array<bigint>(Math.ceil(order.length / perWord)).fill(0n);
  order.forEach((value, i) => {
    words[Math.floor(i / perWord)]! += value << BigInt(SEQ_BITS * (i % perWord));
  });
  return words.map((word) => ((word % FIELD) + FIELD) % FIELD);
}

const stateCommitment = (made: RunCommitments, state: State, segment: number, salt: bigint): bigint =>
  poseidon([
    sized(STATE_TAG, made.slots),
    BigInt(made.resultsRoot),
    BigInt(segment),
    state.spent,
    state.squares,
    treeRoot(orderWords(state.order)),
    salt,
  ]);
