import { deposit } from '../commands/deposit/decide.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import type { Chain, DepositTransfer } from '../ports/chain.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import { depositMemo } from '../requests/open-escrow.js';
import type { CommandContext, Dispatch } from '../runtime/dispatch.js';
import { type DepositLook, depositJob, depositTimer } from '../sagas/confirm-deposit.js';
import { lookLater } from './look-later.js';

const LOOK_AGAIN_MS = 500;

/**
 * Asks the chain about a submitted deposit: what it says is confirmed or rejected, and what it does not know yet is
 * asked again until the deposit is too old. Nothing a client says about a transfer is believed.
 */
export class DepositJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly chain: Pick<Chain, 'lookupDeposit' | 'mint'>,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: DepositLook): Promise<void> {
    const { state } = await this.dispatch.load(escrow, task.userId);
    if (state.status !== 'open') return;
    const submitted = state.deposits.get(task.signature);
    if (submitted?.status !== 'submitted') return this.lookNoMore(task);
    const found = await this.chain.lookupDeposit(task.signature);
    if (found.status === 'failed')
      return this.reject(task, 'DEPOSIT_FAILED', 'The transaction failed on the chain.');
    if (found.status !== 'finalized') return this.lookAgain(task, submitted.expiresAt);
    const refusal = refusalOf(found.transfer, {
      wallet: state.wallet,
      amount: submitted.amount,
      mint: this.chain.mint,
      memo: depositMemo(task.userId),
    });
    if (refusal) return this.reject(task, ...refusal);
    if (!(await this.claim(task)))
      return this.reject(task, 'SIGNATURE_USED', 'This transaction was deposited already.');
    const { amount, slot } = found.transfer!;
    return this.send(task, { type: 'ConfirmDeposit', signature: task.signature, amount, slot });
  }

  /** In the whole system a transaction counts once, for whoever it was sent by. */
  private async claim(task: DepositLook): Promise<boolean> {
    const { userId, signature } = task;
    try {
      await this.dispatch.send(
        deposit,
        signature,
        { type: 'ClaimDeposit', signature, userId },
        contextOf(task, 'claim'),
      );
      return true;
    } catch (error) {
      if (isRefusal(error, 'SIGNATURE_USED')) return false;
      throw error;
    }
  }

  private async lookAgain(task: DepositLook, expiresAt: string): Promise<void> {
    const now = this.clock.now();
    if (now >= Date.parse(expiresAt))
      return this.reject(task, 'DEPOSIT_NOT_FOUND', 'The chain does not know this transaction.');
    const job = depositJob({ ...task, look: task.look + 1 });
    const id = depositTimer(task.userId, task.signature, 'soon');
    await this.timers.set([lookLater(id, now + LOOK_AGAIN_MS, job)]);
  }

  private lookNoMore({ userId, signature }: DepositLook): Promise<void> {
    return this.timers.cancel([
      depositTimer(userId, signature, 'soon'),
      depositTimer(userId, signature, 'last'),
    ]);
  }

  private reject(task: DepositLook, code: string, message: string): Promise<void> {
    return this.send(task, { type: 'RejectDeposit', signature: task.signature, code, message });
  }

  private async send(task: DepositLook, command: EscrowCommand): Promise<void> {
    await this.dispatch.send(escrow, task.userId, command, contextOf(task, command.type));
  }
}

const contextOf = ({ userId, signature, submittedAt }: DepositLook, what: string): CommandContext => ({
  commandId: uuidv5(`deposit/${userId}/${signature}/${submittedAt}/${what}`),
  correlationId: userId,
  actor: { type: 'worker', id: 'deposits' },
});

type Rejection = readonly [code: string, message: string];

/** The rules a deposit must keep (facts: escrow): our account, the right token, amount and wallet. */
export function refusalOf(
  transfer: DepositTransfer | undefined,
  expected: {
    readonly wallet: string;
    readonly amount: bigint;
    readonly mint: string;
    readonly memo: string;
  },
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
  if (transfer.memos.length !== 1 || transfer.memos[0] !== expected.memo)
    return ['DEPOSIT_WRONG_MEMO', `The transfer must carry the memo ${expected.memo} and no other.`];
  return undefined;
}
