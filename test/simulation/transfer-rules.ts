import type { EarningsEvent } from '../../src/events/earnings.js';
import type { SettlementEvent } from '../../src/events/settlement.js';
import type { WithdrawalEvent } from '../../src/events/withdrawal.js';
import { toMicros } from '../../src/kernel/money.js';
import { parseSplit, sharesOf } from '../../src/kernel/split.js';
import type { Outgoing } from '../../src/ports/transfers.js';
import type { DeedTally } from './deeds.js';
import { must } from './violation.js';

/** One transfer that somebody is owed. */
interface Debt {
  to: string;
  readonly amount: bigint;
  status: 'open' | 'paid' | 'given up';
  /** of bytes that may land */
  signature?: string | undefined;
  moved: boolean;
  signings: number;
}

interface SettlementSeen {
  readonly payer: string | undefined;
  readonly total: bigint;
  readonly debts: readonly string[];
  readonly platform: bigint;
  readonly reserve: bigint;
  status: 'computed' | 'funded' | 'refused';
}

/**
 * Money that leaves: what is signed was owed and is on record before it moves, nobody is paid twice or after having been
 * given up, and the books say paid only where the chain does.
 */
export class TransferRules {
  private readonly debts = new Map<string, Debt>();
  /** what each signed transaction pays */
  private readonly signed = new Map<string, readonly string[]>();
  private readonly settlements = new Map<string, SettlementSeen>();
  private readonly accrued = new Map<string, bigint>();
  private readonly takenOut = new Map<string, bigint>();
  /** settlements that earnings were taken out for, and that must come */
  private readonly promised = new Set<string>();

  constructor(private readonly deeds: DeedTally) {}

  withdrawal(event: WithdrawalEvent): void {
    const { withdrawalId } = event;
    switch (event.type) {
      case 'WithdrawalRequested':
        this.owe(withdrawalId, event.destination, BigInt(event.amount));
        break;
      case 'WithdrawalPrepared':
        this.sign(event.signature, [withdrawalId]);
        break;
      case 'WithdrawalAttemptEnded':
        this.end(event.signature);
        break;
      case 'WithdrawalConfirmed':
        this.confirm(event.signature);
        this.deeds.count('withdrawn');
        break;
      case 'WithdrawalFailed':
        this.giveUp(withdrawalId);
        this.deeds.count('withdrawal given up');
        break;
    }
  }

  settlement(event: SettlementEvent): void {
    const { settlementId } = event;
    const debtOf = (item: number) => `${settlementId}/${item}`;
    switch (event.type) {
      case 'SettlementComputed':
        this.compute(event);
        break;
      case 'SettlementFunded':
        this.seen(settlementId).status = 'funded';
        break;
      case 'SettlementRefused':
        this.seen(settlementId).status = 'refused';
        break;
      case 'PayoutPrepared': {
        const { status } = this.seen(settlementId);
        must(status === 'funded', 'I5', () => `${settlementId} was signed for while it was ${status}`);
        this.sign(event.signature, event.items.map(debtOf));
        break;
      }
      case 'PayoutConfirmed':
        this.confirm(event.signature);
        this.deeds.count('paid out');
        break;
      case 'PayoutAttemptEnded':
        this.end(event.signature);
        break;
      case 'PayoutFailed':
        this.giveUp(debtOf(event.item));
        break;
      case 'PayoutRetried': {
        const debt = this.debt(debtOf(event.item));
        must(
          debt.status === 'given up',
          'I5',
          () => `${debtOf(event.item)} was retried while ${debt.status}`,
        );
        debt.status = 'open';
        debt.to = event.recipient;
        this.deeds.count('payout tried again');
        break;
      }
      default:
    }
  }

  earnings(event: EarningsEvent): void {
    const { ownerId, settlementId } = event;
    const add = (to: Map<string, bigint>) => to.set(ownerId, (to.get(ownerId) ?? 0n) + BigInt(event.amount));
    if (event.type === 'EarningsAccrued') add(this.accrued);
    else {
      add(this.takenOut);
      this.promised.add(settlementId);
    }
    const left = (this.accrued.get(ownerId) ?? 0n) - (this.takenOut.get(ownerId) ?? 0n);
    must(left >= 0n, 'I5', () => `${ownerId} has ${left} left of its earnings`);
  }

  /** Money has moved on the chain. */
  left(signature: string, transfers: readonly Outgoing[]): void {
    const pays = this.signed.get(signature);
    must(pays !== undefined, 'I2', () => `${signature} moved before it was recorded`);
    must(pays.length === transfers.length, 'I2', () => `${signature} is not what was recorded`);
    for (const [nth, id] of pays.entries()) {
      const debt = this.debt(id);
      const { to, amount } = transfers[nth]!;
      must(!debt.moved, 'I2', () => `${id} was paid twice`);
      must(debt.status === 'open', 'I2', () => `${id} was paid when it was ${debt.status}`);
      must(debt.to === to && debt.amount === amount, 'I4', () => `${id} was paid ${amount} to ${to}`);
      debt.moved = true;
    }
  }

  /** what an account has paid settlements with */
  paidBy(userId: string): bigint {
    let sum = 0n;
    for (const { payer, total, status } of this.settlements.values())
      if (payer === userId && status === 'funded') sum += total;
    return sum;
  }

  get isQuiet(): boolean {
    return this.unfinished === undefined;
  }

  /** I14, and shares against what was paid. */
  concludes(): void {
    const { unfinished } = this;
    must(unfinished === undefined, 'I14', () => `${unfinished} never comes to an end`);
    for (const [id, { status, moved }] of this.debts)
      must(moved === (status === 'paid'), 'I5', () => `${id} is ${status}, the chain says otherwise`);
    for (const owner of ['platform', 'reserve'] as const) {
      let due = 0n;
      for (const each of this.settlements.values()) if (each.status === 'funded') due += each[owner];
      const accrued = this.accrued.get(owner) ?? 0n;
      must(accrued === due, 'I5', () => `${owner} has earned ${due}, and ${accrued} was accrued`);
    }
  }

  private get unfinished(): string | undefined {
    for (const id of this.promised) if (!this.settlements.has(id)) return id;
    for (const [id, { status }] of this.settlements) if (status === 'computed') return id;
    for (const [id, { status }] of this.debts)
      if (status === 'open' && this.settlements.get(id.split('/')[0]!)?.status !== 'refused') return id;
    return undefined;
  }

  private compute(event: Extract<SettlementEvent, { type: 'SettlementComputed' }>): void {
    const { settlementId, source, payouts, split } = event;
    must(!this.settlements.has(settlementId), 'I5', () => `${settlementId} was computed twice`);
    const [total, platform, reserve] = [event.total, event.platformFee, event.reserve].map(BigInt) as [
      bigint,
      bigint,
      bigint,
    ];
    let paid = 0n;
    for (const [item, { recipient, amount }] of payouts.entries()) {
      this.owe(`${settlementId}/${item}`, recipient, BigInt(amount));
      paid += BigInt(amount);
    }
    must(paid + platform + reserve === total, 'I5', () => `the shares of ${settlementId} are not its total`);
    if (split !== undefined && payouts.length === 1) {
      const shares = sharesOf(toMicros(total), parseSplit(split));
      must(
        shares.provider === paid && shares.platform === platform,
        'I5',
        () => `${settlementId} is not ${split}`,
      );
    }
    if (source.kind === 'earnings') this.deeds.count('earnings paid out');
    this.settlements.set(settlementId, {
      payer: source.kind === 'hold' ? source.userId : undefined,
      total,
      debts: payouts.map((_, item) => `${settlementId}/${item}`),
      platform,
      reserve,
      status: 'computed',
    });
  }

  private owe(id: string, to: string, amount: bigint): void {
    must(!this.debts.has(id), 'I5', () => `${id} was asked for twice`);
    this.debts.set(id, { to, amount, status: 'open', moved: false, signings: 0 });
  }

  private sign(signature: string, ids: readonly string[]): void {
    this.signed.set(signature, ids);
    for (const id of ids) {
      const debt = this.debt(id);
      must(debt.status === 'open', 'I2', () => `${id} was signed for when it was ${debt.status}`);
      must(debt.signature === undefined, 'I2', () => `${id} was signed twice, and both may land`);
      debt.signature = signature;
      if (++debt.signings > 1) this.deeds.count('transfer signed again');
    }
  }

  /** The bytes can never land any more. */
  private end(signature: string): void {
    for (const id of this.signed.get(signature)!) {
      const debt = this.debt(id);
      must(!debt.moved, 'I2', () => `${id} was to be signed again when it had moved`);
      debt.signature = undefined;
    }
  }

  private confirm(signature: string): void {
    for (const id of this.signed.get(signature)!) {
      const debt = this.debt(id);
      must(debt.moved, 'I5', () => `${id} was confirmed, and the chain shows no such transfer`);
      debt.status = 'paid';
    }
  }

  private giveUp(id: string): void {
    const debt = this.debt(id);
    must(debt.signature === undefined, 'I2', () => `${id} was given up, and may still move`);
    debt.status = 'given up';
  }

  private debt(id: string): Debt {
    const debt = this.debts.get(id);
    must(debt !== undefined, 'I5', () => `${id} was never asked for`);
    return debt;
  }

  private seen(id: string): SettlementSeen {
    const settlement = this.settlements.get(id);
    must(settlement !== undefined, 'I5', () => `${id} was never computed`);
    return settlement;
  }
}
