import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { coverChild } from './children.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';
import { asked } from './use-mandate.js';

/**
 * An offer is answered under the mandate it names, if that covers it (T02), or by its owner, or it expires (T08); an
 * approved and covered one starts (T10). One of a workflow that is a step of another was answered with that one.
 */
export const approvePlan: Saga = {
  name: 'approve-plan',
  handles: ['ApprovalRequested', 'WorkflowApproved'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const workflowId = aggregateIdOf(recorded);
    const event = eventOf<WorkflowEventOf<'ApprovalRequested' | 'WorkflowApproved'>>(recorded);
    if (event.type === 'WorkflowApproved') {
      const cancel = { do: 'cancel-timers', ids: [approvalTimer(workflowId, event.requestId)] } as const;
      // a plan that costs nothing has begun with its approval
      if (event.holdId === undefined) return [cancel];
      return [
        cancel,
        { do: 'command', send: send(workflow, workflowId, { type: 'StartExecution', runNo: event.runNo }) },
      ];
    }
    const { requestId, expiresAt, mandateId, covered } = event;
    return [
      {
        do: 'timer',
        id: approvalTimer(workflowId, requestId),
        dueAt: expiresAt,
        action: { do: 'command', send: send(workflow, workflowId, { type: 'ExpireApproval', requestId }) },
      },
      ...(mandateId === undefined
        ? []
        : asked({ act: 'approve', mandateId, workflowId, requestId }, recorded.metadata.occurredAt)),
      ...(covered ? coverChild(workflowId, recorded.metadata.occurredAt) : []),
    ];
  },
};

const approvalTimer = (workflowId: string, requestId: string): string => `${workflowId}/${requestId}`;
