import type { EscrowEvent } from '../../src/events/escrow.js';
import type { PaymentEvent } from '../../src/events/payment.js';
import type { Landed } from './paid-services.js';
import { must } from './violation.js';

interface HoldSeen {
  amount: bigint;
  captured: bigint;
  /** of it, what parts of their own hold or have spent */
  lent: bigint;
  /** what the hold it was split from gave it */
  borrowed?: bigint;
  status: 'open' | 'released' | 'expired';
}

/** One user's money as double entry: what came in is available, held or captured, and never less than nothing. */
export class AccountRules {
  deposited = 0n;
  captured = 0n;
  /** final on the chain */
  withdrawn = 0n;
  /** deposits of which nobody has said what became of them */
  readonly submitted = new Set<string>();
  private readonly withdrawing = new Map<string, bigint>();
  readonly holds = new Map<string, HoldSeen>();
  private readonly refunds = new Set<string>();
  private readonly captures = new Map<string, bigint>();

  constructor(
    readonly userId: string,
    /** whether the payment was known before its run was closed */
    private readonly confirmedInTime: (paymentId: string) => boolean,
  ) {}

  capturedFor(paymentId: string): bigint {
    return this.captures.get(paymentId) ?? 0n;
  }

  amountOf = (holdId: string): bigint => this.hold(holdId).amount;

  get available(): bigint {
    return this.deposited - this.captured - this.held - this.withdrawn - this.pending;
  }

  private get pending(): bigint {
    let pending = 0n;
    for (const amount of this.withdrawing.values()) pending += amount;
    return pending;
  }

  get held(): bigint {
    let held = 0n;
    for (const hold of this.holds.values())
      if (hold.status === 'open') held += hold.amount - hold.captured - hold.lent;
    return held;
  }

  apply(event: EscrowEvent): void {
    switch (event.type) {
      case 'DepositSubmitted':
        this.submitted.add(event.signature);
        break;
      case 'DepositConfirmed':
        this.submitted.delete(event.signature);
        this.deposited += BigInt(event.amount);
        break;
      case 'DepositRejected':
        this.submitted.delete(event.signature);
        break;
      case 'RefundCredited':
        must(this.captures.has(event.paymentId), 'I5', () => `${event.paymentId} was never captured`);
        must(!this.refunds.has(event.paymentId), 'I5', () => `${event.paymentId} was given back twice`);
        this.refunds.add(event.paymentId);
        this.deposited += BigInt(event.amount);
        break;
      case 'WithdrawalRequested':
        this.withdrawing.set(event.withdrawalId, BigInt(event.amount));
        break;
      case 'WithdrawalConfirmed':
      case 'WithdrawalFailed': {
        const { type, withdrawalId } = event;
        const amount = this.withdrawing.get(withdrawalId);
        must(amount === BigInt(event.amount), 'I5', () => `${withdrawalId} was not under way`);
        this.withdrawing.delete(withdrawalId);
        if (type === 'WithdrawalConfirmed') this.withdrawn += BigInt(event.amount);
        break;
      }
      case 'HoldPlaced':
        must(!this.holds.has(event.holdId), 'I5', () => `${event.holdId} was placed twice`);
        this.holds.set(event.holdId, {
          amount: BigInt(event.amount),
          captured: 0n,
          lent: 0n,
          status: 'open',
        });
        break;
      case 'HoldSplit': {
        const from = this.hold(event.from);
        must(!this.holds.has(event.holdId), 'I5', () => `${event.holdId} was placed twice`);
        must(from.status === 'open', 'I5', () => `${event.from} was split when it was over`);
        from.lent += BigInt(event.amount);
        must(
          from.captured + from.lent <= from.amount,
          'I3',
          () => `${event.from} was split beyond what it had left`,
        );
        this.holds.set(event.holdId, {
          amount: BigInt(event.amount),
          captured: 0n,
          lent: 0n,
          borrowed: BigInt(event.amount),
          status: 'open',
        });
        break;
      }
      case 'HoldExtended': {
        const hold = this.hold(event.holdId);
        must(hold.status !== 'released', 'I5', () => `${event.holdId} was extended when it was over`);
        const before = hold.status === 'open' ? hold.amount : hold.captured + hold.lent;
        must(
          BigInt(event.amount) - before === BigInt(event.added),
          'I5',
          () => `${event.holdId} grew wrongly`,
        );
        this.holds.set(event.holdId, { ...hold, amount: BigInt(event.amount), status: 'open' });
        break;
      }
      case 'HoldCaptured': {
        const hold = this.hold(event.holdId);
        must(!this.captures.has(event.paymentId), 'I2', () => `${event.paymentId} was captured twice`);
        const early = event.late && hold.status === 'released' && this.confirmedInTime(event.paymentId);
        must(!early, 'I5', () => `${event.holdId} was released before ${event.paymentId} was captured`);
        this.captures.set(event.paymentId, BigInt(event.amount));
        hold.captured += BigInt(event.amount);
        this.captured += BigInt(event.amount);
        must(
          hold.captured + hold.lent <= hold.amount,
          'I3',
          () => `${event.holdId} was captured beyond what it held`,
        );
        break;
      }
      case 'HoldReduced': {
        const hold = this.hold(event.holdId);
        must(hold.status === 'open', 'I5', () => `${event.holdId} was reduced when it was over`);
        const back = event.returned ? this.giveBack(hold, event.returned, event.holdId) : 0n;
        must(
          hold.amount - BigInt(event.amount) === back + BigInt(event.released),
          'I5',
          () => `${event.holdId} gave back another sum than it was reduced by`,
        );
        hold.amount = BigInt(event.amount);
        must(
          hold.captured + hold.lent <= hold.amount,
          'I3',
          () => `${event.holdId} was reduced below what it had captured`,
        );
        break;
      }
      case 'HoldReleased': {
        const hold = this.hold(event.holdId);
        must(hold.status !== 'released', 'I5', () => `${event.holdId} was released twice`);
        must(BigInt(event.captured) === hold.captured, 'I5', () => `${event.holdId} tells a wrong sum`);
        if (event.returned) {
          const back = this.giveBack(hold, event.returned, event.holdId);
          must(
            back + BigInt(event.released) === hold.amount - hold.captured - hold.lent,
            'I5',
            () => `${event.holdId} gave back another sum than it had left`,
          );
        }
        hold.status = 'released';
        break;
      }
      case 'HoldExpired':
        must(
          this.hold(event.holdId).status === 'open',
          'I5',
          () => `${event.holdId} expired when it was over`,
        );
        this.hold(event.holdId).status = 'expired';
    }
    must(this.available >= 0n, 'I5', () => `${this.userId} has ${this.available} available`);
  }

  private giveBack(hold: HoldSeen, returned: { holdId: string; amount: string }, holdId: string): bigint {
    const to = this.hold(returned.holdId);
    must(to.status === 'open', 'I5', () => `${holdId} was given back to what was over`);
    const back = BigInt(returned.amount);
    must(back <= (hold.borrowed ?? 0n), 'I5', () => `${holdId} gave back more than it was lent`);
    if (hold.borrowed !== undefined) hold.borrowed -= back;
    to.lent -= back;
    return back;
  }

  private hold(holdId: string): HoldSeen {
    const hold = this.holds.get(holdId);
    must(hold !== undefined, 'I5', () => `${holdId} was never placed`);
    return hold;
  }
}

/** One payment as its own history tells it, against what the chain shows. */
export class PaymentRules {
  quoted: { amount: bigint; payTo: string; userId: string; workflowId: string } | undefined;
  status: 'quoted' | 'authorized' | 'prepared' | 'submitted' | 'confirmed' = 'quoted';
  landed: Landed | undefined;
  /** whether its service has answered, or it is on record that it has not */
  isAnswered = false;

  constructor(readonly paymentId: string) {}

  /** I2: whatever was signed and sent, one transfer moves. */
  land(transfer: Landed): void {
    must(this.landed === undefined, 'I2', () => `${this.paymentId} was paid twice`);
    const left = this.status === 'submitted' || this.status === 'confirmed';
    must(left, 'I2', () => `${this.paymentId} moved while it was ${this.status}`);
    this.landed = transfer;
  }

  apply(event: PaymentEvent): void {
    switch (event.type) {
      case 'PaymentQuoted': {
        const { amount, payTo, userId, workflowId } = event;
        this.quoted = { amount: BigInt(amount), payTo, userId, workflowId };
        this.status = 'quoted';
        return;
      }
      case 'PaymentAuthorized':
        this.status = 'authorized';
        return;
      case 'PaymentPrepared':
        must(this.status === 'authorized', 'I2', () => `${this.paymentId} was signed while ${this.status}`);
        this.status = 'prepared';
        return;
      case 'PaymentSubmitted':
        this.status = 'submitted';
        return;
      case 'PaymentConfirmed': {
        must(this.status !== 'confirmed', 'I2', () => `${this.paymentId} was confirmed twice`);
        const same = this.landed !== undefined && this.landed.amount === BigInt(event.amount);
        must(same, 'I5', () => `${this.paymentId} was confirmed, and the chain shows no such transfer`);
        this.status = 'confirmed';
        return;
      }
      case 'PaymentDelivered':
      case 'PaymentUndelivered':
        this.isAnswered = true;
        return;
      case 'PaymentFailed':
        must(this.landed === undefined, 'I6', () => `${this.paymentId} was given up after it had moved`);
        this.status = 'authorized';
    }
  }
}
