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
/** ms; as often as it takes: the queue may lose what it was given any number of times */
const EVERY = 600_000;

/** Published again and again until the worker has no more to do with it. */
export const receiptTimer = (receiptId: string): string => `receipt/${receiptId}/again`;
export const proofTimer = (receiptId: string): string => `prove/${receiptId}/again`;

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
        const receiptId = receiptIdOf(workflowId, runNo);
        const id = `receipt/${receiptId}`;
        const payload = { workflowId, runNo, revision: recorded.revision };
        const job: Job = { kind: 'receipt', priority: 'normal', id, correlationId: workflowId, payload };
        return untilDone(job, receiptTimer(receiptId), plusMs(occurredAt, LIMITS.dispatchTimeout));
      }
      case 'ProofRequested': {
        const { receiptId, workflowId, runNo } = event;
        const id = `prove/${receiptId}`;
        const payload = { receiptId, workflowId, runNo };
        const job: Job = { kind: 'prove', priority: 'normal', id, correlationId: workflowId, payload };
        return untilDone(job, proofTimer(receiptId), plusMs(occurredAt, PROVE_AGAIN));
      }
      case 'ReceiptIssued':
        return [{ do: 'cancel-timers', ids: [receiptTimer(aggregateIdOf(recorded))] }];
      case 'WorkflowProofGenerated':
      case 'ProofFailed':
        return [{ do: 'cancel-timers', ids: [proofTimer(aggregateIdOf(recorded))] }];
    }
  },
};

function untilDone(job: Job, id: string, dueAt: string): Reaction[] {
  return [
    { do: 'job', job },
    { do: 'timer', id, dueAt, action: { do: 'job', job: { ...job, id }, every: EVERY }, watches: job.id },
  ];
}
