import type { BatchEvent, BatchEventOf } from '../../events/batch.js';
import { unreachable } from '../../kernel/errors.js';

/**
 * Invariants of a batch:
 * - each item becomes one workflow at most: its id is made of the batch's and the item's number;
 * - items are taken in order, and none after the batch was cancelled.
 */
export type BatchState =
  | { readonly status: 'none' }
  | {
      /** `created`: nothing is left to create */
      readonly status: 'creating' | 'created' | 'cancelling' | 'cancelled';
      readonly created: BatchEventOf<'BatchCreated'>;
      /** items handled: workflows, or refused */
      readonly handled: number;
      readonly refused: BatchEventOf<'BatchItemsCreated'>['refused'];
      /** items asked to end */
      readonly cancelled: number;
    };

export type Batch = Exclude<BatchState, { readonly status: 'none' }>;

export function evolveBatch(state: BatchState, event: BatchEvent): BatchState {
  if (event.type === 'BatchCreated')
    return { status: 'creating', created: event, handled: 0, refused: [], cancelled: 0 };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'BatchItemsCreated': {
      const { to, refused, more } = event;
      const next = { ...state, handled: to, refused: [...state.refused, ...refused] };
      return state.status === 'creating' && !more ? { ...next, status: 'created' } : next;
    }
    case 'BatchCancelled':
      return { ...state, status: 'cancelling' };
    case 'BatchItemsCancelled':
      return { ...state, cancelled: event.to, status: event.more ? 'cancelling' : 'cancelled' };
    default:
      return unreachable(event);
  }
}
