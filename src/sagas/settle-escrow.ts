import { escrow } from '../commands/escrow/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import type { EscrowEvent } from '../events/escrow.js';
import type { PaymentEvent } from '../events/payment.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import type { Recorded } from '../kernel/event.js';
import { hasPrefix } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import { parseMicros, ZERO } from '../kernel/money.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Reaction, type Saga, send, type TimedAction } from './reaction.js';

type Handled =
  | WorkflowEventOf<'RunClosed'>
  | Extract<PaymentEvent, { type: 'PaymentConfirmed' | 'RefundConfirmed' }>
  | Extract<
      EscrowEvent,
      { type: 'HoldPlaced' | 'HoldExtended' | 'HoldSplit' | 'HoldReleased' | 'HoldExpired' }
    >;

/** One look at payments of a run that is over: its hold is released once none of them can land any more. */
export interface ReleaseLook {
  readonly releaseOf: string;
  readonly userId: string;
  readonly workflowId: string;
  readonly runNo: number;
  readonly payments: readonly string[];
  readonly look: number;
}

export const releaseTimer = (holdId: string): string => `${holdId}/release`;

export const releaseJob = (task: ReleaseLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `release/${task.releaseOf}/${task.look}`,
  correlationId: task.workflowId,
  payload: { ...task },
});

/** A hold whose time is up: it ends once nothing that was signed for its run can land any more. */
export interface DueHold {
  readonly expiryOf: string;
  readonly userId: string;
  readonly workflowId: string;
}

export const expiryTimer = (holdId: string): string => `${holdId}/expiry`;

/** other things than runs hold money, too */
const isOfRun = (recorded: Recorded): boolean => hasPrefix('workflow', byCorrelation(recorded));

function expiry(
  recorded: Recorded,
  { holdId, expiresAt }: { holdId: string; expiresAt: string },
): TimedAction {
  const userId = aggregateIdOf(recorded);
  if (!isOfRun(recorded))
    return { do: 'command', send: send(escrow, userId, { type: 'ExpireHold', holdId }) };
  const workflowId = byCorrelation(recorded);
  const task: DueHold = { expiryOf: holdId, userId, workflowId };
  const job: Job = {
    kind: 'chain',
    priority: 'normal',
    id: `expiry/${holdId}/${expiresAt}`,
    correlationId: workflowId,
    payload: { ...task },
  };
  return { do: 'job', job, every: LIMITS.dispatchTimeout };
}

function untilDecided(task: ReleaseLook, at: string): readonly Reaction[] {
  const job = releaseJob(task);
  const dueAt = plusMs(at, LIMITS.dispatchTimeout);
  return [
    { do: 'job', job },
    // moved by whoever has looked
    {
      do: 'timer',
      id: releaseTimer(task.releaseOf),
      dueAt,
      action: { do: 'job', job, every: LIMITS.dispatchTimeout },
    },
  ];
}

/**
 * Money follows what happened: a confirmed payment is captured from its hold, a payment that came back is credited, a
 * closed run gives the rest back. All of it travels in one saga and one lane: a capture never comes after the release of
 * its hold, nor a credit before the capture of its payment, which the account would refuse for good.
 *
 * What was signed for a run may land after it is over and settled. Its hold stays as long as that: what is released may
 * be withdrawn, and a capture that finds nothing left would be paid by everybody else.
 */
export const settleEscrow: Saga = {
  name: 'settle-escrow',
  handles: [
    'HoldPlaced',
    'HoldExtended',
    'HoldSplit',
    'PaymentConfirmed',
    'RefundConfirmed',
    'RunClosed',
    'HoldReleased',
    'HoldExpired',
  ],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    switch (event.type) {
      case 'HoldPlaced':
      case 'HoldExtended':
      case 'HoldSplit': {
        const { holdId, expiresAt: dueAt } = event;
        return [{ do: 'timer', id: expiryTimer(holdId), dueAt, action: expiry(recorded, event) }];
      }
      case 'HoldExpired': {
        const { holdId } = event;
        if (!isOfRun(recorded)) return [];
        return [
          { do: 'cancel-timers', ids: [expiryTimer(holdId)] },
          {
            do: 'command',
            send: send(workflow, byCorrelation(recorded), { type: 'ReportHoldLost', holdId }),
          },
        ];
      }
      case 'PaymentConfirmed': {
        const { holdId, paymentId, userId } = event;
        // a wallet of the user's own has paid
        if (holdId === undefined) return [];
        const amount = parseMicros(event.amount);
        return [
          { do: 'command', send: send(escrow, userId, { type: 'CaptureHold', holdId, paymentId, amount }) },
        ];
      }
      case 'RefundConfirmed': {
        const { userId, paymentId, signature } = event;
        const amount = parseMicros(event.amount);
        const credit = send(escrow, userId, { type: 'CreditRefund', paymentId, signature, amount });
        return [{ do: 'command', send: credit }];
      }
      case 'RunClosed': {
        const { holdId, userId, openPayments: payments, runNo } = event;
        if (holdId !== undefined && payments)
          return untilDecided(
            { releaseOf: holdId, userId, workflowId: aggregateIdOf(recorded), runNo, payments, look: 1 },
            recorded.metadata.occurredAt,
          );
        if (holdId !== undefined)
          return [{ do: 'command', send: send(escrow, userId, { type: 'ReleaseHold', holdId }) }];
        const settle = send(workflow, aggregateIdOf(recorded), { type: 'RecordSettlement', spent: ZERO });
        return [{ do: 'command', send: settle }];
      }
      case 'HoldReleased': {
        const { holdId } = event;
        const spent = parseMicros(event.captured);
        const settle = send(workflow, byCorrelation(recorded), { type: 'RecordSettlement', holdId, spent });
        return [
          { do: 'command', send: settle },
          { do: 'cancel-timers', ids: [expiryTimer(holdId), releaseTimer(holdId)] },
        ];
      }
    }
  },
};
