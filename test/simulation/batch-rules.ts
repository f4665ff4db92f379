import type { BatchEvent } from '../../src/events/batch.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { batchItemId } from '../../src/kernel/ids.js';
import type { DeedTally } from './deeds.js';
import { must } from './violation.js';

interface BatchSeen {
  readonly userId: string;
  readonly count: number;
  handled: number;
  readonly refused: Set<number>;
  status: 'making' | 'cancelling' | 'cancelled';
  /** items below it were asked to end */
  ended: number;
}

const ENDS: ReadonlySet<string> = new Set([
  'CancellationRequested',
  'WorkflowCancelled',
  'WorkflowFailed',
  'RunClosed',
]);

/** Each item of a batch is one workflow of its owner's, or refused; of a batch that is cancelled none goes on. */
export class BatchRules {
  /** workflows that are items, and whether each is over, or has been asked to end */
  readonly items = new Map<string, boolean>();
  private readonly batches = new Map<string, BatchSeen>();

  constructor(private readonly deeds: DeedTally) {}

  apply(batchId: string, event: BatchEvent): void {
    if (event.type === 'BatchCreated') {
      const { userId, count } = event;
      this.batches.set(batchId, {
        userId,
        count,
        handled: 0,
        refused: new Set(),
        status: 'making',
        ended: 0,
      });
      return;
    }
    const batch = this.seen(batchId);
    switch (event.type) {
      case 'BatchItemsCreated': {
        const { from, to, refused } = event;
        must(
          from === batch.handled && to > from && to <= batch.count,
          'I13',
          () => `${batchId} skips an item`,
        );
        for (const { index } of refused) batch.refused.add(index);
        batch.handled = to;
        for (let index = from; index < to; index++)
          must(
            this.items.has(batchItemId(batchId, index)) !== batch.refused.has(index),
            'I13',
            () => `item ${index} of ${batchId} is wrongly said to be a workflow, or to be refused`,
          );
        if (event.late) this.deeds.count('batch made while it was cancelled');
        break;
      }
      case 'BatchCancelled':
        batch.status = 'cancelling';
        this.deeds.count('batch cancelled');
        break;
      case 'BatchItemsCancelled':
        for (let index = 0; index < event.to; index++) {
          const id = batchItemId(batchId, index);
          must(this.items.get(id) !== false, 'I14', () => `${id} goes on, and ${batchId} was cancelled`);
        }
        batch.ended = event.to;
        if (!event.more) batch.status = 'cancelled';
        break;
      default:
    }
  }

  /** Every event of every workflow. */
  workflow(id: string, event: WorkflowEvent): void {
    if (this.items.has(id) && ENDS.has(event.type)) this.items.set(id, true);
    if (event.type !== 'WorkflowCreated' || event.batchId === undefined) return;
    const { batchId, userId } = event;
    const batch = this.seen(batchId);
    const indices = Array.from({ length: batch.count }, (_, index) => index);
    const index = indices.find((each) => batchItemId(batchId, each) === id);
    must(index !== undefined, 'I4', () => `${id} is no item of ${batchId}`);
    must(userId === batch.userId, 'I12', () => `${id} is made for ${userId}, ${batchId} is another's`);
    must(index >= batch.ended, 'I14', () => `${id} is made, and all of ${batchId} was cancelled`);
    this.items.set(id, false);
    this.deeds.count('made in a batch');
  }

  get isQuiet(): boolean {
    return this.unfinished === undefined;
  }

  concludes(): void {
    const { unfinished } = this;
    must(unfinished === undefined, 'I14', () => `${unfinished} never comes to an end`);
  }

  private get unfinished(): string | undefined {
    for (const [id, { status, handled, count }] of this.batches)
      if (status === 'cancelling' || (status === 'making' && handled < count)) return id;
    return undefined;
  }

  private seen(batchId: string): BatchSeen {
    const batch = this.batches.get(batchId);
    must(batch !== undefined, 'I4', () => `${batchId} was never asked for`);
    return batch;
  }
}
