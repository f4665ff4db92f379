import type { PlanStep } from '../events/plan.js';
import type { PaymentEvidence } from '../events/workflow.js';
import type { Json } from '../kernel/canonical-json.js';
import type { Micros } from '../kernel/money.js';
import type { StepTask } from '../sagas/reaction.js';
import type { LiveRun } from './run-view.js';

/** What a step gave, before it is sealed and committed to. */
export interface StepOutput {
  readonly output: Json;
  readonly cost: Micros;
  readonly payment?: PaymentEvidence;
  readonly branch?: 'then' | 'else';
  /** the step has still to wait for that time; then it has given its output */
  readonly until?: string;
  /** the workflow it waits for */
  readonly child?: string;
}

/** Does the work of one kind of step on its evaluated input. */
export type StepExecutor = (work: {
  readonly run: LiveRun;
  readonly step: PlanStep;
  readonly task: StepTask;
  readonly input: Json;
  readonly signal: AbortSignal;
  /** no attempt of this step was ever begun before this one */
  readonly isFirst?: boolean;
}) => Promise<StepOutput>;
