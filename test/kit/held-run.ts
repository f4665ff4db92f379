import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import type { OpenEscrow } from '../../src/commands/escrow/state.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { COST } from './one-payment.js';
import { assemble, paid, planOf, start, toExecution } from './runs.js';

const AT = '2026-01-02T03:00:00.000Z';
const OWNER = 'user_01';

/** `wf_01` with its first step begun, all that `user_01` has in escrow held for it, and parts in memory around both. */
export class HeldRun {
  readonly store = new MemoryEventStore();
  readonly timers = new MemoryTimerStore();
  readonly dispatch = new CommandHandler(this.store, { now: () => Date.parse(AT) });
  private said = 0;

  /** @param expiresAt of the hold, `hold_1`; what one payment costs is held, or `amount` */
  async begin(expiresAt: string, amount = COST): Promise<void> {
    const deposit = { signature: 'D', amount };
    const account = { userId: OWNER, wallet: 'W', network: 'n', asset: 'USDC', at: AT };
    await this.book({ type: 'OpenEscrowAccount', ...account });
    await this.book({ type: 'SubmitDeposit', ...deposit, at: AT, expiresAt });
    await this.book({ type: 'ConfirmDeposit', ...deposit, slot: 1n });
    await this.book({
      type: 'PlaceHold',
      ...{ holdId: 'hold_1', amount, purpose: 'wf_01', at: AT, expiresAt },
    });
    const plan = planOf(paid('step_1'), assemble('step_2', ['step_1']));
    await this.say(...toExecution(plan), start('step_1'));
  }

  async say(...commands: readonly WorkflowCommand[]): Promise<void> {
    for (const command of commands) await this.dispatch.send(workflow, 'wf_01', command, this.context());
  }

  async book(command: EscrowCommand): Promise<void> {
    await this.dispatch.send(escrow, OWNER, command, this.context());
  }

  async pay(paymentId: string, ...commands: readonly PaymentCommand[]): Promise<void> {
    for (const command of commands) await this.dispatch.send(payment, paymentId, command, this.context());
  }

  async account(): Promise<OpenEscrow> {
    const { state } = await this.dispatch.load(escrow, OWNER);
    if (state.status !== 'open') throw new Error('not begun');
    return state;
  }

  private context() {
    const actor = { type: 'system', id: 'test' } as const;
    return { commandId: `c${++this.said}`, correlationId: 'wf_01', actor };
  }
}
