import { paymentsAnswer } from './payment.js';
import { receiptAnswer } from './receipt.js';
import { stepsAnswer } from './step.js';
import {
  approvedAnswer,
  createdAnswer,
  eventsAnswer,
  historyAnswer,
  resultAnswer,
  toldAnswer,
  workflowAnswer,
} from './workflow.js';

/** What calls answer when they succeed, under the names they have in the OpenAPI document. Loaded when that is asked for. */
export const answers = {
  WorkflowCreated: createdAnswer,
  OneWorkflow: workflowAnswer,
  WorkflowHistory: historyAnswer,
  WorkflowResult: resultAnswer,
  WorkflowEvents: eventsAnswer,
  WorkflowApproved: approvedAnswer,
  WorkflowTold: toldAnswer,
  WorkflowSteps: stepsAnswer,
  WorkflowPayments: paymentsAnswer,
  OneReceipt: receiptAnswer,
} as const;

export type AnswerName = keyof typeof answers;
