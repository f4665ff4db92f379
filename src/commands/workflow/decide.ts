import type { WorkflowEvent } from '../../events/workflow.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { unreachable } from '../../kernel/errors.js';
import { approve, expireApproval, reportHoldLost } from './approval.js';
import { declineAutoApproval } from './auto-approval.js';
import { reportChild } from './child.js';
import type { WorkflowCommand } from './commands.js';
import {
  compensateStep,
  resolveCompensation,
  retryCompensation,
  retryStepCompensation,
  stepCompensated,
  stepCompensationFailed,
} from './compensation.js';
import { confirmStep, declineStep, expireConfirmation } from './confirmation.js';
import { cancel, endDrain, timeOut } from './ending.js';
import { evolve } from './evolve.js';
import { completeStep, failStep, retryStep, startExecution, startStep } from './execution.js';
import { fork } from './fork.js';
import { reportFundsExhausted, reportPriceDrift } from './overrun.js';
import { pauseExecution, resumeExecution } from './pausing.js';
import { create, failPlanning, proposePlan } from './planning.js';
import { rateWorkflow } from './rating.js';
import { notFound, whenAsked } from './refusals.js';
import { retryWorkflow } from './retry.js';
import { requestRollback } from './rollback.js';
import { recordSettlement, settledIfFree } from './settlement.js';
import { sendSignal } from './signal.js';
import type { WorkflowState } from './state.js';
import { startWait, wakeStep } from './wait.js';

export const workflowDecider: Decider<WorkflowState, WorkflowCommand, WorkflowEvent> = {
  initial: { status: 'none' },
  evolve,
  decide(command, state) {
    try {
      return settledIfFree(answer(command, state), state);
    } catch (error) {
      throw whenAsked(error, command);
    }
  },
};

function answer(command: WorkflowCommand, state: WorkflowState): readonly WorkflowEvent[] {
  if (command.type === 'CreateWorkflow') return create(command, state);
  if (command.type === 'ForkWorkflow') return fork(command, state);
  if (state.status === 'none') throw notFound();
  switch (command.type) {
    case 'ProposePlan':
      return proposePlan(command, state);
    case 'FailPlanning':
      return failPlanning(command, state);
    case 'Approve':
      return approve(command, state);
    case 'DeclineAutoApproval':
      return declineAutoApproval(command, state);
    case 'ExpireApproval':
      return expireApproval(command, state);
    case 'ReportHoldLost':
      return reportHoldLost(command, state);
    case 'StartExecution':
      return startExecution(command, state);
    case 'StartStep':
      return startStep(command, state);
    case 'StepCompleted':
      return completeStep(command, state);
    case 'FailStep':
      return failStep(command, state);
    case 'RetryStep':
      return retryStep(command, state);
    case 'TimeOutWorkflow':
      return timeOut(command, state);
    case 'EndDrain':
      return endDrain(command, state);
    case 'CancelWorkflow':
      return cancel(command, state);
    case 'RecordSettlement':
      return recordSettlement(command, state);
    case 'CompensateStep':
      return compensateStep(command, state);
    case 'ReportStepCompensated':
      return stepCompensated(command, state);
    case 'ReportStepCompensationFailed':
      return stepCompensationFailed(command, state);
    case 'RetryStepCompensation':
      return retryStepCompensation(command, state);
    case 'RetryCompensation':
      return retryCompensation(command, state);
    case 'ResolveCompensation':
      return resolveCompensation(command, state);
    case 'RetryWorkflow':
      return retryWorkflow(command, state);
    case 'ReportPriceDrift':
      return reportPriceDrift(command, state);
    case 'ReportFundsExhausted':
      return reportFundsExhausted(command, state);
    case 'PauseExecution':
      return pauseExecution(command, state);
    case 'ResumeExecution':
      return resumeExecution(command, state);
    case 'RateWorkflow':
      return rateWorkflow(command, state);
    case 'StartWait':
      return startWait(command, state);
    case 'WakeStep':
      return wakeStep(command, state);
    case 'ReportChild':
      return reportChild(command, state);
    case 'RequestRollback':
      return requestRollback(command, state);
    case 'SendSignal':
      return sendSignal(command, state);
    case 'ConfirmStep':
      return confirmStep(command, state);
    case 'DeclineStep':
      return declineStep(command, state);
    case 'ExpireConfirmation':
      return expireConfirmation(command, state);
    default:
      return unreachable(command);
  }
}

export const workflow: Aggregate<WorkflowState, WorkflowCommand, WorkflowEvent> = {
  category: 'workflow',
  decider: workflowDecider,
};
