import type { BatchEvent } from '../../events/batch.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import type {
  BatchCommand,
  CancelBatch,
  CreateBatch,
  RecordItemsCancelled,
  RecordItemsCreated,
} from './commands.js';
import { type Batch, type BatchState, evolveBatch } from './state.js';

export const batchDecider: Decider<BatchState, BatchCommand, BatchEvent> = {
  initial: { status: 'none' },
  evolve: evolveBatch,
  decide(command, state) {
    if (command.type === 'CreateBatch') return create(command, state);
    if (state.status === 'none') throw new Refusal('NOT_FOUND', 'There is no such batch.');
    switch (command.type) {
      case 'RecordItemsCreated':
        return itemsCreated(command, state);
      case 'CancelBatch':
        return cancel(command, state);
      case 'RecordItemsCancelled':
        return itemsCancelled(command, state);
      default:
        return unreachable(command);
    }
  },
};

function create({ type: _type, at, ...fields }: CreateBatch, state: BatchState): BatchEvent[] {
  if (state.status === 'none') return [{ type: 'BatchCreated', v: 1, ...fields, createdAt: at }];
  if (state.created.template.sha256 === fields.template.sha256) return [];
  throw new Refusal('WRONG_STATE', 'This batch id is taken.', { batchId: fields.batchId });
}

/** Two workers may have made the same ones: what is handled already is not told again. */
function itemsCreated({ from, to, refused }: RecordItemsCreated, state: Batch): BatchEvent[] {
  const { handled, created } = state;
  if (to <= handled || from > handled || to > created.count) return [];
  const news = refused.filter(({ index }) => index >= handled && index < to);
  const late = state.status === 'cancelling' || state.status === 'cancelled';
  return [
    {
      type: 'BatchItemsCreated',
      v: 1,
      userId: created.userId,
      from: handled,
      to,
      refused: news,
      more: to < created.count,
      ...(late && { late }),
    },
  ];
}

function cancel({ by, at }: CancelBatch, state: Batch): BatchEvent[] {
  if (by !== state.created.userId) throw new Refusal('FORBIDDEN', 'Only the owner of a batch can cancel it.');
  if (state.status === 'cancelling' || state.status === 'cancelled') return [];
  return [{ type: 'BatchCancelled', v: 1, by, cancelledAt: at }];
}

function itemsCancelled({ to }: RecordItemsCancelled, state: Batch): BatchEvent[] {
  if (state.status !== 'cancelling' || to <= state.cancelled || to > mayExist(state)) return [];
  return [
    { type: 'BatchItemsCancelled', v: 1, userId: state.created.userId, to, more: to < mayExist(state) },
  ];
}

/** Items below it may be workflows: those on record, and the piece a worker may be at. */
export const mayExist = ({ created, handled }: Batch): number =>
  Math.min(created.count, handled + created.pieceSize);

export const batch: Aggregate<BatchState, BatchCommand, BatchEvent> = {
  category: 'batch',
  decider: batchDecider,
};
