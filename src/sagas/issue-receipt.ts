import type { ReceiptEvent } from '../events/receipt.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { receiptIdOf } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import type { Reaction, Saga } from './reaction.js';

type Handled =
  | WorkflowEventOf<'WorkflowSettled'>
  | Extract<
      ReceiptEvent,
      { type: 'ReceiptIssued' | 'ProofRequested' | 'WorkflowProofGenerated' | 'ProofFailed' }
    >;

/** ms; a proof may wait for others before it */
const PROVE_AGAIN = 60_000;

/**
 * Every settled run gets a receipt; one that asks for a proof gets it from the prover. Both are asked for again when
 * nothing has come of the first job: the queue may have lost it.
 */
export const issueReceipt: Saga = {
  name: 'issue-receipt',
  handles: ['WorkflowSettled', 'ReceiptIssued', 'ProofRequested', 'WorkflowProofGenerated', 'ProofFailed'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const { occurredAt } = recorded.metadata;
    switch (event.type) {
      case 'WorkflowSettled': {
        const workflowId = aggregateIdOf(recorded);
        const { runNo } = event;
        const id = `receipt/${receiptIdOf(workflowId, runNo)}`;
        const payload = { workflowId, runNo, revision: recorded.revision };
        const job: Job = { kind: 'receipt', priority: 'normal', id, correlationId: workflowId, payload };
        return twice(job, plusMs(occurredAt, LIMITS.dispatchTimeout));
      }
      case 'ProofRequested': {
        const { receiptId, workflowId, runNo } = event;
        const id = `prove/${receiptId}`;
        const payload = { receiptId, workflowId, runNo };
        const job: Job = { kind: 'prove', priority: 'normal', id, correlationId: workflowId, payload };
        return twice(job, plusMs(occurredAt, PROVE_AGAIN));
      }
      case 'ReceiptIssued':
        return [{ do: 'cancel-timers', ids: [`receipt/${aggregateIdOf(recorded)}/again`] }];
      case 'WorkflowProofGenerated':
      case 'ProofFailed':
        return [{ do: 'cancel-timers', ids: [`prove/${aggregateIdOf(recorded)}/again`] }];
    }
  },
};

function twice(job: Job, dueAt: string): Reaction[] {
  const id = `${job.id}/again`;
  return [
    { do: 'job', job },
    { do: 'timer', id, dueAt, action: { do: 'job', job: { ...job, id } }, watches: job.id },
  ];
}
