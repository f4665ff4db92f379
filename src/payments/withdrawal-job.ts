import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import type { Withdrawal } from '../commands/escrow/withdrawal-state.js';
import { user } from '../commands/user/decide.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { PreparedTransfers, TransferSender } from '../ports/transfers.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type WithdrawalLook, withdrawalJob, withdrawalTimer } from '../sagas/carry-out-withdrawal.js';
import { lookLater } from './look-later.js';
import { sendOnce } from './send-once.js';

/** ms; twice as long each time */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** ms; for fees that nobody can pay now, and a chain that does not answer */
const PATIENT_WAIT_MS = 30_000;

type Failure = readonly [code: string, message: string];
type Requested = Extract<Withdrawal, { status: 'requested' }>;
type Prepared = Extract<Withdrawal, { status: 'prepared' }>;

/** What the platform is willing to do for its recipients. */
export interface RecipientPolicy {
  /** token accounts of wallets that have none are opened, and the rent is the platform's */
  readonly opensAccounts: boolean;
}

/** Stands in the transfer of a withdrawal, by which anybody who knows the id finds it. */
export const withdrawalMemo = (withdrawalId: string): string => `quittance:withdrawal:${withdrawalId}`;

/**
 * Carries a withdrawal out: signs, records, and only then sends; sends the same bytes again and again until the chain
 * shows what became of them. What a node answers of a send decides nothing.
 */
export class WithdrawalJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly sender: TransferSender,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
    private readonly policy: RecipientPolicy,
  ) {}

  async run(task: WithdrawalLook): Promise<void> {
    const withdrawal = await this.load(task);
    if (!withdrawal || withdrawal.status === 'confirmed' || withdrawal.status === 'failed')
      return this.timers.cancel([
        withdrawalTimer(task.withdrawalId),
        withdrawalTimer(task.withdrawalId, 'last'),
      ]);
    if (withdrawal.status === 'prepared') return this.follow(task, withdrawal);
    return this.begin(task, withdrawal);
  }

  private async follow(task: WithdrawalLook, { transfer, attempts: attempt }: Prepared): Promise<void> {
    const { withdrawalId } = task;
    const fate = await this.sender.fate(transfer);
    switch (fate.status) {
      case 'finalized':
        return this.send(task, { type: 'ConfirmWithdrawal', withdrawalId, attempt, slot: fate.slot });
      case 'pending':
        await sendOnce(this.sender, transfer);
        return this.lookAgain(task);
      case 'failed':
      case 'expired': {
        const end =
          fate.status === 'failed'
            ? ({ because: 'failed', height: fate.slot } as const)
            : ({ because: 'expired', height: fate.height } as const);
        await this.send(task, { type: 'EndWithdrawalAttempt', withdrawalId, attempt, ...end });
        const withdrawal = await this.load(task);
        return withdrawal?.status === 'requested' ? this.begin(task, withdrawal) : this.lookAgain(task);
      }
    }
  }

  private async begin(task: WithdrawalLook, withdrawal: Requested): Promise<void> {
    const failure = await this.obstacle(task, withdrawal);
    if (failure) return this.fail(task, failure);
    const { destination: to, amount, attempts } = withdrawal;
    const attempt = attempts + 1;
    let transfer: PreparedTransfers;
    try {
      transfer = await this.sender.prepare([{ to, amount }], withdrawalMemo(task.withdrawalId));
    } catch (error) {
      if (isRefusal(error, 'TRANSFER_WOULD_FAIL')) return this.fail(task, [error.code, error.message]);
      if (isRefusal(error, 'FEES_UNPAYABLE')) return this.lookAgain(task, PATIENT_WAIT_MS);
      throw error;
    }
    try {
      const opensAccount = transfer.opens.length > 0;
      const { withdrawalId } = task;
      const prepare = { type: 'PrepareWithdrawal', withdrawalId, attempt, transfer, opensAccount } as const;
      await this.send(task, prepare, transfer.signature);
    } catch (error) {
      if (isRefusal(error, 'ESCROW_FROZEN')) return this.fail(task, [error.code, error.message]);
      throw error;
    }
    return this.broadcast(task);
  }

  /** Sends what is on record, which may be what another worker signed in the same moment. */
  private async broadcast(task: WithdrawalLook): Promise<void> {
    const withdrawal = await this.load(task);
    if (withdrawal?.status === 'prepared') await sendOnce(this.sender, withdrawal.transfer);
    return this.lookAgain(task);
  }

  /** Why this withdrawal cannot be made as things are; nothing of it is under way. */
  private async obstacle(
    task: WithdrawalLook,
    { destination, attempts }: Requested,
  ): Promise<Failure | undefined> {
    if (attempts >= LIMITS.withdrawalAttempts)
      return ['WITHDRAWAL_EXPIRED', `The chain did not take it in ${attempts} attempts.`];
    const owner = (await this.dispatch.load(user, task.withdrawalOf)).state;
    if (owner.status !== 'active' || !owner.wallets.includes(destination))
      return ['WALLET_NOT_LINKED', 'The wallet is not linked to the user any more.'];
    switch (await this.sender.recipient(destination)) {
      case 'ready':
        return undefined;
      case 'frozen':
        return ['RECIPIENT_FROZEN', 'The token account of the wallet is frozen.'];
      case 'foreign':
        return ['RECIPIENT_FOREIGN', 'The token account of the wallet is not its own.'];
      case 'missing':
        if (this.policy.opensAccounts && (await this.opened(task)) < LIMITS.accountsOpened) return undefined;
        return ['RECIPIENT_WITHOUT_ACCOUNT', 'The wallet has no account for USDC. Open one and ask again.'];
    }
  }

  private async opened({ withdrawalOf }: WithdrawalLook): Promise<number> {
    const { state } = await this.dispatch.load(escrow, withdrawalOf);
    return state.status === 'open' ? state.withdrawals.opened : 0;
  }

  private async load({ withdrawalOf, withdrawalId }: WithdrawalLook): Promise<Withdrawal | undefined> {
    const { state } = await this.dispatch.load(escrow, withdrawalOf);
    return state.status === 'open' ? state.withdrawals.byId.get(withdrawalId) : undefined;
  }

  private lookAgain(task: WithdrawalLook, wait?: number): Promise<void> {
    const look = task.look + 1;
    const waitMs = wait ?? Math.min(FIRST_WAIT_MS * 2 ** Math.min(task.look - 1, 10), LONGEST_WAIT_MS);
    const job = withdrawalJob({ ...task, look });
    const dueAt = this.clock.now() + waitMs;
    return this.timers.set([lookLater(withdrawalTimer(task.withdrawalId), dueAt, job)]);
  }

  private fail(task: WithdrawalLook, [code, message]: Failure): Promise<void> {
    const { withdrawalId } = task;
    return this.send(task, { type: 'FailWithdrawal', withdrawalId, code, message });
  }

  /** What another worker was quicker with is done. */
  private async send(task: WithdrawalLook, command: EscrowCommand, about = ''): Promise<void> {
    const { withdrawalOf, withdrawalId } = task;
    const attempt = 'attempt' in command ? command.attempt : 0;
    try {
      await this.dispatch.send(escrow, withdrawalOf, command, {
        commandId: uuidv5(`withdrawal/${withdrawalOf}/${withdrawalId}/${command.type}/${attempt}/${about}`),
        correlationId: withdrawalOf,
        actor: { type: 'worker', id: 'withdrawals' },
      });
    } catch (error) {
      if (!isRefusal(error) || !DECIDED.has(error.code)) throw error;
    }
  }
}

const DECIDED: ReadonlySet<string> = new Set(['WRONG_STATE', 'WRONG_ATTEMPT', 'WITHDRAWAL_UNDER_WAY']);
