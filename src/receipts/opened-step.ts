import { WORD_BITS } from '../kernel/commitments/field.js';
import { META_BITS } from '../kernel/commitments/layout.js';
import { planElements } from '../kernel/commitments/plan-commitment.js';
import { ARITY } from '../kernel/commitments/poseidon.js';
import { resultElements, resultMetas } from '../kernel/commitments/results-root.js';
import { groupHashes, groupsOf } from '../kernel/commitments/tree-root.js';
import type { RunCommitments } from './run-commitments.js';

/** packed numbers in a word of the results' tree */
const LANES = Math.floor(WORD_BITS / META_BITS);

/** Where a step stands in the trees of its run: the groups it is in, and the hashes of all groups. */
export interface OpenedStep {
  readonly plan: { readonly nodes: readonly bigint[]; readonly ids: readonly bigint[] };
  readonly results: {
    readonly nodes: readonly bigint[];
    /** outputs and details of eight steps, side by side */
    readonly pairs: readonly bigint[];
    /** words of packed numbers */
    readonly metas: readonly bigint[];
    /** the numbers in the word of the step */
    readonly lanes: readonly bigint[];
  };
}

export function openedStep(made: Pick<RunCommitments, 'planWords' | 'resultWords'>, at: number): OpenedStep {
  const planGroups = groupsOf(planElements(made.planWords));
  const resultGroups = groupsOf(resultElements(made.resultWords));
  const pairGroups = (2 * made.resultWords.slots) / ARITY;
  const word = Math.floor(at / LANES);
  return {
    plan: { nodes: groupHashes(planGroups), ids: planGroups[Math.floor(at / ARITY)]! },
    results: {
      nodes: groupHashes(resultGroups),
      pairs: resultGroups[Math.floor((2 * at) / ARITY)]!,
      metas: resultGroups[pairGroups + Math.floor(word / ARITY)]!,
      lanes: resultMetas(made.resultWords).slice(LANES * word, LANES * (word + 1)),
    },
  };
}
