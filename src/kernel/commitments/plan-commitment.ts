import { Refusal } from '../errors.js';
import { jsonsToFields, jsonToField } from './content.js';
import { type FieldText, fieldText, fits, packWords, parseField } from './field.js';
import { BUDGET_BITS, CEILING_BITS, COST_BITS, padded, slotsFor, TERMS_BITS } from './layout.js';
import { poseidonEach } from './poseidon.js';
import { PLAN_TAG, sized } from './tags.js';
import { treeRootEach } from './tree-root.js';

/** A step as the plan fixes it: what will be called, who is paid, how much at most, after what. */
export interface PlannedStep {
  readonly stepId: string;
  readonly kind: string;
  readonly action: string;
  readonly serviceId: string | null;
  /** address that is paid, null when the step is free */
  readonly recipient: string | null;
  /** CAIP-2 network and the token the recipient is paid in; null when the step is free */
  readonly network: string | null;
  readonly asset: string | null;
  /** who may do it and be paid instead, within the same ceiling; absent when nobody */
  readonly alternatives?: readonly PlannedAlternative[] | undefined;
  /** the most this step may cost, micro-USDC */
  readonly ceiling: bigint;
  /** ids of steps that stand before this one in the plan */
  readonly dependencies: readonly string[];
  /** whether the plan allows the run to complete without this step */
  readonly skippable: boolean;
}

/** What a step is, apart from how it stands among the others. */
export type NamedStep = Omit<PlannedStep, 'ceiling' | 'dependencies' | 'skippable'>;

/** Another service that the plan allows for a step. */
export interface PlannedAlternative {
  readonly serviceId: string;
  readonly recipient: string;
  readonly network: string;
  readonly asset: string;
}

export interface Plan {
  /** in an order in which every step stands after its dependencies */
  readonly steps: readonly PlannedStep[];
  /** the most the run may cost, micro-USDC */
  readonly maxCost: bigint;
  /** element of the field, see {@link saltFor}(secret, 'plan') */
  readonly salt: FieldText;
}

/** The plan as the numbers a circuit sees. */
export interface PlanWords {
  readonly slots: number;
  readonly stepCount: bigint;
  readonly stepIds: readonly bigint[];
  readonly ceilings: readonly bigint[];
  readonly skippable: readonly bigint[];
  readonly dependencyWords: readonly bigint[];
  readonly salt: bigint;
}

/**
 * The commitment that approval binds (`workflowHash`): every step's id, action, service, recipient, ceiling,
 * dependencies and skip permission, their number and the budget. The approved plan document contains it, so the
 * document's hash binds it too.
 * @throws Refusal PLAN_NOT_COMMITTABLE when a step does not stand after its dependencies or a figure is too big
 */
export const planCommitment = (plan: Plan): FieldText =>
  fieldText(commitPlanWords(planWords(plan), plan.maxCost));

export function planWords(plan: Plan): PlanWords {
  const { steps } = plan;
  const slots = slotsFor(steps.length);
  fitsOrRefuse(plan.maxCost, BUDGET_BITS, 'The budget');
  const place = new Map<string, number>();
  const bits = new Array<bigint>((slots * (slots - 1)) / 2).fill(0n);
  steps.forEach((step, i) => {
    fitsOrRefuse(step.ceiling, COST_BITS, `The ceiling of ${step.stepId}`);
    for (const dependency of step.dependencies)
      bits[(i * (i - 1)) / 2 + placed(place, step, dependency)] = 1n;
    if (place.has(step.stepId)) throw refuse(`Two steps are called ${step.stepId}.`, step.stepId);
    place.set(step.stepId, i);
  });
  return {
    slots,
    stepCount: BigInt(steps.length),
    stepIds: padded(jsonsToFields('stepId', steps.map(stepJson)), slots),
    ceilings: padded(
      steps.map((step) => step.ceiling),
      slots,
    ),
    skippable: padded(
      steps.map((step) => (step.skippable ? 1n : 0n)),
      slots,
    ),
    dependencyWords: packWords(bits, 1),
    salt: parseField(plan.salt, 'the salt of the plan'),
  };
}

/** A plan's words and its budget, micro-USDC. */
export interface BudgetedWords {
  readonly words: PlanWords;
  readonly maxCost: bigint;
}

export const commitPlanWords = (words: PlanWords, maxCost: bigint): bigint =>
  commitPlanWordsEach([{ words, maxCost }])[0]!;

/** As {@link commitPlanWords} of many, in less time than one by one. */
export function commitPlanWordsEach(plans: readonly BudgetedWords[]): readonly bigint[] {
  const trees = treeRootEach(plans.map(({ words }) => planElements(words)));
  return poseidonEach(
    plans.map(({ words, maxCost }, i) => {
      const tag = sized(PLAN_TAG, words.slots);
      return [tag, words.stepCount, maxCost, trees[i]!, words.salt];
    }),
  );
}

/** The leaves of a plan's tree: the steps, then what is packed. */
export function planElements(words: PlanWords): readonly bigint[] {
  const terms = words.ceilings.map((ceiling, i) => ceiling | (words.skippable[i]! << BigInt(CEILING_BITS)));
  return [...words.stepIds, ...packWords(terms, TERMS_BITS), ...words.dependencyWords];
}

/** What stands for a step in the plan's tree. */
export const stepIdField = (step: NamedStep): bigint => jsonToField('stepId', stepJson(step));

const stepJson = (step: NamedStep) => ({
  id: step.stepId,
  kind: step.kind,
  action: step.action,
  service: step.serviceId,
  recipient: step.recipient,
  network: step.network,
  asset: step.asset,
  ...(step.alternatives?.length && { alternatives: step.alternatives.map(alternativeJson) }),
});

const alternativeJson = ({ serviceId, recipient, network, asset }: PlannedAlternative) => ({
  service: serviceId,
  recipient,
  network,
  asset,
});

const refuse = (message: string, stepId: string): Refusal =>
  new Refusal('PLAN_NOT_COMMITTABLE', message, { stepId });

function placed(place: ReadonlyMap<string, number>, step: PlannedStep, dependency: string): number {
  const at = place.get(dependency);
  if (at !== undefined) return at;
  throw refuse(`${step.stepId} does not stand after ${dependency}, on which it depends.`, step.stepId);
}

function fitsOrRefuse(value: bigint, bits: number, what: string): void {
  try {
    fits(value, bits, what);
  } catch (cause) {
    const figures = { value: value.toString(), bits };
    throw new Refusal('PLAN_NOT_COMMITTABLE', `${what} does not fit ${bits} bits.`, figures, 'terminal', {
      cause,
    });
  }
}
