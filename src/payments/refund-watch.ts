import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import type { Confirmed } from '../commands/payment/state.js';
import { uuidv5 } from '../kernel/event.js';
import type { Chain, MemoSearch } from '../ports/chain.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type RefundLook, refundJob, refundTimer } from '../sagas/claim-refund.js';

/** ms between looks, twice as long each time */
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
const LEAST_EVERY_MS = 60_000;

/**
 * Looks for the transfer that gives a payment back: finalized, into our token account, with the memo of this refund
 * and no other. Who sends it does not matter; what it moved is what is credited.
 */
export class RefundWatch {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly chain: Pick<Chain, 'lookupDeposit'> & MemoSearch,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: RefundLook): Promise<void> {
    const { state } = await this.dispatch.load(payment, task.refundOf);
    if (state.status !== 'confirmed' || state.refund.status !== 'requested')
      return this.timers.cancel([refundTimer(task)]);
    const { memo, until } = state.refund;
    const back = await this.find(memo, state);
    if (back) return this.record(task, { type: 'ConfirmRefund', ...back });
    if (this.clock.now() < Date.parse(until)) return this.lookAgain(task);
    const message = 'The recipient has not given the money back.';
    return this.record(task, { type: 'RejectRefund', code: 'REFUND_NOT_RECEIVED', message });
  }

  private async find(memo: string, { signature: since }: Confirmed) {
    for (const signature of await this.chain.withMemo(memo, since)) {
      const found = await this.chain.lookupDeposit(signature);
      const transfer = found.status === 'finalized' ? found.transfer : undefined;
      // one memo and no other: a transfer never counts as two things
      if (transfer?.memos.length === 1 && transfer.memos[0] === memo)
        return { signature, slot: transfer.slot, amount: transfer.amount };
    }
    return undefined;
  }

  private lookAgain(task: RefundLook): Promise<void> {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (task.look - 1), LONGEST_WAIT_MS);
    const job = refundJob({ ...task, look: task.look + 1 });
    const id = refundTimer(task);
    // again and again, since the queue may lose any look, this one too
    const every = Math.min(Math.max(2 * wait, LEAST_EVERY_MS), LONGEST_WAIT_MS);
    const action = { do: 'job', job, every } as const;
    return this.timers.set([{ id, dueAt: this.clock.now() + wait, action }]);
  }

  private async record(task: RefundLook, command: PaymentCommand): Promise<void> {
    const { refundOf, workflowId, requestedAt } = task;
    await this.dispatch.send(payment, refundOf, command, {
      commandId: uuidv5(`refund/${refundOf}/${requestedAt}/${command.type}`),
      correlationId: workflowId,
      actor: { type: 'worker', id: 'payments' },
    });
    await this.timers.cancel([refundTimer(task)]);
  }
}
