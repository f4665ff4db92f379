import { escrow } from '../commands/escrow/decide.js';
import type { SettlementCommand } from '../commands/settlement/commands.js';
import { settlement } from '../commands/settlement/decide.js';
import { isAtRest, type PayoutAttempt, type Settlement } from '../commands/settlement/state.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { lookLater } from '../payments/look-later.js';
import { sendOnce } from '../payments/send-once.js';
import type { RecipientPolicy } from '../payments/withdrawal-job.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { PreparedTransfers, TransferSender } from '../ports/transfers.js';
import type { CommandContext, Dispatch } from '../runtime/dispatch.js';
import { type SettlementLook, settlementJob, settlementTimer } from '../sagas/pay-out-settlement.js';
import { batchesOf } from './batches.js';

/** ms; twice as long each time */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** ms; for fees that nobody can pay now */
const PATIENT_WAIT_MS = 30_000;

/** Stands in the transaction that pays recipients. No longer than this, or fewer than 19 of them would fit. */
export const payoutMemo = (settlementId: string, attempt: number): string =>
  `qtp:${settlementId.replace('stl_', '')}/${attempt}`;

/**
 * Takes a settlement to its end: its money from the source, then every recipient their share, many in one
 * transaction. Signed bytes are on record before they are sent, and sent until the chain shows what became of them.
 */
export class PayoutJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly sender: TransferSender,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
    private readonly policy: RecipientPolicy,
  ) {}

  async run(task: SettlementLook): Promise<void> {
    const { settlementId } = task;
    const found = await this.load(settlementId);
    if (!found || found.status === 'refused') return this.rest(task);
    if (found.status === 'computed' && !(await this.fund(task, found))) return this.rest(task);
    for (const attempt of (await this.load(settlementId))?.underWay ?? []) await this.follow(task, attempt);
    const wait = await this.prepareAll(task);
    const after = await this.load(settlementId);
    if (after && isAtRest(after)) return this.rest(task);
    return this.lookAgain(task, wait);
  }

  /** @returns false when the source does not have it */
  private async fund(
    task: SettlementLook,
    { settlementId, source, total: amount }: Settlement,
  ): Promise<boolean> {
    if (source.kind === 'hold') {
      const { userId, holdId } = source;
      const capture = { type: 'CaptureHold', holdId, paymentId: settlementId, amount } as const;
      try {
        await this.dispatch.send(escrow, userId, capture, contextOf(task, 'capture'));
      } catch (error) {
        if (!isRefusal(error) || error.kind !== 'terminal') throw error;
        const { code, message } = error;
        await this.send(task, { type: 'RefuseSettlement', code, message }, '');
        return false;
      }
    }
    await this.send(task, { type: 'RecordFunding' }, '');
    return true;
  }

  private async follow(task: SettlementLook, { attempt, transfer, submitted }: PayoutAttempt): Promise<void> {
    const fate = await this.sender.fate(transfer);
    switch (fate.status) {
      case 'finalized':
        return this.send(task, { type: 'ConfirmPayout', attempt, slot: fate.slot }, attempt);
      case 'pending':
        await sendOnce(this.sender, transfer);
        if (!submitted) await this.send(task, { type: 'SubmitPayout', attempt }, attempt);
        return;
      case 'failed': {
        const end = { because: 'failed', height: fate.slot } as const;
        return this.send(task, { type: 'EndPayoutAttempt', attempt, ...end }, attempt);
      }
      case 'expired': {
        const end = { because: 'expired', height: fate.height } as const;
        return this.send(task, { type: 'EndPayoutAttempt', attempt, ...end }, attempt);
      }
    }
  }

  /** Signs for all that is owed. @returns ms to wait when something stands in the way of all of it */
  private async prepareAll(task: SettlementLook): Promise<number | undefined> {
    const before = await this.load(task.settlementId);
    if (before?.status !== 'funded') return undefined;
    await this.failBad(task, before);
    const payable = await this.load(task.settlementId);
    if (!payable) return undefined;
    for (const items of batchesOf(payable.payouts))
      if (!(await this.prepare(task, items))) return PATIENT_WAIT_MS;
    return undefined;
  }

  /** Recipients who cannot be paid as things are, each by itself, so that they keep nobody else waiting. */
  private async failBad(task: SettlementLook, { payouts }: Settlement): Promise<void> {
    for (const [item, { recipient, state, tries }] of payouts.entries()) {
      if (state.status !== 'owed') continue;
      const failure =
        tries >= LIMITS.payoutTries
          ? (['PAYOUT_NOT_LANDED', `The chain did not take it in ${tries} transactions.`] as const)
          : await this.obstacle(recipient);
      if (!failure) continue;
      const [code, message] = failure;
      await this.send(task, { type: 'FailPayout', item, code, message }, `${item}/${tries}`);
    }
  }

  private async obstacle(recipient: string): Promise<readonly [code: string, message: string] | undefined> {
    switch (await this.sender.recipient(recipient)) {
      case 'ready':
        return undefined;
      case 'frozen':
        return ['RECIPIENT_FROZEN', 'The token account of the recipient is frozen.'];
      case 'foreign':
        return ['RECIPIENT_FOREIGN', 'The recipient has no token account of its own.'];
      case 'missing':
        if (this.policy.opensAccounts) return undefined;
        return ['RECIPIENT_WITHOUT_ACCOUNT', 'The recipient has no account for USDC.'];
    }
  }

  /** @returns false when fees cannot be paid */
  private async prepare(task: SettlementLook, items: readonly number[]): Promise<boolean> {
    const { settlementId } = task;
    const state = await this.load(settlementId);
    const owed = items.filter((item) => state?.payouts[item]?.state.status === 'owed');
    if (!state || owed.length === 0) return true;
    const attempt = state.attempts + 1;
    const transfers = owed.map((item) => {
      const { recipient: to, amount } = state.payouts[item]!;
      return { to, amount };
    });
    let transfer: PreparedTransfers;
    try {
      transfer = await this.sender.prepare(transfers, payoutMemo(settlementId, attempt));
    } catch (error) {
      if (isRefusal(error, 'FEES_UNPAYABLE')) return false;
      if (!isRefusal(error, 'TRANSFER_WOULD_FAIL')) throw error;
      return this.divide(task, owed, error.message);
    }
    const taken = owed.slice(0, transfer.count);
    const { opens } = transfer;
    const prepare = { type: 'PreparePayout', attempt, items: taken, transfer, opens } as const;
    await this.send(task, prepare, transfer.signature);
    await this.broadcast(task, attempt);
    return this.prepare(task, owed.slice(transfer.count));
  }

  /** One of them spoils the transaction: found by halves. */
  private async divide(task: SettlementLook, items: readonly number[], message: string): Promise<boolean> {
    const [item] = items;
    if (items.length === 1) {
      const fail = { type: 'FailPayout', item: item!, code: 'TRANSFER_WOULD_FAIL', message } as const;
      await this.send(task, fail, `${item}/simulated`);
      return true;
    }
    const half = Math.ceil(items.length / 2);
    return (await this.prepare(task, items.slice(0, half))) && this.prepare(task, items.slice(half));
  }

  /** Sends what is on record, which may be what another worker signed in the same moment. */
  private async broadcast(task: SettlementLook, attempt: number): Promise<void> {
    const state = await this.load(task.settlementId);
    const recorded = state?.underWay.find((one) => one.attempt === attempt);
    if (!recorded) return;
    await sendOnce(this.sender, recorded.transfer);
    await this.send(task, { type: 'SubmitPayout', attempt }, attempt);
  }

  private async load(settlementId: string): Promise<Settlement | undefined> {
    const { state } = await this.dispatch.load(settlement, settlementId);
    return state.status === 'none' ? undefined : state;
  }

  /** Of this run of looks alone: a retry may have begun another one meanwhile. */
  private rest(task: SettlementLook): Promise<void> {
    const { settlementId } = task;
    const former = ['soon', 'last'].map((which) => `${settlementId}/look/${which}`); // until November 2026
    return this.timers.cancel([settlementTimer(task, 'soon'), settlementTimer(task, 'last'), ...former]);
  }

  private lookAgain(task: SettlementLook, wait?: number): Promise<void> {
    const { look } = task;
    const waitMs = wait ?? Math.min(FIRST_WAIT_MS * 2 ** Math.min(look - 1, 10), LONGEST_WAIT_MS);
    const job = settlementJob({ ...task, look: look + 1 });
    const dueAt = this.clock.now() + waitMs;
    return this.timers.set([lookLater(settlementTimer(task, 'soon'), dueAt, job)]);
  }

  /** What another worker was quicker with is done. */
  private async send(
    task: SettlementLook,
    command: SettlementCommand,
    about: string | number,
  ): Promise<void> {
    try {
      const context = contextOf(task, `${command.type}/${about}`);
      await this.dispatch.send(settlement, task.settlementId, command, context);
    } catch (error) {
      if (!isRefusal(error) || !DECIDED.has(error.code)) throw error;
    }
  }
}

const DECIDED: ReadonlySet<string> = new Set(['WRONG_STATE', 'WRONG_ATTEMPT', 'PAYOUT_UNDER_WAY']);

/** A retry begins anew: what is said again after it is said for the first time. */
const contextOf = ({ settlementId, since }: SettlementLook, what: string): CommandContext => ({
  commandId: uuidv5(`settlement/${settlementId}/${since}/${what}`),
  correlationId: settlementId,
  actor: { type: 'worker', id: 'payouts' },
});
