import type { BatchEvent } from '../events/batch.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import type { Reaction, Saga } from './reaction.js';

/** What a worker does for a batch: makes the next workflows of it, or cancels the next ones. */
export interface BatchTask {
  readonly batchId: string;
  /** whose work it is */
  readonly userId: string;
  readonly act: 'create' | 'cancel';
  /** of the first item it is about */
  readonly from: number;
}

/** A batch goes on piece by piece: each piece that is on record asks for the next, so that no process keeps a list. */
export const carryOutBatch: Saga = {
  name: 'carry-out-batch',
  handles: ['BatchCreated', 'BatchItemsCreated', 'BatchCancelled', 'BatchItemsCancelled'],
  correlate: aggregateIdOf,
  ...noState,
  react(recorded) {
    const event = eventOf<BatchEvent>(recorded);
    const batchId = aggregateIdOf(recorded);
    const userId = event.type === 'BatchCancelled' ? event.by : event.userId;
    const next = (act: BatchTask['act'], from: number) =>
      asked({ batchId, userId, act, from }, recorded.metadata.occurredAt);
    switch (event.type) {
      case 'BatchCreated':
        return next('create', 0);
      case 'BatchItemsCreated':
        if (event.late) return next('cancel', event.from);
        return event.more ? next('create', event.to) : [];
      case 'BatchCancelled':
        return next('cancel', 0);
      case 'BatchItemsCancelled':
        return event.more ? next('cancel', event.to) : [];
    }
  },
};

export const batchJob = (task: BatchTask, suffix = ''): Job => ({
  kind: 'plan',
  priority: 'low',
  id: `${nameOf(task)}${suffix}`,
  correlationId: task.batchId,
  payload: { ...task },
});

const nameOf = ({ batchId, act, from }: BatchTask): string => `batch/${batchId}/${act}/${from}`;

/** Published every now and then until the worker has no more to do with it: the queue may lose it. */
export const againTimer = (task: BatchTask): string => `${nameOf(task)}/again`;

/** Set by the worker when the owner has too many open workflows. */
export const heldTimer = (task: BatchTask): string => `${nameOf(task)}/held`;

function asked(task: BatchTask, at: string): Reaction[] {
  return [
    { do: 'job', job: batchJob(task) },
    {
      do: 'timer',
      id: againTimer(task),
      dueAt: plusMs(at, LIMITS.dispatchTimeout),
      action: { do: 'job', job: batchJob(task, '/again'), every: LIMITS.dispatchTimeout },
    },
  ];
}
