import { field } from '../../events/define.js';
import { artifactRefSchema } from '../../kernel/sealed.js';
import { timelineMessages } from '../../projections/timeline/messages/index.js';
import { errorSchema, timeOrNull, usdc } from '../http/answers/define.js';
import { paymentSchema } from '../http/answers/payment.js';
import { boundServiceSchema, planAnswer, planStepAnswer } from '../http/answers/plan.js';
import { receiptSchema } from '../http/answers/receipt.js';
import { stepResultSchema, stepSchema } from '../http/answers/step.js';
import {
  resultSchema,
  statusSchema,
  workflowSchema,
  workflowSummarySchema,
} from '../http/answers/workflow.js';
import type { SharedSchemas } from '../named-schemas.js';

/** What answers are made of. */
export const shared: SharedSchemas = {
  Id: [field.id, 'carries its kind as a prefix: wf_, step_, pay_, rcpt_, …'],
  Time: [field.time, 'UTC, ISO 8601, milliseconds'],
  TimeOrNull: [timeOrNull, 'null until it has come'],
  Usdc: [usdc, 'a decimal number of USDC for display; the exact amount is its …Micro'],
  MicroUsdc: [field.micros, 'micro-USDC: canonical decimal, no sign, no leading zero'],
  Milliseconds: [field.ms, 'a duration'],
  Sha256: [field.sha256, 'lower-case hexadecimal'],
  FieldElement: [field.fieldElement, 'below the BN254 scalar field: canonical decimal'],
  Error: [errorSchema, 'what went wrong'],
  ArtifactRef: [artifactRefSchema, 'address of bytes that are kept elsewhere'],
  WorkflowStatus: [statusSchema, 'how far a workflow is'],
  WorkflowSummary: [workflowSummarySchema, 'a workflow in a list'],
  Workflow: [workflowSchema, 'everything a screen of one workflow shows, for its owner'],
  Plan: [planAnswer, 'what is approved'],
  PlanStep: [planStepAnswer, 'what a step is, may cost and depends on'],
  Service: [boundServiceSchema, 'who does a step, at which price'],
  Payment: [paymentSchema, 'one payment for one step'],
  Step: [stepSchema, 'how far a step of the current run is'],
  StepResult: [stepResultSchema, 'what a finished step gave'],
  Result: [resultSchema, 'what a run gave, as far as it is'],
  Receipt: [receiptSchema, 'a receipt with its signed document'],
  ...Object.fromEntries(
    timelineMessages.map(({ type, summary, schema }) => [type, [schema, summary] as const]),
  ),
};
