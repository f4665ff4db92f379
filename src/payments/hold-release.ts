import { escrow } from '../commands/escrow/decide.js';
import type { OpenEscrow } from '../commands/escrow/state.js';
import { payment } from '../commands/payment/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { isRefusal, unreachable } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { type Micros, toMicros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { CommandContext, Dispatch } from '../runtime/dispatch.js';
import { type ReleaseLook, releaseJob, releaseTimer } from '../sagas/settle-escrow.js';

type Captures = OpenEscrow['captures'];

/** ms; signed bytes live for a minute or so */
const LOOK_AGAIN_MS = 5_000;

/**
 * Settles a run that is over with what was captured for it, and gives back what is left of its hold: all but what was
 * signed for it at once, and the rest when that has landed and is captured, or has expired. What nobody has signed yet is
 * closed, so that a worker that is late signs nothing any more.
 */
export class HoldRelease {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: ReleaseLook): Promise<void> {
    const { releaseOf: holdId, userId } = task;
    const { state } = await this.dispatch.load(escrow, userId);
    const hold = state.status === 'open' ? state.holds.get(holdId) : undefined;
    if (state.status !== 'open' || !hold || hold.status === 'released')
      return this.timers.cancel([releaseTimer(holdId)]);
    // one that has expired holds nothing for anybody
    const open = hold.status === 'open' ? await this.openOf(task, state.captures) : [];
    if (open.length > 0) {
      await this.settle(task, hold.captured);
      await this.reduce(task, toMicros(open.reduce((total, amount) => total + amount, 0n)));
      return this.lookAgain(task);
    }
    await this.dispatch.send(escrow, userId, { type: 'ReleaseHold', holdId }, contextOf(task, 'release'));
  }

  /** What may land or be captured meanwhile makes it less: too much is kept then, until the next look. */
  private async reduce(task: ReleaseLook, keep: Micros): Promise<void> {
    const { releaseOf: holdId, userId } = task;
    const context = contextOf(task, `keep ${keep} after look ${task.look}`);
    await this.dispatch.send(escrow, userId, { type: 'ReduceHold', holdId, keep }, context);
  }

  /** The run has its receipt, and may be tried again, at once: only what is held for it waits. */
  private async settle(task: ReleaseLook, spent: Micros): Promise<void> {
    const { workflowId, releaseOf: holdId, look } = task;
    if (look > 1) return;
    const settlement = { type: 'RecordSettlement', at: isoTime(this.clock.now()), holdId, spent } as const;
    await this.dispatch.send(workflow, workflowId, settlement, contextOf(task, 'settlement'));
  }

  /** @returns what each payment that is not decided may cost */
  private async openOf(task: ReleaseLook, captures: Captures): Promise<readonly Micros[]> {
    const open: Micros[] = [];
    for (const id of task.payments) {
      const amount = await this.mayCost(task, id, captures);
      if (amount !== undefined) open.push(amount);
    }
    return open;
  }

  /** @returns undefined when it costs nothing more */
  private async mayCost(
    task: ReleaseLook,
    paymentId: string,
    captures: Captures,
  ): Promise<Micros | undefined> {
    const { state } = await this.dispatch.load(payment, paymentId);
    switch (state.status) {
      case 'closed':
        return undefined;
      case 'confirmed':
        return captures.get(paymentId) ? undefined : state.quote.amount;
      case 'awaiting_signature':
      case 'prepared':
      case 'submitted':
        // not what it was quoted: should it expire, a worker that is late may sign a dearer one before the next look
        return state.authorization.ceiling;
      case 'none':
      case 'quoted':
      case 'authorized':
        return this.close(task, paymentId, captures);
      default:
        return unreachable(state);
    }
  }

  private async close(task: ReleaseLook, paymentId: string, captures: Captures): Promise<Micros | undefined> {
    const { workflowId, runNo } = task;
    const close = { type: 'ClosePayment', workflowId, runNo } as const;
    try {
      const { state } = await this.dispatch.send(payment, paymentId, close, contextOf(task, paymentId));
      if (state.status === 'closed') return undefined;
    } catch (error) {
      if (!isRefusal(error, 'PAYMENT_UNDER_WAY')) throw error;
    }
    // somebody has signed meanwhile
    return this.mayCost(task, paymentId, captures);
  }

  private lookAgain(task: ReleaseLook): Promise<void> {
    const job = releaseJob({ ...task, look: task.look + 1 });
    const dueAt = this.clock.now() + LOOK_AGAIN_MS;
    // again and again, since the queue may lose any look, this one too
    const action = { do: 'job', job, every: LIMITS.dispatchTimeout } as const;
    return this.timers.set([{ id: releaseTimer(task.releaseOf), dueAt, action }]);
  }
}

const contextOf = ({ releaseOf, workflowId }: ReleaseLook, what: string): CommandContext => ({
  commandId: uuidv5(`release/${releaseOf}/${what}`),
  correlationId: workflowId,
  actor: { type: 'worker', id: 'payments' },
});
