import type { BatchCommand } from '../commands/batch/commands.js';
import { batch, mayExist } from '../commands/batch/decide.js';
import type { Batch } from '../commands/batch/state.js';
import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowState } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { batchItemId } from '../kernel/ids.js';
import { isoTime } from '../kernel/time.js';
import type { TimerStore } from '../ports/timers.js';
import type { BatchItem, BatchTemplate } from '../requests/batch-body.js';
import { bodyOf } from '../requests/batch-items.js';
import type { Caller } from '../requests/caller.js';
import type { CreateBody } from '../requests/create-body.js';
import { type CreateParts, createAs, createCancelled, type PartOf } from '../requests/create-workflow.js';
import { admitted } from '../requests/open-runs.js';
import { againTimer, type BatchTask, batchJob, heldTimer } from '../sagas/carry-out-batch.js';

type Refused = Batch['refused'][number];

/** Items made at the same time; between two such groups it is seen whether the batch still stands. */
const AT_ONCE = 10;
/** ms until a batch whose owner has as many open workflows as may be tries again */
const PATIENCE = 2_000;

/**
 * Makes workflows of a batch's items, or cancels them. Ids are made of the batch's and the item's number, and calls
 * of those ids: whatever is done twice is done once. Who cancels cannot know how far another worker is with the piece it
 * makes: what is not there of that piece is made and cancelled by one append, and so is made by nobody any more.
 */
export class BatchJob {
  constructor(
    private readonly parts: CreateParts,
    private readonly content: ContentStore,
    private readonly timers: Pick<TimerStore, 'set' | 'cancel'>,
  ) {}

  async run(task: BatchTask, signal: AbortSignal): Promise<void> {
    const { state } = await this.parts.dispatch.load(batch, task.batchId);
    if (state.status === 'none') return;
    const left =
      task.act === 'create' ? await this.create(task, state, signal) : await this.cancel(task, state, signal);
    if (left === 'done') return this.timers.cancel([againTimer(task), heldTimer(task)]);
    const dueAt = this.parts.clock.now() + PATIENCE;
    const job = batchJob(task, `/held/${dueAt}`);
    await this.timers.set([{ id: heldTimer(task), dueAt, action: { do: 'job', job } }]);
  }

  /** The rest of the piece that `from` stands in, as far as its owner may have more open workflows. */
  private async create(task: BatchTask, state: Batch, signal: AbortSignal): Promise<'done' | 'later'> {
    const { handled } = state;
    if (state.status !== 'creating' || task.from !== handled) return 'done';
    const { end, bodyAt } = await this.pieceWith(state, handled);
    const refused: Refused[] = [];
    let next = handled;
    let isHeld = false;
    while (next < end && !isHeld) {
      if (signal.aborted || !(await this.stands(task.batchId))) break;
      const group = Array.from({ length: Math.min(AT_ONCE, end - next) }, (_, i) => next + i);
      const made = await Promise.all(group.map((index) => this.item(state, index, bodyAt(index))));
      // what comes after one that is held was made, or is held too: it is found again by its id
      const held = made.indexOf('held');
      isHeld = held >= 0;
      const count = isHeld ? held : made.length;
      refused.push(...made.slice(0, count).filter((each) => typeof each === 'object'));
      next += count;
    }
    if (next > handled)
      await this.send(task, { type: 'RecordItemsCreated', from: handled, to: next, refused });
    if (next === handled && !isHeld && signal.aborted)
      throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable');
    return next === handled && isHeld ? 'later' : 'done';
  }

  private async item(
    { created }: Batch,
    index: number,
    body: CreateBody,
  ): Promise<'made' | 'held' | Refused> {
    const asked = itemOf(created, index, body);
    const [{ principal }, workflowId] = asked;
    try {
      await admitted(this.parts.openRuns, principal.userId, workflowId, () => createAs(this.parts, ...asked));
      return 'made';
    } catch (error) {
      if (isRefusal(error, 'RATE_LIMITED')) return 'held';
      if (!isRefusal(error) || error.kind !== 'terminal') throw error;
      // whoever cancels the batch may have been quicker
      if (await this.exists(workflowId)) return 'made';
      return { index, code: error.code, message: error.message.slice(0, 500) };
    }
  }

  /** The piece of the batch that an item stands in, up to and without `end`. */
  private async pieceWith({ created }: Batch, index: number) {
    const { batchId, pieceSize } = created;
    const piece = Math.floor(index / pieceSize);
    const first = piece * pieceSize;
    const [template, items] = await Promise.all([
      this.read<BatchTemplate>(created.template, places.batchTemplate(batchId)),
      this.read<readonly BatchItem[]>(created.pieces[piece]!, places.batchPiece(batchId, piece)),
    ]);
    const bodyAt = (at: number): CreateBody => bodyOf(template, items[at - first]!);
    return { end: first + items.length, bodyAt };
  }

  private async cancel(task: BatchTask, state: Batch, signal: AbortSignal): Promise<'done'> {
    if (state.status !== 'cancelling' && state.status !== 'cancelled') return 'done';
    const end = Math.min(task.from + state.created.pieceSize, mayExist(state));
    const { handled } = state;
    const underWay =
      handled < end ? await this.pieceWith(state, handled) : { end: handled, bodyAt: undefined };
    const bodyAt = (index: number) =>
      index >= handled && index < underWay.end ? underWay.bodyAt?.(index) : undefined;
    for (let next = task.from; next < end; next += AT_ONCE) {
      if (signal.aborted) throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable');
      const group = Array.from({ length: Math.min(AT_ONCE, end - next) }, (_, i) => next + i);
      await Promise.all(group.map((index) => this.end(state, index, bodyAt(index))));
    }
    await this.send(task, { type: 'RecordItemsCancelled', to: end });
    return 'done';
  }

  /**
   * One that is over, or was never made, is left as it is.
   * @param body of one that somebody may be about to make: it is made and cancelled at once, and that one comes too late
   */
  private async end({ created }: Batch, index: number, body: CreateBody | undefined): Promise<void> {
    const { batchId, userId: by } = created;
    const { dispatch, clock } = this.parts;
    const id = batchItemId(batchId, index);
    const before = (await dispatch.load(workflow, id)).state;
    const state = before.status === 'none' && body ? await this.forestall(created, index, body) : before;
    if (state.status === 'none' || state.status === 'closed') return;
    const command = { type: 'CancelWorkflow', at: isoTime(clock.now()), by } as const;
    const commandId = uuidv5(`batch/${batchId}/${index}/cancel`);
    const context = { commandId, correlationId: id, actor: { type: 'worker', id: 'batches' } } as const;
    await dispatch.send(workflow, id, command, context).catch((error: unknown) => {
      if (!isRefusal(error, 'WRONG_STATE')) throw error; // it has failed and ends by itself
    });
  }

  /** @returns its state: over, unless another has made it meanwhile; none where nobody can make it */
  private async forestall(
    created: Batch['created'],
    index: number,
    body: CreateBody,
  ): Promise<WorkflowState> {
    try {
      return (await createCancelled(this.parts, ...itemOf(created, index, body, '/never'))).state;
    } catch (error) {
      if (!isRefusal(error) || error.kind !== 'terminal') throw error;
      return { status: 'none' };
    }
  }

  private async exists(workflowId: string): Promise<boolean> {
    return (await this.parts.dispatch.load(workflow, workflowId)).state.status !== 'none';
  }

  private async stands(batchId: string): Promise<boolean> {
    return (await this.parts.dispatch.load(batch, batchId)).state.status === 'creating';
  }

  private async read<T>(ref: Batch['created']['template'], place: string): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.content.getArtifact(ref, place))) as T;
  }

  private async send({ batchId, act, from }: BatchTask, command: BatchCommand): Promise<void> {
    const to = 'to' in command ? command.to : 0;
    await this.parts.dispatch.send(batch, batchId, command, {
      commandId: uuidv5(`batch/${batchId}/${act}/${from}/${to}`),
      correlationId: batchId,
      actor: { type: 'worker', id: 'batches' },
    });
  }
}

function itemOf(
  { batchId, userId, priority }: Batch['created'],
  index: number,
  body: CreateBody,
  how = '',
): readonly [Caller, workflowId: string, CreateBody, PartOf] {
  const principal = { userId, keyId: 'batch', roles: ['user'] as const };
  const caller = { principal, callId: `batch/${batchId}/${index}${how}` };
  return [caller, batchItemId(batchId, index), body, { batchId, ...(priority !== 'normal' && { priority }) }];
}
