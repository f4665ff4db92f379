import type { BatchCommand } from '../commands/batch/commands.js';
import { batch, mayExist } from '../commands/batch/decide.js';
import type { Batch } from '../commands/batch/state.js';
import { workflow } from '../commands/workflow/decide.js';
import { type ContentStore, places } from '../content/content-store.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { batchItemId } from '../kernel/ids.js';
import { isoTime } from '../kernel/time.js';
import type { TimerStore } from '../ports/timers.js';
import type { BatchItem, BatchTemplate } from '../requests/batch-body.js';
import { bodyOf } from '../requests/batch-items.js';
import { type CreateParts, createAs } from '../requests/create-workflow.js';
import { admitted } from '../requests/open-runs.js';
import { againTimer, type BatchTask, batchJob, heldTimer } from '../sagas/carry-out-batch.js';

type Refused = Batch['refused'][number];

/** Items made at the same time; between two such groups it is seen whether the batch still stands. */
const AT_ONCE = 10;
/** ms until a batch whose owner has as many open workflows as may be tries again */
const PATIENCE = 2_000;

/**
 * Makes workflows of a batch's items, or cancels them. Ids are made of the batch's and the item's number, and calls
 * of those ids: whatever is done twice is done once.
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
    const { created, handled } = state;
    if (state.status !== 'creating' || task.from !== handled) return 'done';
    const piece = Math.floor(handled / created.pieceSize);
    const first = piece * created.pieceSize;
    const [template, items] = await Promise.all([
      this.read<BatchTemplate>(created.template, places.batchTemplate(task.batchId)),
      this.read<readonly BatchItem[]>(created.pieces[piece]!, places.batchPiece(task.batchId, piece)),
    ]);
    const end = first + items.length;
    const refused: Refused[] = [];
    let next = handled;
    let isHeld = false;
    while (next < end && !isHeld) {
      if (signal.aborted || !(await this.stands(task.batchId))) break;
      const group = Array.from({ length: Math.min(AT_ONCE, end - next) }, (_, i) => next + i);
      const made = await Promise.all(
        group.map((index) => this.item(state, index, bodyOf(template, items[index - first]!))),
      );
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
    body: ReturnType<typeof bodyOf>,
  ): Promise<'made' | 'held' | Refused> {
    const { batchId, userId, priority } = created;
    const workflowId = batchItemId(batchId, index);
    const caller = {
      principal: { userId, keyId: 'batch', roles: ['user'] as const },
      callId: `batch/${batchId}/${index}`,
    };
    const of = { batchId, ...(priority !== 'normal' && { priority }) };
    try {
      await admitted(this.parts.openRuns, userId, workflowId, () =>
        createAs(this.parts, caller, workflowId, body, of),
      );
      return 'made';
    } catch (error) {
      if (isRefusal(error, 'RATE_LIMITED')) return 'held';
      if (!isRefusal(error) || error.kind !== 'terminal') throw error;
      return { index, code: error.code, message: error.message.slice(0, 500) };
    }
  }

  private async cancel(task: BatchTask, state: Batch, signal: AbortSignal): Promise<'done'> {
    if (state.status !== 'cancelling' && state.status !== 'cancelled') return 'done';
    const end = Math.min(task.from + state.created.pieceSize, mayExist(state));
    for (let next = task.from; next < end; next += AT_ONCE) {
      if (signal.aborted) throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable');
      const group = Array.from({ length: Math.min(AT_ONCE, end - next) }, (_, i) => next + i);
      await Promise.all(group.map((index) => this.end(state, index)));
    }
    await this.send(task, { type: 'RecordItemsCancelled', to: end });
    return 'done';
  }

  /** One that is over, or was never made, is left as it is. */
  private async end({ created }: Batch, index: number): Promise<void> {
    const { batchId, userId: by } = created;
    const { dispatch, clock } = this.parts;
    const id = batchItemId(batchId, index);
    const { state } = await dispatch.load(workflow, id);
    if (state.status === 'none' || state.status === 'closed') return;
    const command = { type: 'CancelWorkflow', at: isoTime(clock.now()), by } as const;
    const commandId = uuidv5(`batch/${batchId}/${index}/cancel`);
    const context = { commandId, correlationId: id, actor: { type: 'worker', id: 'batches' } } as const;
    await dispatch.send(workflow, id, command, context).catch((error: unknown) => {
      if (!isRefusal(error, 'WRONG_STATE')) throw error; // it has failed and ends by itself
    });
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
