import { escrow } from '../commands/escrow/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { uuidv5 } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type DueHold, expiryTimer } from '../sagas/settle-escrow.js';
import { underWay } from './under-way.js';

/** ms that a hold waits for what has landed to be captured; after that the capture was refused, and will be again */
const CAPTURED_BY = 10 * 60_000;

/**
 * Ends a hold whose time is up, but never under what was signed for its run and may still land: what it gives back may
 * be withdrawn. Asked for again and again until the hold is over.
 */
export class HoldExpiry {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: DueHold): Promise<void> {
    const { expiryOf: holdId, userId, workflowId } = task;
    const { state } = await this.dispatch.load(escrow, userId);
    const hold = state.status === 'open' ? state.holds.get(holdId) : undefined;
    if (hold?.status !== 'open') return this.timers.cancel([expiryTimer(holdId)]);
    const now = this.clock.now();
    const at = isoTime(now);
    // it was extended: its timer was set anew
    if (at < hold.expiresAt || (await this.mayStillPay(task, now - Date.parse(hold.expiresAt)))) return;
    await this.dispatch.send(
      escrow,
      userId,
      { type: 'ExpireHold', holdId, at },
      {
        commandId: uuidv5(`expiry/${holdId}/${hold.expiresAt}`),
        correlationId: workflowId,
        actor: { type: 'worker', id: 'payments' },
      },
    );
  }

  private async mayStillPay({ expiryOf, userId, workflowId }: DueHold, overdue: number): Promise<boolean> {
    const { state } = await this.dispatch.load(workflow, workflowId);
    const runs = state.status === 'none' ? 0 : state.runNo;
    for (let runNo = runs; runNo > 0; runNo--)
      for (const { holdId, status } of await underWay(this.dispatch, { workflowId, runNo, userId }))
        if (holdId === expiryOf && (status === 'signed' || overdue < CAPTURED_BY)) return true;
    return false;
  }
}
