import type { ReceiptEvent } from '../events/receipt.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { receiptIdOf } from '../kernel/ids.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import type { Saga } from './reaction.js';

type Handled = WorkflowEventOf<'WorkflowSettled'> | Extract<ReceiptEvent, { type: 'ProofRequested' }>;

/** Every settled run gets a receipt; one that asks for a proof gets it from the prover. */
export const issueReceipt: Saga = {
  name: 'issue-receipt',
  handles: ['WorkflowSettled', 'ProofRequested'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    if (event.type === 'ProofRequested') {
      const { receiptId, workflowId, runNo } = event;
      const payload = { receiptId, workflowId, runNo };
      return [
        {
          do: 'job',
          job: {
            kind: 'prove',
            priority: 'normal',
            id: `prove/${receiptId}`,
            correlationId: workflowId,
            payload,
          },
        },
      ];
    }
    const workflowId = aggregateIdOf(recorded);
    const payload = { workflowId, runNo: event.runNo };
    const id = `receipt/${receiptIdOf(workflowId, event.runNo)}`;
    return [
      { do: 'job', job: { kind: 'receipt', priority: 'normal', id, correlationId: workflowId, payload } },
    ];
  },
};
