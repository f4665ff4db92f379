import type { ChildOutcome, Parent, ParentLink } from '../../events/child.js';
import type { ForkedFrom } from '../../events/fork.js';
import type { Plan } from '../../events/plan.js';
import type { PaymentEvidence, VerificationLevel, WorkflowEventOf } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import type { Micros } from '../../kernel/money.js';
import type { ArtifactRef, Claimed, Content, Sealed } from '../../kernel/sealed.js';

/** Times are ISO, UTC, milliseconds; `random` is in [0, 1). Both come from the caller: deciders have neither. */
export type WorkflowCommand =
  | CreateWorkflow
  | ForkWorkflow
  | ProposePlan
  | FailPlanning
  | Approve
  | DeclineAutoApproval
  | ExpireApproval
  | ReportHoldLost
  | StartExecution
  | StartStep
  | CompleteStep
  | FailStep
  | RetryStep
  | StartWait
  | WakeStep
  | SendSignal
  | ReportChild
  | RequestRollback
  | TimeOutWorkflow
  | EndDrain
  | CancelWorkflow
  | RecordSettlement
  | CompensateStep
  | ReportStepCompensated
  | ReportStepCompensationFailed
  | RetryStepCompensation
  | RetryCompensation
  | ResolveCompensation
  | RetryWorkflow
  | ReportPriceDrift
  | ReportFundsExhausted
  | PauseExecution
  | ResumeExecution
  | RateWorkflow
  | ConfirmStep
  | DeclineStep
  | ExpireConfirmation;

export interface CreateWorkflow {
  readonly type: 'CreateWorkflow';
  readonly at: string;
  readonly workflowId: string;
  readonly userId: string;
  readonly origin: 'request' | 'plan';
  readonly request: Claimed;
  readonly secret: Sealed;
  readonly attachments: readonly { readonly name: Sealed; readonly content: ArtifactRef }[];
  readonly maxCost: Micros;
  readonly maxTime: number;
  readonly verificationLevel: VerificationLevel;
  readonly autoApprove: boolean;
  readonly filters: WorkflowEventOf<'WorkflowCreated'>['filters'];
  readonly metadata?: Sealed;
  readonly batchId?: string;
  /** the step of another workflow it is */
  readonly parent?: ParentLink;
  /** absent: normal */
  readonly priority?: 'high' | 'low';
  /** when the attempts of a step are used up, the owner is asked before anything is given up */
  readonly onExhausted?: 'pause';
  /** of its owner; checked before */
  readonly mandateId?: string;
  /** wallet that pays instead of the escrow */
  readonly payer?: string;
  /** as its delegate on the chain */
  readonly delegated?: true;
  /** ProposePlan or FailPlanning follows in the same append */
  readonly given?: true;
}

/** A new workflow that goes on from a step of another one; its plan is made, and what it keeps is at hand. */
export interface ForkWorkflow extends Omit<CreateWorkflow, 'type' | 'given'> {
  readonly type: 'ForkWorkflow';
  readonly forkedFrom: ForkedFrom;
  readonly plan: Plan;
  readonly planHash: string;
  /** in the order it was completed */
  readonly kept: readonly KeptStep[];
}

/** A completed step of the workflow forked from, its output sealed for the new one. */
export type KeptStep = Omit<WorkflowEventOf<'StepKept'>, 'type' | 'v' | 'seq'>;

export interface ProposePlan {
  readonly type: 'ProposePlan';
  readonly at: string;
  readonly runNo: number;
  readonly intent: Omit<WorkflowEventOf<'IntentClassified'>, 'type' | 'v'>;
  readonly plan: Plan;
  readonly planHash: string;
  readonly planner: string;
  readonly model?: string;
  readonly promptHash?: string;
}

export interface FailPlanning {
  readonly type: 'FailPlanning';
  readonly at: string;
  readonly runNo: number;
  readonly code: string;
  readonly message: string;
  readonly recoverable: boolean;
}

export interface Approve {
  readonly type: 'Approve';
  readonly at: string;
  readonly approver: string;
  readonly automatic: boolean;
  /** when sent, must be the hash of the proposed plan */
  readonly planHash?: string;
  /** the request answered; when sent, must be the open one */
  readonly requestId?: string;
  /** required unless the plan costs nothing */
  readonly holdId?: string;
  /** amount of the hold */
  readonly budget: Micros;
  /** that has been used for this run; `automatic` then */
  readonly mandateId?: string;
}

/** The mandate the workflow names does not cover its plan, or there is no money for it. */
export interface DeclineAutoApproval {
  readonly type: 'DeclineAutoApproval';
  readonly at: string;
  readonly requestId: string;
  readonly code: string;
  readonly message: string;
  readonly limit?: string;
  readonly asked?: string;
}

export interface ExpireApproval {
  readonly type: 'ExpireApproval';
  readonly at: string;
  readonly requestId: string;
}

export interface ReportHoldLost {
  readonly type: 'ReportHoldLost';
  readonly at: string;
  readonly holdId: string;
}

export interface StartExecution {
  readonly type: 'StartExecution';
  readonly at: string;
  readonly runNo: number;
}

export interface StartStep {
  readonly type: 'StartStep';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly worker: string;
}

/** The inbound report of a worker; on the wire it is called `StepCompleted` (domain.md A21). */
export interface CompleteStep {
  readonly type: 'StepCompleted';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly output: Content;
  readonly inputHash: string;
  readonly outputHash: string;
  readonly cost: Micros;
  readonly payment?: PaymentEvidence;
  readonly branch?: 'then' | 'else';
  readonly startedAt: string;
}

export interface FailStep {
  readonly type: 'FailStep';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly error: ErrorRecord;
  /** ISO; before that another attempt is of no use, as who refused this one said */
  readonly notBefore?: string;
  readonly random: number;
}

/** The retry timer of a failed attempt has run out. */
export interface RetryStep {
  readonly type: 'RetryStep';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
}

/** What a waiting step will have given is known when the wait begins. */
export interface StartWait {
  readonly type: 'StartWait';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly until: string;
  /** the workflow it waits for */
  readonly child?: string;
  readonly output: Content;
  readonly inputHash: string;
  readonly outputHash: string;
  readonly startedAt: string;
}

/** Somebody outside tells the run something; the same `signalId` again changes nothing. */
export interface SendSignal {
  readonly type: 'SendSignal';
  readonly at: string;
  readonly by: string;
  /** the run its payload is sealed for */
  readonly runNo: number;
  readonly signalId: string;
  readonly name: string;
  readonly payload: Content;
}

/** The workflow that a step is has ended, or could not be begun. */
export interface ReportChild {
  readonly type: 'ReportChild';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly childId: string;
  readonly outcome: ChildOutcome;
  readonly cost: Micros;
  /** why, where its outcome does not say it */
  readonly message?: string;
  /** of one that completed: most that undoing it may cost, if anything of it can be undone */
  readonly undo?: Micros;
  /** of one that completed: something of it cannot be undone */
  readonly lasting?: true;
}

/** Its parent undoes the step that it was. */
export interface RequestRollback {
  readonly type: 'RequestRollback';
  readonly at: string;
  /** the attempt to undo that step */
  readonly parent: Parent;
  /** required unless undoing costs nothing */
  readonly holdId?: string;
  /** amount of the hold */
  readonly budget: Micros;
}

/** The timer of a waiting step has run out. */
export interface WakeStep {
  readonly type: 'WakeStep';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
}

export interface TimeOutWorkflow {
  readonly type: 'TimeOutWorkflow';
  readonly at: string;
  readonly runNo: number;
}

/** The drain timer has run out: what is still in flight is given up. */
export interface EndDrain {
  readonly type: 'EndDrain';
  readonly at: string;
  readonly runNo: number;
}

export interface CancelWorkflow {
  readonly type: 'CancelWorkflow';
  readonly at: string;
  readonly by: string;
  /** the owner's own words */
  readonly reason?: Sealed;
  /** false keeps what was done; otherwise it is undone */
  readonly rollback?: boolean;
}

export interface RecordSettlement {
  readonly type: 'RecordSettlement';
  readonly at: string;
  /** of the run that is settled; absent when it needed none */
  readonly holdId?: string;
  readonly spent: Micros;
}

/** One attempt to undo one step of one run. */
interface UndoAttempt {
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
}

/** A worker takes it. */
export interface CompensateStep extends UndoAttempt {
  readonly type: 'CompensateStep';
  readonly worker: string;
}

export interface ReportStepCompensated extends UndoAttempt {
  readonly type: 'ReportStepCompensated';
  readonly cost: Micros;
  readonly payment?: PaymentEvidence;
  readonly startedAt: string;
  /** of a workflow that the step was: somebody saw to it by hand */
  readonly resolved?: true;
}

export interface ReportStepCompensationFailed extends UndoAttempt {
  readonly type: 'ReportStepCompensationFailed';
  readonly error: ErrorRecord;
  /** as in {@link FailStep} */
  readonly notBefore?: string;
  readonly random: number;
}

/** The retry timer of a failed attempt has run out. */
export interface RetryStepCompensation extends UndoAttempt {
  readonly type: 'RetryStepCompensation';
}

/** By an operator; who that is was checked before. */
export interface RetryCompensation {
  readonly type: 'RetryCompensation';
  readonly at: string;
  readonly by: string;
}

/** By an operator, who says what was done by hand. */
export interface ResolveCompensation {
  readonly type: 'ResolveCompensation';
  readonly at: string;
  readonly by: string;
  readonly note: string;
}

export interface RetryWorkflow {
  readonly type: 'RetryWorkflow';
  readonly at: string;
  readonly by: string;
  /** the run that is over */
  readonly runNo: number;
  readonly mode: 'resume' | 'restart';
}

/** A service asks more for a step than was approved; nothing was paid. */
export interface ReportPriceDrift {
  readonly type: 'ReportPriceDrift';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly serviceId: string;
  readonly quoted: Micros;
  /** the plan at that price, committed to */
  readonly plan: Plan;
  readonly planHash: string;
}

/** What is held does not cover a step; nothing was paid. */
export interface ReportFundsExhausted {
  readonly type: 'ReportFundsExhausted';
  readonly at: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly holdId: string;
  readonly required: Micros;
  readonly available: Micros;
}

export interface PauseExecution {
  readonly type: 'PauseExecution';
  readonly at: string;
  readonly by: string;
}

export interface ResumeExecution {
  readonly type: 'ResumeExecution';
  readonly at: string;
  readonly by: string;
  /** steps whose attempts are used up and that are given up, with what depends on them */
  readonly skip?: readonly string[];
}

export interface RateWorkflow {
  readonly type: 'RateWorkflow';
  readonly by: string;
  /** 1 to 5 */
  readonly stars: number;
  readonly comment?: Sealed;
}

interface StepAnswer {
  readonly at: string;
  readonly by: string;
  readonly runNo: number;
  readonly stepId: string;
}

export interface ConfirmStep extends StepAnswer {
  readonly type: 'ConfirmStep';
}

export interface DeclineStep extends StepAnswer {
  readonly type: 'DeclineStep';
}

/** The confirmation timer has run out. */
export interface ExpireConfirmation extends Omit<StepAnswer, 'by'> {
  readonly type: 'ExpireConfirmation';
}
