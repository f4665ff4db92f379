import type { BatchEventOf } from '../../events/batch.js';

export type BatchCommand = CreateBatch | RecordItemsCreated | CancelBatch | RecordItemsCancelled;

export interface CreateBatch extends Omit<BatchEventOf<'BatchCreated'>, 'type' | 'v' | 'createdAt'> {
  readonly type: 'CreateBatch';
  readonly at: string;
}

/** A worker has made workflows of the items from `from` up to, and without, `to`. */
export interface RecordItemsCreated {
  readonly type: 'RecordItemsCreated';
  readonly from: number;
  readonly to: number;
  readonly refused: BatchEventOf<'BatchItemsCreated'>['refused'];
}

export interface CancelBatch {
  readonly type: 'CancelBatch';
  readonly at: string;
  readonly by: string;
}

/** A worker has cancelled the workflows of the items below `to`. */
export interface RecordItemsCancelled {
  readonly type: 'RecordItemsCancelled';
  readonly to: number;
}
