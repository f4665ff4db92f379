import type { CircuitInputs } from '../ports/prover.js';
import type { ClosedRun } from './closed-run.js';
import type { RunCommitments } from './run-commitments.js';
import { CHAIN_VERSION, chainOf, type PartOfChain, partsOfChain } from './segment-inputs.js';

/** Steps the circuits of this version cover, smallest first; the id of a circuit says its size. */
const SIZES = [8, 16, 32, 64, 128] as const;
const VERSION = '1';

/** What is proven by one circuit. */
export interface WholeTask {
  readonly provable: true;
  readonly circuitId: string;
  readonly circuitVersion: string;
  readonly inputs: CircuitInputs;
}

/** What is proven in parts, all of which must hold. */
export interface ChainTask {
  readonly provable: true;
  /** of no single circuit: the name of the chain */
  readonly circuitId: string;
  readonly circuitVersion: string;
  /** made when they are needed: there may be thousands of numbers in each */
  parts(): readonly PartOfChain[];
}

export type ProvingTask = WholeTask | ChainTask | { readonly provable: false; readonly reason: string };

export interface ProvingOptions {
  /** withhold the total; the proof still shows that it is within the budget */
  readonly concealCost?: boolean;
  /** canonical decimal element chosen by whoever asks, 0 otherwise */
  readonly context?: string;
  /** the circuit or chain a proof was asked of before, which may be larger than this version would choose */
  readonly circuitId?: string;
}

/** What the circuit is given for a run, or why no proof of completion can exist for it. */
export function provingTask(
  run: ClosedRun,
  commitments: RunCommitments | undefined,
  options: ProvingOptions = {},
): ProvingTask {
  const reason = unprovable(run, commitments);
  if (reason !== undefined || !commitments) return { provable: false, reason: reason ?? 'It has no plan.' };
  // no more than its commitment has
  const holds = SIZES.filter((size) => size >= run.steps.length && size <= commitments.slots);
  const slots = holds.find((size) => circuitOf(size) === options.circuitId) ?? holds[0];
  const chain = chainOf(commitments.slots);
  if (slots === undefined || options.circuitId === chain) {
    const parts = () => partsOfChain(commitments, statedInputs(run, commitments, options), run.secret);
    return { provable: true, circuitId: chain, circuitVersion: CHAIN_VERSION, parts };
  }
  return {
    provable: true,
    circuitId: circuitOf(slots),
    circuitVersion: VERSION,
    // most ask for no more than whether there can be a proof
    get inputs() {
      return circuitInputs(run, commitments, options, slots);
    },
  };
}

const circuitOf = (slots: number): string => `workflow-receipt-${slots}`;

function unprovable(run: ClosedRun, commitments: RunCommitments | undefined): string | undefined {
  if (run.outcome !== 'completed')
    return `The run ${ENDINGS[run.outcome]}; only a completed run has a proof.`;
  if (!commitments) return 'The run had no plan.';
  if (!SIZES.some((size) => size >= run.steps.length) && !isInSequence(run))
    return 'The ends of its steps are not numbered one after the other, which a chain of proofs needs.';
  for (const step of run.steps) {
    if (step.status === 'completed') continue;
    if (step.status !== 'skipped') return `The step ${step.stepId} did not complete.`;
    if (!step.skippable) return `The step ${step.stepId} was skipped, which the plan does not allow.`;
  }
  const ownOf = new Map(run.steps.filter(({ keptFrom }) => !keptFrom).map((step) => [step.stepId, step]));
  for (const step of run.steps) {
    const later = step.keptFrom && step.dependencies.find((id) => ownOf.has(id));
    // the circuit knows one order, and this step came before what it depends on was tried again
    if (later)
      return `The step ${step.stepId} was kept from another run without ${later}, which it depends on.`;
  }
  return commitments.finalResultHash === null ? 'The last step of the plan has no result.' : undefined;
}

/** Every completed run's ends are: it is what a chain of proofs shows its order by. */
const isInSequence = ({ steps }: ClosedRun): boolean =>
  new Set(steps.map(({ seq }) => seq)).size === steps.length &&
  steps.every(({ seq }) => seq >= 1 && seq <= steps.length);

const ENDINGS = { failed: 'failed', cancelled: 'was cancelled', expired: 'expired' } as const;

/** @param slots of the circuit; a commitment has sixteen at least, of which a smaller circuit is given the first */
function circuitInputs(
  run: ClosedRun,
  made: RunCommitments,
  options: ProvingOptions,
  slots: number,
): CircuitInputs {
  const texts = (values: readonly bigint[]) => values.slice(0, slots).map(String);
  const { planWords: plan, resultWords: results } = made;
  return {
    ...statedInputs(run, made, options),
    planSalt: made.plan.salt,
    finalSalt: made.finalSalt,
    stepIds: texts(plan.stepIds),
    ceilings: texts(plan.ceilings),
    skippable: texts(plan.skippable),
    dependencyWords: plan.dependencyWords.map(String),
    outputs: texts(results.outputs),
    details: texts(results.details),
    costs: texts(results.costs),
    attempts: texts(results.attempts),
    seqs: texts(results.seqs),
    // of the circuit's two ways to end, skipped is the second bit
    skipped: texts(results.outcomes.map((outcome) => outcome >> 1n)),
  };
}

/** What a proof says in public, whether one circuit or a chain proves it. */
function statedInputs(run: ClosedRun, made: RunCommitments, options: ProvingOptions): CircuitInputs {
  const conceal = options.concealCost === true;
  const total = run.steps.reduce((sum, step) => sum + step.cost, 0n);
  return {
    workflowHash: made.workflowHash,
    resultsRoot: made.resultsRoot,
    finalResultHash: made.finalResultHash!,
    stepCount: made.planWords.stepCount.toString(),
    totalCost: conceal ? '0' : total.toString(),
    maxCost: run.budget.toString(),
    executionId: made.executionId,
    context: options.context ?? '0',
    concealCost: conceal ? '1' : '0',
  };
}
