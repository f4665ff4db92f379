import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import { uuidv5 } from '../kernel/event.js';
import type { Chain, DepositTransfer } from '../ports/chain.js';
import type { Clock } from '../ports/clock.js';
import type { Job } from '../ports/jobs.js';
import type { TimerStore } from '../ports/timers.js';
import type { Dispatch } from '../runtime/dispatch.js';

export interface DepositTask {
  readonly userId: string;
  readonly signature: string;
  /** how many times the chain was asked, this one included */
  readonly look: number;
}

const LOOK_AGAIN_MS = 500;

/**
 * Asks the chain about a submitted deposit: what it says is confirmed or rejected, and what it does not know yet is
 * asked again until the deposit is too old. Nothing a client says about a transfer is believed.
 */
export class DepositJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly chain: Chain,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: DepositTask): Promise<void> {
    const { state } = await this.dispatch.load(escrow, task.userId);
    if (state.status !== 'open') return;
    const deposit = state.deposits.get(task.signature);
    if (deposit?.status !== 'submitted') return;
    const found = await this.chain.lookupDeposit(task.signature);
    if (found.status === 'failed')
      return this.reject(task, 'DEPOSIT_FAILED', 'The transaction failed on the chain.');
    if (found.status !== 'finalized') return this.lookAgain(task, deposit.expiresAt);
    const refusal = refusalOf(found.transfer, {
      wallet: state.wallet,
      amount: deposit.amount,
      mint: this.chain.mint,
    });
    if (refusal) return this.reject(task, ...refusal);
    const { amount, slot } = found.transfer!;
    return this.send(task, { type: 'ConfirmDeposit', signature: task.signature, amount, slot });
  }

  private async lookAgain(task: DepositTask, expiresAt: string): Promise<void> {
    const now = this.clock.now();
    if (now >= Date.parse(expiresAt))
      return this.reject(task, 'DEPOSIT_NOT_FOUND', 'The chain does not know this transaction.');
    const look = task.look + 1;
    const job: Job = {
      kind: 'chain',
      priority: 'normal',
      id: `deposit/${task.signature}/${look}`,
      correlationId: task.userId,
      payload: { userId: task.userId, signature: task.signature, look },
    };
    await this.timers.set([{ id: job.id, dueAt: now + LOOK_AGAIN_MS, action: { do: 'job', job } }]);
  }

  private reject(task: DepositTask, code: string, message: string): Promise<void> {
    return this.send(task, { type: 'RejectDeposit', signature: task.signature, code, message });
  }

  private async send({ userId, signature }: DepositTask, command: EscrowCommand): Promise<void> {
    await this.dispatch.send(escrow, userId, command, {
      commandId: uuidv5(`deposit/${signature}/${command.type}`),
      correlationId: userId,
      actor: { type: 'worker', id: 'deposits' },
    });
  }
}

type Rejection = readonly [code: string, message: string];

/** The rules a deposit must keep (facts: escrow): our account, the right token, amount and wallet. */
export function refusalOf(
  transfer: DepositTransfer | undefined,
  expected: { readonly wallet: string; readonly amount: bigint; readonly mint: string },
): Rejection | undefined {
  if (!transfer) return ['DEPOSIT_WRONG_MINT', 'The transaction moved no USDC into the escrow account.'];
  if (transfer.mint !== expected.mint) return ['DEPOSIT_WRONG_MINT', 'The transfer is of another token.'];
  if (transfer.amount !== expected.amount)
    return [
      'DEPOSIT_WRONG_AMOUNT',
      `The transfer is of ${transfer.amount} micro-USDC, not ${expected.amount}.`,
    ];
  if (!transfer.signers.includes(expected.wallet))
    return ['DEPOSIT_WRONG_WALLET', 'The transfer was not signed by the wallet of this account.'];
  return undefined;
}
