import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { workflowDecider } from '../../src/commands/workflow/decide.js';
import { repriced } from '../../src/commands/workflow/reprice.js';
import type { WorkflowState } from '../../src/commands/workflow/state.js';
import type { Plan, PlanStep } from '../../src/events/plan.js';
import { samplePlan, sampleSealed } from '../../src/events/samples.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { fold } from '../../src/kernel/decider.js';
import { parseMicros, sumMicros, toMicros } from '../../src/kernel/money.js';
import { plusMs } from '../../src/kernel/time.js';

export const T0 = '2026-01-02T03:00:00.000Z';
export const PLAN_HASH = 'b'.repeat(64);
export const OWNER = 'user_01';

/** @param seconds after T0 */
export const later = (seconds: number): string => plusMs(T0, seconds * 1_000);

export const paid = (
  id: string,
  dependencies: readonly string[] = [],
  more: Partial<PlanStep> = {},
): PlanStep => ({ ...samplePlan.steps[0]!, id, dependencies, ...more }) as PlanStep;

export const local = (
  id: string,
  dependencies: readonly string[] = [],
  more: Partial<PlanStep> = {},
): PlanStep =>
  ({
    ...samplePlan.steps[1]!,
    id,
    action: 'data_transform',
    dependencies,
    toleratesSkipped: false,
    ...more,
  }) as PlanStep;

/** What a compensation declares: a call of the sample's service, or an expression alone. */
export const undoCall = {
  service: samplePlan.steps[0]!.service!,
  maxCost: '5000',
  timeoutMs: 30_000,
  retry: { maxAttempts: 2, initialMs: 1_000, multiplier: 2, maxMs: 4_000 },
};
export const undoHere = {
  maxCost: '0',
  timeoutMs: 30_000,
  retry: { maxAttempts: 1, initialMs: 0, multiplier: 1, maxMs: 0 },
};
export const reversible = { sideEffect: 'reversible', compensation: undoCall } as const;

export const condition = (id: string, dependencies: readonly string[] = []): PlanStep =>
  local(id, dependencies, { kind: 'conditional', action: 'conditional' });

export const assemble = (id: string, dependencies: readonly string[]): PlanStep =>
  local(id, dependencies, { action: 'assemble', toleratesSkipped: true });

export function planOf(...steps: readonly PlanStep[]): Plan {
  const sum = (key: 'maxCost' | 'estimatedCost') =>
    sumMicros(steps.map((step) => parseMicros(step[key]))).toString();
  const compensationReserve = sumMicros(
    steps.map(({ compensation }) => parseMicros(compensation?.maxCost ?? '0')),
  ).toString();
  const estimatedCost = sum('estimatedCost');
  const totals = { ...samplePlan.totals, estimatedCost, maxCost: sum('maxCost'), compensationReserve };
  return { ...samplePlan, steps, totals } as Plan;
}

export const diamond = planOf(
  paid('step_1'),
  paid('step_2', ['step_1']),
  paid('step_3', ['step_1']),
  assemble('step_4', ['step_2', 'step_3']),
);

export const create = (more: object = {}): WorkflowCommand & { type: 'CreateWorkflow' } => ({
  type: 'CreateWorkflow',
  at: T0,
  workflowId: 'wf_01',
  userId: OWNER,
  origin: 'request',
  request: sampleSealed,
  secret: sampleSealed,
  attachments: [],
  maxCost: toMicros(5_000_000n),
  maxTime: 300_000,
  verificationLevel: 'basic',
  autoApprove: false,
  filters: { minReputation: 0, minUptime: 0, excludeServices: [] },
  ...more,
});

export const propose = (plan: Plan, at = T0): WorkflowCommand & { type: 'ProposePlan' } => ({
  type: 'ProposePlan',
  at,
  runNo: 1,
  intent: { classification: 'report', capabilities: ['trend'], confidence: 1, method: 'rule' },
  plan,
  planHash: PLAN_HASH,
  planner: 'rules',
});

/** What a hold for it must cover. */
export const mostOf = ({ totals }: Plan) =>
  sumMicros([parseMicros(totals.maxCost), parseMicros(totals.compensationReserve)]);

/** By the owner, with a hold that covers the plan. */
export const approve = (plan: Plan, more: object = {}): WorkflowCommand & { type: 'Approve' } => ({
  type: 'Approve',
  at: T0,
  approver: OWNER,
  automatic: false,
  planHash: PLAN_HASH,
  requestId: 'apr_1',
  budget: mostOf(plan),
  ...(mostOf(plan) > 0n && { holdId: 'hold_1' }),
  ...more,
});

export const startExecution = (at = T0): WorkflowCommand => ({ type: 'StartExecution', at, runNo: 1 });

export const start = (stepId: string, attempt = 1, at = T0): WorkflowCommand => ({
  type: 'StartStep',
  at,
  runNo: 1,
  stepId,
  attempt,
  worker: 'worker-1',
});

export const complete = (
  stepId: string,
  more: Partial<WorkflowCommand & { type: 'StepCompleted' }> = {},
): WorkflowCommand & { type: 'StepCompleted' } => ({
  type: 'StepCompleted',
  at: T0,
  runNo: 1,
  stepId,
  attempt: 1,
  output: { inline: sampleSealed },
  inputHash: '11',
  outputHash: '22',
  cost: toMicros(0n),
  startedAt: T0,
  ...more,
});

export const unavailable = {
  code: 'SERVICE_ERROR',
  message: 'The service answered 503.',
  kind: 'retryable',
} as const;

export const fail = (
  stepId: string,
  more: Partial<WorkflowCommand & { type: 'FailStep' }> = {},
): WorkflowCommand & { type: 'FailStep' } => ({
  type: 'FailStep',
  at: T0,
  runNo: 1,
  stepId,
  attempt: 1,
  error: unavailable,
  random: 0,
  ...more,
});

export const broken = { code: 'SERVICE_REFUSED', message: 'It cannot.', kind: 'terminal' } as const;

export const retry = (stepId: string, attempt: number, at = T0): WorkflowCommand => ({
  type: 'RetryStep',
  at,
  runNo: 1,
  stepId,
  attempt,
});

export const cancel = (at = T0): WorkflowCommand => ({ type: 'CancelWorkflow', at, by: OWNER });
export const endDrain = (at = later(30)): WorkflowCommand => ({ type: 'EndDrain', at, runNo: 1 });
export const timeOut = (at: string): WorkflowCommand => ({ type: 'TimeOutWorkflow', at, runNo: 1 });
const undoing = (stepId: string, attempt: number, at: string) => ({ at, runNo: 1, stepId, attempt });

export const undo = (stepId: string, attempt = 1, at = T0): WorkflowCommand => ({
  type: 'CompensateStep',
  ...undoing(stepId, attempt, at),
  worker: 'worker-1',
});
export const undone = (stepId: string, attempt = 1, cost = 0n, at = T0): WorkflowCommand => ({
  type: 'ReportStepCompensated',
  ...undoing(stepId, attempt, at),
  cost: toMicros(cost),
  startedAt: T0,
});
export const notUndone = (
  stepId: string,
  attempt = 1,
  error: WorkflowCommand & { type: 'FailStep' } extends { error: infer E } ? E : never = unavailable,
  at = T0,
  random = 0,
): WorkflowCommand => ({
  type: 'ReportStepCompensationFailed',
  ...undoing(stepId, attempt, at),
  error,
  random,
});
export const undoAgain = (stepId: string, attempt: number, at = later(1)): WorkflowCommand => ({
  type: 'RetryStepCompensation',
  ...undoing(stepId, attempt, at),
});
export const retryRollback = (at = T0): WorkflowCommand => ({
  type: 'RetryCompensation',
  at,
  by: 'user_operator',
});
export const resolveRollback = (note = 'Refunded by hand.'): WorkflowCommand => ({
  type: 'ResolveCompensation',
  at: T0,
  by: 'user_operator',
  note,
});

export const settle = (spent = 0n, holdId: string | undefined = 'hold_1'): WorkflowCommand => ({
  type: 'RecordSettlement',
  at: T0,
  spent: toMicros(spent),
  ...(holdId !== undefined && { holdId }),
});

/** What a step may go to, in the order of the plan. */
export const alternative = (id: string, price: string, matchScore = 0.5) => ({
  matchScore,
  service: { ...samplePlan.steps[0]!.service!, id, price, payTo: `PAYEE of ${id}` },
});

/** Of a service that asks more; the plan at that price is committed to as the test's plans are. */
export const drift = (
  plan: Plan,
  stepId: string,
  quoted: bigint,
  more: Partial<WorkflowCommand & { type: 'ReportPriceDrift' }> = {},
): WorkflowCommand & { type: 'ReportPriceDrift' } => {
  const serviceId = more.serviceId ?? plan.steps.find(({ id }) => id === stepId)!.service!.id;
  return {
    type: 'ReportPriceDrift',
    at: T0,
    runNo: 1,
    stepId,
    attempt: 1,
    serviceId,
    quoted: toMicros(quoted),
    plan: { ...repriced(plan, { stepId, serviceId, quoted }), workflowHash: '987' },
    planHash: 'c'.repeat(64),
    ...more,
  };
};

export const pause = (at = T0): WorkflowCommand => ({ type: 'PauseExecution', at, by: OWNER });
export const resume = (at = T0, ...skip: readonly string[]): WorkflowCommand => ({
  type: 'ResumeExecution',
  at,
  by: OWNER,
  ...(skip.length > 0 && { skip }),
});

/** The history that these commands make, one after another. */
export function history(...commands: readonly WorkflowCommand[]): readonly WorkflowEvent[] {
  const events: WorkflowEvent[] = [];
  for (const command of commands)
    events.push(...workflowDecider.decide(command, fold(workflowDecider, events)));
  return events;
}

export const toApproval = (plan: Plan): readonly WorkflowCommand[] => [create(), propose(plan)];
export const toExecution = (plan: Plan): readonly WorkflowCommand[] => [
  ...toApproval(plan),
  approve(plan),
  ...(mostOf(plan) === 0n ? [] : [startExecution()]),
];

export const stateAfter = (...commands: readonly WorkflowCommand[]): WorkflowState =>
  fold(workflowDecider, history(...commands));

/** Types of events, with the step each is about: what a person reads of a history. */
export const told = (events: readonly WorkflowEvent[]): readonly string[] =>
  events.map((event) => ('stepId' in event ? `${event.type} ${event.stepId}` : event.type));

export const retryRun = (mode: 'resume' | 'restart' = 'resume', runNo = 1): WorkflowCommand => ({
  type: 'RetryWorkflow',
  at: later(60),
  by: OWNER,
  runNo,
  mode,
});

/** The same, of another run. */
export const ofRun = (runNo: number, command: WorkflowCommand): WorkflowCommand =>
  'runNo' in command ? { ...command, runNo } : command;

/** Of a run that needed no hold. */
export const settleFree: WorkflowCommand = { type: 'RecordSettlement', at: T0, spent: toMicros(0n) };

export const waitStep = (
  id: string,
  dependencies: readonly string[] = [],
  more: Partial<PlanStep> = {},
): PlanStep => local(id, dependencies, { kind: 'wait', action: 'wait', ...more });

export const startWait = (
  stepId: string,
  until: string,
  more: Partial<WorkflowCommand & { type: 'StartWait' }> = {},
): WorkflowCommand & { type: 'StartWait' } => ({
  type: 'StartWait',
  at: T0,
  runNo: 1,
  stepId,
  attempt: 1,
  until,
  output: { inline: sampleSealed },
  inputHash: '11',
  outputHash: '22',
  startedAt: T0,
  ...more,
});

export const wake = (stepId: string, at: string, attempt = 1, runNo = 1): WorkflowCommand => ({
  type: 'WakeStep',
  at,
  runNo,
  stepId,
  attempt,
});

export const signalStep = (
  id: string,
  name: string,
  dependencies: readonly string[] = [],
  signal: Partial<PlanStep['signal']> = {},
): PlanStep =>
  local(id, dependencies, {
    kind: 'signal',
    action: 'signal',
    signal: { name, onTimeout: 'fail', ...signal },
  });

export const sendSignal = (
  name: string,
  signalId = `sig_${name}`,
  more: Partial<WorkflowCommand & { type: 'SendSignal' }> = {},
): WorkflowCommand & { type: 'SendSignal' } => ({
  type: 'SendSignal',
  at: T0,
  by: OWNER,
  runNo: 1,
  signalId,
  name,
  payload: { inline: sampleSealed },
  ...more,
});

/** A step that is a workflow of its own. */
export const childStep = (
  id: string,
  dependencies: readonly string[] = [],
  more: Partial<PlanStep> = {},
): PlanStep => local(id, dependencies, { kind: 'workflow', action: 'workflow', ...more });

export const childEnds = (
  stepId: string,
  outcome: (WorkflowCommand & { type: 'ReportChild' })['outcome'],
  more: Partial<WorkflowCommand & { type: 'ReportChild' }> = {},
): WorkflowCommand & { type: 'ReportChild' } => ({
  type: 'ReportChild',
  at: T0,
  runNo: 1,
  stepId,
  attempt: 1,
  childId: 'wf_02',
  outcome,
  cost: toMicros(0n),
  ...more,
});

/** What a workflow that has completed is asked by the step of `wf_00` that it was. */
export const requestRollback = (
  attempt = 1,
  more: Partial<WorkflowCommand & { type: 'RequestRollback' }> = {},
): WorkflowCommand & { type: 'RequestRollback' } => ({
  type: 'RequestRollback',
  at: later(120),
  parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt },
  holdId: 'hold_2',
  budget: toMicros(10_000n),
  ...more,
});

/** Of a run whose only hold was `hold_1`: a step of `wf_00` that completed. */
export const toCompletedChild = (plan: Plan): readonly WorkflowCommand[] => [
  create({ parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt: 1, depth: 1 } }),
  propose(plan),
  approve(plan),
  ...(mostOf(plan) === 0n ? [] : [startExecution()]),
  ...plan.steps.flatMap(({ id, service }) => [...(service ? [start(id)] : []), complete(id)]),
  ...(mostOf(plan) === 0n ? [] : [settle()]),
];
