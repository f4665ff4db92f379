import { inLots } from '../lots.js';
import { jsonsToFields } from './content.js';
import { type FieldText, fieldText, fits, packWords, parseField } from './field.js';
import { ATTEMPT_BITS, COST_BITS, META_BITS, padded, SEQ_BITS, STATUS_SHIFT, slotsFor } from './layout.js';
import { poseidonOnceEach } from './poseidon.js';
import { DETAIL_TAG, FINAL_TAG, ROOT_TAG, sized } from './tags.js';
import { treeRootEach } from './tree-root.js';

/** How a step ended. Only the first two can stand in a proof of completion. */
export type StepOutcome = 'completed' | 'skipped' | 'failed' | 'not_finished';

/** completed | skipped, one bit each; the circuit never accepts `failed`, in which both are set */
export const OUTCOME_BITS: Readonly<Record<StepOutcome, bigint>> = {
  not_finished: 0n,
  completed: 1n,
  skipped: 2n,
  failed: 3n,
};

/** A step of a closed run, as its commitment sees it. */
export interface StepRecord {
  readonly outcome: StepOutcome;
  /** micro-USDC really paid */
  readonly cost: bigint;
  /** attempts made, 0 when it was never started */
  readonly attempt: number;
  /** place of the step's end among all ends of the run, from 0: dependencies have a smaller one */
  readonly seq: number;
  /** blinded, see commitContent; null when there is none */
  readonly inputCommitment: FieldText | null;
  readonly outputCommitment: FieldText | null;
  /** what the executor can show: payment, times, errors. Strict JSON */
  readonly evidence: unknown;
  /** {@link saltFor}(secret, `detail/<stepId>`) */
  readonly detailSalt: FieldText;
}

/** The steps of a run as the numbers a circuit sees. */
export interface ResultWords {
  readonly slots: number;
  readonly outputs: readonly bigint[];
  readonly details: readonly bigint[];
  readonly costs: readonly bigint[];
  readonly attempts: readonly bigint[];
  readonly seqs: readonly bigint[];
  readonly outcomes: readonly bigint[];
}

export const resultWords = (steps: readonly StepRecord[]): ResultWords => resultWordsEach([steps])[0]!;

/** As {@link resultWords} of many runs, in less time than one by one. */
export function resultWordsEach(runs: readonly (readonly StepRecord[])[]): readonly ResultWords[] {
  const sizes = runs.map((steps) => steps.length);
  const details = inLots(stepDetails(runs.flat()), sizes);
  return runs.map((steps, i) => wordsOf(steps, details[i]!));
}

function wordsOf(steps: readonly StepRecord[], details: readonly bigint[]): ResultWords {
  const slots = slotsFor(steps.length);
  const all = (pick: (step: StepRecord) => bigint) => padded(steps.map(pick), slots);
  return {
    slots,
    outputs: all((step) => optional(step.outputCommitment, 'the output commitment')),
    details: padded(details, slots),
    costs: all((step) => fits(step.cost, COST_BITS, 'the cost of a step')),
    attempts: all((step) => fits(BigInt(step.attempt), ATTEMPT_BITS, 'the attempts of a step')),
    seqs: all((step) => fits(BigInt(step.seq), SEQ_BITS, 'the sequence of a step')),
    outcomes: all((step) => OUTCOME_BITS[step.outcome]),
  };
}

/** What the circuit carries along unopened of each step: its input and its executor's evidence, salted. */
function stepDetails(steps: readonly StepRecord[]): readonly bigint[] {
  const evidence = jsonsToFields(
    'evidence',
    steps.map((step) => step.evidence),
  );
  return poseidonOnceEach(
    steps.map((step, i) => [
      DETAIL_TAG,
      optional(step.inputCommitment, 'the input commitment'),
      evidence[i]!,
      parseField(step.detailSalt, 'the detail salt'),
    ]),
  );
}

/** What results belong to: the plan, the run and its number of steps. */
export interface ResultBinding {
  readonly workflowHash: bigint;
  readonly executionId: bigint;
  readonly stepCount: bigint;
}

export interface BoundWords {
  readonly words: ResultWords;
  readonly binding: ResultBinding;
}

export const commitResultWords = (words: ResultWords, binding: ResultBinding): bigint =>
  commitResultWordsEach([{ words, binding }])[0]!;

/** As {@link commitResultWords} of many runs, in less time than one by one. */
export function commitResultWordsEach(runs: readonly BoundWords[]): readonly bigint[] {
  const trees = treeRootEach(
    runs.map(({ words }) => resultElements(words)),
    poseidonOnceEach,
  );
  return poseidonOnceEach(
    runs.map(({ words, binding: { workflowHash, executionId, stepCount } }, i) => {
      const tag = sized(ROOT_TAG, words.slots);
      return [tag, workflowHash, executionId, stepCount, trees[i]!];
    }),
  );
}

/** The leaves of the results' tree: output and detail of each step side by side, then what is packed. */
export function resultElements(words: ResultWords): readonly bigint[] {
  const pairs = words.outputs.flatMap((output, i) => [output, words.details[i]!]);
  return [...pairs, ...packWords(resultMetas(words), META_BITS)];
}

/** Cost, attempt, sequence and outcome of each step in one number. */
export const resultMetas = (words: ResultWords): readonly bigint[] =>
  words.costs.map(
    (cost, i) =>
      cost |
      (words.attempts[i]! << BigInt(COST_BITS)) |
      (words.seqs[i]! << BigInt(COST_BITS + ATTEMPT_BITS)) |
      (words.outcomes[i]! << BigInt(STATUS_SHIFT)),
  );

/** A run, and which of its workflow's. */
export interface RunName {
  readonly workflowId: string;
  readonly runNo: number;
}

/** One number for one run of one workflow; a second receipt for it shows. */
export const executionIdField = (workflowId: string, runNo: number): bigint =>
  executionIdFieldEach([{ workflowId, runNo }])[0]!;

/** As {@link executionIdField} of many, in less time than one by one. */
export const executionIdFieldEach = (runs: readonly RunName[]): readonly bigint[] =>
  jsonsToFields(
    'execution',
    runs.map(({ workflowId, runNo }) => ({ workflowId, runNo })),
    poseidonOnceEach,
  );

export interface FinalOutput {
  /** the commitment to it */
  readonly lastOutput: FieldText;
  readonly salt: FieldText;
}

/** The commitment to the output of the plan's last step. */
export const finalResultHash = (lastOutput: FieldText, salt: FieldText): FieldText =>
  finalResultHashEach([{ lastOutput, salt }])[0]!;

/** As {@link finalResultHash} of many, in less time than one by one. */
export const finalResultHashEach = (outputs: readonly FinalOutput[]): readonly FieldText[] =>
  poseidonOnceEach(
    outputs.map(({ lastOutput, salt }) => [
      FINAL_TAG,
      parseField(lastOutput, 'the last output'),
      parseField(salt, 'the final salt'),
    ]),
  ).map(fieldText);

const optional = (text: FieldText | null, name: string): bigint =>
  text === null ? 0n : parseField(text, name);
