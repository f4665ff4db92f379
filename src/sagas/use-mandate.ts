import { mandate } from '../commands/mandate/decide.js';
import type { MandateEventOf } from '../events/mandate.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { LIMITS } from '../kernel/limits.js';
import { parseMicros } from '../kernel/money.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import { type Reaction, type Saga, send } from './reaction.js';

type Handled = MandateEventOf<'MandateGranted' | 'MandateRevoked'> | WorkflowEventOf<'MandateShareSettled'>;

/** What a worker does with a mandate for one run: uses it for the open question, or gives back what was not spent. */
export type MandateTask =
  | {
      readonly act: 'approve';
      readonly mandateId: string;
      readonly workflowId: string;
      readonly requestId: string;
    }
  | {
      readonly act: 'release';
      readonly mandateId: string;
      readonly workflowId: string;
      readonly runNo: number;
      readonly userId: string;
      /** micro-USDC known to be spent; workflows of its own pay from holds of their own */
      readonly least: string;
    };

/** ms; longer than signed bytes of a payment can still land */
const LATE_MS = 3 * 60_000;

export const mandateJob = (task: MandateTask, suffix = ''): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `${nameOf(task)}${suffix}`,
  correlationId: task.workflowId,
  payload: { ...task },
});

const nameOf = (task: MandateTask): string =>
  `mandate/${task.workflowId}/${task.act === 'approve' ? task.requestId : task.runNo}`;

/** Published again and again until the worker has no more to do with it: the queue may lose it, or money may come. */
export const mandateTimer = (task: MandateTask): string => `${nameOf(task)}/again`;

const again = (task: MandateTask, at: string, ms: number): Reaction => ({
  do: 'timer',
  id: mandateTimer(task),
  dueAt: plusMs(at, ms),
  action: { do: 'job', job: mandateJob(task, '/again'), every: LIMITS.dispatchTimeout },
});

export const asked = (task: MandateTask, at: string): readonly Reaction[] => [
  { do: 'job', job: mandateJob(task) },
  again(task, at, LIMITS.dispatchTimeout),
];

/** What a run did not spend goes back to its mandate; a mandate ends when its time is over. */
export const useMandate: Saga = {
  name: 'use-mandate',
  handles: ['MandateGranted', 'MandateRevoked', 'MandateShareSettled'],
  correlate: aggregateIdOf,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const id = aggregateIdOf(recorded);
    switch (event.type) {
      case 'MandateGranted': {
        const expire = send(mandate, id, { type: 'ExpireMandate' });
        return [
          {
            do: 'timer',
            id: `${id}/expiry`,
            dueAt: event.expiresAt,
            action: { do: 'command', send: expire },
          },
        ];
      }
      case 'MandateRevoked':
        return [{ do: 'cancel-timers', ids: [`${id}/expiry`] }];
      case 'MandateShareSettled': {
        const { runNo, mandateId, userId, spent, isFinal } = event;
        if (!isFinal)
          return [
            again(
              { act: 'release', mandateId, workflowId: id, runNo, userId, least: spent },
              recorded.metadata.occurredAt,
              LATE_MS,
            ),
          ];
        const release = {
          type: 'ReleaseMandateUse',
          workflowId: id,
          runNo,
          spent: parseMicros(spent),
        } as const;
        return [{ do: 'command', send: send(mandate, mandateId, release) }];
      }
    }
  },
};
