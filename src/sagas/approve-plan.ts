import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';

/** An offer expires when nobody answers it (T08); an approved and covered one starts (T10). */
export const approvePlan: Saga = {
  name: 'approve-plan',
  handles: ['ApprovalRequested', 'WorkflowApproved'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const workflowId = aggregateIdOf(recorded);
    const event = eventOf<WorkflowEventOf<'ApprovalRequested' | 'WorkflowApproved'>>(recorded);
    if (event.type === 'WorkflowApproved') {
      if (event.automatic) return [];
      const cancel = { do: 'cancel-timers', ids: [approvalTimer(workflowId, event.requestId)] } as const;
      if (event.holdId === undefined) return [cancel];
      return [
        cancel,
        { do: 'command', send: send(workflow, workflowId, { type: 'StartExecution', runNo: event.runNo }) },
      ];
    }
    const { requestId, expiresAt } = event;
    return [
      {
        do: 'timer',
        id: approvalTimer(workflowId, requestId),
        dueAt: expiresAt,
        action: { do: 'command', send: send(workflow, workflowId, { type: 'ExpireApproval', requestId }) },
      },
    ];
  },
};

const approvalTimer = (workflowId: string, requestId: string): string => `${workflowId}/${requestId}`;
