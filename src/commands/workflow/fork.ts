import type { OriginRun } from '../../events/fork.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { approved, requiredFor } from './approval.js';
import type { ForkWorkflow } from './commands.js';
import { evolve } from './evolve.js';
import { wrongState } from './refusals.js';
import { stepsOf } from './run-bounds.js';
import type { AwaitingApproval, Closed, Compensating, Kept, StepState, WorkflowState } from './state.js';
import { doneHere, toUndo } from './undoable.js';

/**
 * A workflow that begins where another one stands: the same steps under a plan of its own, those that are kept
 * completed already. Only the rest is offered, and only the rest can be undone here.
 */
export function fork(command: ForkWorkflow, state: WorkflowState): WorkflowEvent[] {
  const { type: _type, at, maxCost, plan, planHash, kept, ...fields } = command;
  if (state.status !== 'none') {
    if (state.created.secret.data === command.secret.data) return [];
    throw new Refusal('WRONG_STATE', 'This workflow id is taken.', { workflowId: command.workflowId });
  }
  const runNo = 1;
  const events: WorkflowEvent[] = [
    { type: 'WorkflowCreated', v: 1, ...fields, maxCost: `${maxCost}` },
    { type: 'PlanningStarted', v: 1, runNo, expiresAt: plusMs(at, LIMITS.planningTimeout), given: true },
    {
      type: 'IntentClassified',
      v: 1,
      classification: 'fork',
      capabilities: [],
      confidence: 1,
      method: 'given',
    },
    { type: 'PlanProposed', v: 1, runNo, plan, planHash, planner: 'fork' },
    ...kept.map((step, index): WorkflowEvent => ({ type: 'StepKept', v: 1, ...step, seq: index + 1 })),
    {
      type: 'ApprovalRequested',
      v: 1,
      requestId: `apr_${runNo}`,
      reason: 'initial',
      expiresAt: plusMs(at, LIMITS.approvalTtl),
    },
  ];
  const offer = events.reduce(evolve, state as WorkflowState) as AwaitingApproval;
  const required = requiredFor(offer);
  if (required > maxCost)
    throw new Refusal(
      'PLAN_OVER_BUDGET',
      `The steps that are left may cost ${required} micro-USDC, the limit is ${maxCost}.`,
      { costMicro: `${required}`, maxCostMicro: `${maxCost}` },
    );
  if (plan.totals.criticalPathTime > command.maxTime)
    throw new Refusal(
      'PLAN_OVER_TIME',
      `The plan takes about ${plan.totals.criticalPathTime} ms, the limit is ${command.maxTime}.`,
      { timeMs: plan.totals.criticalPathTime, maxTimeMs: command.maxTime },
    );
  if (!command.autoApprove || required > 0n) return events;
  const byOwner = { approver: command.userId, automatic: true, budget: 0n, at };
  return [...events, ...approved(offer, byOwner)];
}

/** A run that can be forked: it is over, whatever its end, or only an operator can still bring it to one. */
export type Forkable = (Closed | (Compensating & { readonly status: 'compensation_failed' })) & {
  readonly plan: NonNullable<Closed['plan']>;
};

/** What a fork keeps, each with the run that made and paid it. */
export type KeptFromElsewhere = Readonly<Record<string, Kept[string] & { readonly from: OriginRun }>>;

/** @throws Refusal WRONG_STATE */
export function requireForkable(state: WorkflowState): Forkable {
  const isOver = state.status === 'closed' || state.status === 'compensation_failed';
  if (!isOver) throw wrongState(state, 'only one that is over can be forked');
  if (!state.plan) throw wrongState(state, 'it never had a plan, so it has no steps to fork from');
  return state as Forkable;
}

/**
 * What a fork from `stepId` keeps: every completed step that neither is changed nor comes after one that runs again.
 * @param changed steps the owner gives other parameters or services
 * @returns the completed steps by id, in the order they completed
 * @throws Refusal NO_SUCH_STEP, STEP_KEPT for a change before the step, STEP_NOT_READY when what comes before the
 * step did not complete, or STEP_UNDONE when it was undone
 */
export function keptForFork(state: Forkable, stepId: string, changed: readonly string[]): KeptFromElsewhere {
  const { steps } = state.plan;
  const known = new Map(steps.map((step) => [step.id, step]));
  for (const id of [stepId, ...changed])
    if (!known.has(id))
      throw new Refusal('NO_SUCH_STEP', `The plan has no step ${id}.`, {
        stepId: id,
        steps: [...known.keys()],
      });
  const ran: Readonly<Record<string, StepState>> = state.status === 'closed' ? stepsOf(state) : state.steps;
  const undone = undoneOf(state, ran);
  const before = ancestorsOf(stepId, (id) => known.get(id)!.dependencies);
  const tooEarly = changed.find((id) => before.has(id));
  if (tooEarly !== undefined)
    throw new Refusal(
      'STEP_KEPT',
      `${tooEarly} comes before ${stepId} and is kept; fork from it to change it.`,
      {
        stepId: tooEarly,
        from: stepId,
      },
    );
  const again = new Set([stepId, ...changed]);
  // the plan is topological: what a step depends on is judged before it
  for (const { id, dependencies } of steps)
    if (!stands(ran[id]) || undone.has(id) || dependencies.some((other) => again.has(other))) again.add(id);
  const open = [...before].filter((id) => again.has(id));
  const taken = open.find((id) => undone.has(id));
  if (taken !== undefined)
    throw new Refusal('STEP_UNDONE', `What ${taken} did was undone: it cannot be kept.`, { stepId: taken });
  if (open.length > 0)
    throw new Refusal('STEP_NOT_READY', `What comes before ${stepId} did not complete.`, {
      stepId,
      open,
      forkFrom: open.filter((id) => !known.get(id)!.dependencies.some((other) => again.has(other))),
    });
  const kept = Object.entries(ran).flatMap(([id, step]) =>
    step.status === 'completed' && !again.has(id) ? [[id, step] as const] : [],
  );
  const { created, runNo } = state;
  const origin = (step: Kept[string]) =>
    step.from ?? { workflowId: created.workflowId, runNo: step.runNo ?? runNo };
  return Object.fromEntries(
    kept.sort(([, a], [, b]) => a.seq - b.seq).map(([id, step]) => [id, { ...step, from: origin(step) }]),
  );
}

/** A skipped step is skipped again for the same reason as long as nothing before it runs again. */
const stands = (step: StepState | undefined): boolean =>
  step?.status === 'completed' || step?.status === 'skipped';

/** Once anything is rolled back, what could be undone counts as undone. */
function undoneOf(state: Forkable, ran: Readonly<Record<string, StepState>>): ReadonlySet<string> {
  const isRolledBack = state.status === 'compensation_failed' || state.rollback !== undefined;
  if (!isRolledBack) return new Set();
  return new Set(toUndo(state.plan.steps, doneHere(ran)));
}

function ancestorsOf(stepId: string, dependenciesOf: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...dependenciesOf(stepId)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...dependenciesOf(id));
  }
  return found;
}
