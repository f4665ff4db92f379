import { batch } from '../commands/batch/decide.js';
import type { Batch } from '../commands/batch/state.js';
import { requireOwner } from '../identity/ownership.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface BatchCancelled {
  readonly status: Batch['status'];
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * No more of its items become workflows, and those that are open are cancelled by workers.
 * @throws Refusal NOT_FOUND
 */
export async function cancelBatch(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  batchId: string,
): Promise<BatchCancelled> {
  const { state, revision: current } = await dispatch.load(batch, batchId);
  requireOwner(caller.principal, state.status === 'none' ? undefined : state.created.userId, 'batch');
  requireSeen(caller, current);
  const { userId: by } = caller.principal;
  const command = { type: 'CancelBatch', at: isoTime(clock.now()), by } as const;
  const sent = await dispatch.send(batch, batchId, command, contextOf(caller, 'cancel', batchId));
  const { status } = sent.state as Batch;
  return { status, revision: sent.revision, position: sent.position };
}
