import { isWithdrawalEvent } from '../../src/commands/escrow/withdrawal-state.js';
import type { BatchEvent } from '../../src/events/batch.js';
import type { EarningsEvent } from '../../src/events/earnings.js';
import type { EscrowEvent } from '../../src/events/escrow.js';
import type { MandateEvent, MandateEventOf } from '../../src/events/mandate.js';
import type { PaymentEvent } from '../../src/events/payment.js';
import type { BoundService } from '../../src/events/plan.js';
import type { SettlementEvent } from '../../src/events/settlement.js';
import type { WithdrawalEvent } from '../../src/events/withdrawal.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import type { Recorded } from '../../src/kernel/event.js';
import { categoryOf, idOfStream } from '../../src/kernel/ids.js';
import type { PaidCall } from '../../src/ports/payments.js';
import type { Outgoing } from '../../src/ports/transfers.js';
import { BatchRules } from './batch-rules.js';
import { DeedTally } from './deeds.js';
import { FamilyRules } from './family-rules.js';
import { MandateRules } from './mandate-rules.js';
import { AccountRules, PaymentRules } from './money-rules.js';
import type { TransferWatcher } from './outgoing-transfers.js';
import type { Landed, Watcher } from './paid-services.js';
import type { Expected, Issued } from './receipt-rules.js';
import { Results } from './results.js';
import type { RunRules } from './run-rules.js';
import { TransferRules } from './transfer-rules.js';
import { must, Violation } from './violation.js';
import { WorkflowRules } from './workflow-rules.js';

/** `pay_<workflow>r<run>s<step>`, and `undo` after it for what undoes the step, as kernel/ids.ts makes them. */
const PAYMENT = /^pay_(.+)r(\d+)s(\d+)(undo)?$/;

/** the beginning of what they say, see plans.ts; no base64 can hold it by chance */
const CONFIDENTIAL = 'psst!';

type Settled = WorkflowEventOf<'WorkflowSettled'>;
type Credited = Extract<EscrowEvent, { type: 'RefundCredited' }>;
type Released = MandateEventOf<'MandateUseReleased'>;
type Approved = WorkflowEventOf<'WorkflowApproved'>;

/** What may be called for a step. */
interface Call {
  readonly stepId: string;
  readonly services: readonly BoundService[];
  readonly maxCost: string;
}

/**
 * Looks on while the world runs: judges every event at the moment it becomes durable, every call at the moment a
 * service gets it, and every transfer at the moment it lands (I1 to I9); and, when all is quiet, that nothing is
 * left over (I6, I14).
 */
export class Judge implements Watcher, TransferWatcher {
  readonly workflows = new Map<string, WorkflowRules>();
  readonly accounts = new Map<string, AccountRules>();
  readonly payments = new Map<string, PaymentRules>();
  private readonly mandates = new Map<string, MandateRules>();
  readonly receipts: { readonly issued: Issued; readonly expected: Expected }[] = [];
  /** what came back for a payment, and is not credited yet */
  readonly givenBack = new Map<string, bigint>();
  violation: Violation | undefined;
  readonly deeds = new DeedTally();
  private readonly transfers = new TransferRules(this.deeds);
  readonly batches = new BatchRules(this.deeds);
  readonly family: FamilyRules;
  readonly results: Results;
  /** by run: what its steps had cost when it was settled */
  private readonly settledAt = new Map<RunRules, bigint>();
  private readonly withReceipt = new Set<RunRules>();
  private readonly durable = new Set<string>();
  private readonly confirmedInTime = new Set<string>();

  constructor() {
    const { deeds, payments } = this;
    const held = (userId: string, holdId: string) => this.account(userId).amountOf(holdId);
    const isPaid = (paymentId: string) => payments.get(paymentId)?.landed !== undefined;
    this.family = new FamilyRules(this.workflows, this.workflow, held, deeds);
    this.results = new Results(isPaid, deeds);
  }

  /** The first rule broken ends the run; nothing after it says anything. */
  readonly observe = (recorded: Recorded): void =>
    this.judging(() => {
      this.durable.add(recorded.id);
      const { stream, event } = recorded;
      const id = idOfStream(stream);
      switch (categoryOf(stream)) {
        case 'workflow':
          this.family.before(id, event as WorkflowEvent);
          this.batches.workflow(id, event as WorkflowEvent);
          this.workflow(id).apply(event as WorkflowEvent);
          this.results.remember(id, this.workflow(id).last, event as WorkflowEvent);
          if (event.type === 'WorkflowApproved') this.approve(id, event as Approved);
          if (event.type === 'AutoApprovalDeclined') this.deeds.count('mandate not used');
          if (event.type === 'WorkflowSettled') this.settle(id, (event as Settled).runNo);
          return;
        case 'batch':
          return this.batches.apply(id, event as BatchEvent);
        case 'receipt':
          if (event.type === 'ReceiptIssued') this.issue(event as Issued);
          return;
        case 'mandate':
          if (event.type === 'MandateUseReleased' && (event as Released).released !== '0')
            this.deeds.count('unspent given back to a mandate');
          return this.mandate(id).apply(event as MandateEvent);
        case 'escrow':
          if (event.type === 'RefundCredited') this.credit(event as Credited);
          if (event.type === 'HoldReduced') this.deeds.count('hold reduced');
          if (isWithdrawalEvent(event)) this.transfers.withdrawal(event as WithdrawalEvent);
          return this.account(id).apply(event as EscrowEvent);
        case 'settlement':
          return this.transfers.settlement(event as SettlementEvent);
        case 'earnings':
          return this.transfers.earnings(event as EarningsEvent);
        case 'payment': {
          const payment = this.payment(id);
          payment.apply(event as PaymentEvent);
          if (event.type === 'PaymentConfirmed' && !this.stepOf(id).run.closed) this.confirmedInTime.add(id);
        }
      }
    });

  /** I1 */
  readonly acknowledged = (stream: string, ids: readonly string[]): void =>
    this.judging(() => {
      for (const id of ids)
        must(this.durable.has(id), 'I1', () => `an append to ${stream} was acknowledged and is not there`);
    });

  asked({ url, idempotencyKey }: PaidCall, payTo?: string): void {
    this.judging(() => {
      const { stepId, services } = this.callOf(idempotencyKey);
      const called = services.find((service) => service.url === url);
      must(called !== undefined, 'I4', () => `${stepId} called ${url}, which was not approved for it`);
      const isPaid = payTo === undefined || payTo === called.payTo;
      must(isPaid, 'I4', () => `${stepId} sent ${called.id} what pays ${payTo}`);
    });
  }

  did({ idempotencyKey }: PaidCall): void {
    this.judging(() => {
      const { run, stepId, undo } = this.stepOf(idempotencyKey);
      run.did(idempotencyKey, stepId, undo);
    });
  }

  signed(paymentId: string, payTo: string, amount: bigint): void {
    this.judging(() => {
      const { stepId, services, maxCost } = this.callOf(paymentId);
      const isApproved = services.some((service) => service.payTo === payTo);
      must(isApproved, 'I4', () => `${stepId} signed for ${payTo}`);
      must(amount <= BigInt(maxCost), 'I3', () => `${stepId} signed ${amount}, and ${maxCost} was approved`);
    });
  }

  landed(transfer: Landed): void {
    this.judging(() => {
      this.payment(transfer.paymentId).land(transfer);
      const { run } = this.stepOf(transfer.paymentId);
      const paid = this.landedOf(run);
      const { mandateId } = run;
      const mayPay = mandateId === undefined || this.mandate(mandateId).mayPay(transfer.payTo);
      must(mayPay, 'I4', () => `${transfer.payTo} was paid, and ${mandateId} does not name it`);
      must(paid <= run.budget, 'I3', () => `${paid} was paid of ${run.budget} approved`);
    });
  }

  left(signature: string, transfers: readonly Outgoing[]): void {
    this.judging(() => this.transfers.left(signature, transfers));
  }

  /** I12: what users and services say is sealed wherever it stands or travels. */
  overheard(where: string, value: unknown): void {
    this.judging(() => {
      const text = JSON.stringify(value) ?? '';
      must(!text.includes(CONFIDENTIAL), 'I12', () => `words of a user stand in clear in ${where}`);
    });
  }

  /** I12: somebody got at what is not theirs. */
  trespassed(who: string, what: string): void {
    this.judging(() => must(false, 'I12', () => `${who} was let ${what}`));
  }

  /** I11: what a client hears. */
  readonly heard = (judge: () => void): void => this.judging(judge);

  private credit({ paymentId, amount }: Credited): void {
    const back = this.givenBack.get(paymentId);
    must(
      back === BigInt(amount),
      'I5',
      () => `${amount} was credited for ${paymentId}, and ${back} came back`,
    );
    this.givenBack.delete(paymentId);
    this.deeds.count('payment given back');
  }

  private landedOf(run: RunRules): bigint {
    let paid = 0n;
    for (const [id, { landed }] of this.payments)
      if (landed && this.stepOf(id).run === run) paid += landed.amount;
    return paid;
  }

  private approve(workflowId: string, { runNo, automatic, mandateId, planHash, budget }: Approved): void {
    if (!automatic || mandateId === undefined) return;
    this.mandate(mandateId).approved(workflowId, runNo, planHash, BigInt(budget));
    this.deeds.count('approved under a mandate');
  }

  private settle(workflowId: string, runNo: number): void {
    const run = this.workflow(workflowId).run(runNo);
    this.settledAt.set(run, this.paidFor(run, run.free) + run.spentByChildren);
  }

  private issue(issued: Issued): void {
    const run = this.workflow(issued.workflowId).run(issued.runNo);
    const least = this.settledAt.get(run);
    must(least !== undefined, 'I13', () => `${issued.receiptId} was issued before its run was settled`);
    this.withReceipt.add(run);
    this.receipts.push({
      issued,
      expected: {
        kept: run.wentOnFrom,
        outcome: run.outcome,
        least,
        most: this.paidFor(run) + run.spentByChildren,
      },
    });
  }

  /** for its steps, not for undoing them */
  private paidFor(run: RunRules, but: ReadonlySet<string> = new Set()): bigint {
    let paid = 0n;
    for (const [id, { status, quoted }] of this.payments) {
      const of = this.stepOf(id);
      if (of.run === run && !of.undo && !but.has(of.stepId) && status === 'confirmed')
        paid += quoted?.amount ?? 0n;
    }
    return paid;
  }

  /** Whether anything is still to be done, once faults have stopped. */
  get isQuiet(): boolean {
    for (const { last } of this.workflows.values()) if (last.settled === undefined) return false;
    for (const run of this.settledAt.keys()) if (!this.withReceipt.has(run)) return false;
    for (const payment of this.payments.values()) {
      if (payment.status === 'submitted') return false;
      if (payment.landed && (this.capturedOf(payment) === 0n || !payment.isAnswered)) return false;
    }
    if (this.givenBack.size > 0 || !this.transfers.isQuiet || !this.batches.isQuiet) return false;
    for (const { open } of this.mandates.values()) if (open.length > 0) return false;
    for (const { held, submitted } of this.accounts.values())
      if (held > 0n || submitted.size > 0) return false;
    return true;
  }

  /** I14, I6 and the whole of I5: ledger against chain. */
  concludes(): void {
    this.judging(() => {
      for (const run of [...this.workflows.values()].flatMap(({ all }) => all)) {
        must(run.closed, 'I14', () => `a run does not end: ${run.describe}`);
        must(run.settled !== undefined, 'I14', () => `a run is never settled: ${run.describe}`);
        must(this.withReceipt.has(run), 'I13', () => `a run never gets its receipt: ${run.describe}`);
      }
      for (const payment of this.payments.values()) {
        const { paymentId, landed, status } = payment;
        must(status !== 'submitted', 'I6', () => `${paymentId} is submitted for ever`);
        if (!landed) continue;
        must(status === 'confirmed', 'I6', () => `${paymentId} was paid and is ${status}`);
        must(payment.isAnswered, 'I6', () => `${paymentId} was paid, and nobody says what for`);
        must(
          this.capturedOf(payment) === landed.amount,
          'I5',
          () => `${paymentId} was paid and not captured`,
        );
      }
      for (const [id] of this.givenBack) must(false, 'I6', () => `${id} was given back and never credited`);
      this.mandatesConclude();
      this.transfers.concludes();
      this.batches.concludes();
      for (const account of this.accounts.values()) {
        let paid = this.transfers.paidBy(account.userId);
        for (const { landed, quoted } of this.payments.values())
          if (landed && quoted?.userId === account.userId) paid += landed.amount;
        must(account.captured === paid, 'I5', () => `${account.captured} captured, ${paid} paid`);
        must(
          account.submitted.size === 0,
          'I5',
          () => `a deposit of ${account.userId} is looked for no more`,
        );
        must(account.held === 0n, 'I5', () => `${account.held} is held for nothing`);
      }
    });
  }

  /** I14: nobody asks for ever for what is over. */
  rests(inVain: readonly string[]): void {
    this.judging(() => must(inVain.length === 0, 'I14', () => `timers fire for ever: ${inVain.join(', ')}`));
  }

  /** I14: with no more faults, whatever is asked for can be done. */
  givenUp(jobId: string, error: string): void {
    this.judging(() =>
      must(false, 'I14', () => `${jobId} was given up though nothing stood in its way: ${error}`),
    );
  }

  private mandatesConclude(): void {
    for (const [mandateId, rules] of this.mandates)
      rules.concludes(
        (workflowId, runNo) => this.landedOf(this.workflow(workflowId).run(runNo)),
        (workflowId, runNo) => this.workflow(workflowId).run(runNo).mandateId === mandateId,
      );
  }

  private capturedOf({ quoted, paymentId }: PaymentRules): bigint {
    return quoted ? this.account(quoted.userId).capturedFor(paymentId) : 0n;
  }

  /** The same for what can only be judged with time to look. */
  async looking(judge: () => Promise<void>): Promise<void> {
    if (this.violation) return;
    try {
      await judge();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violation = error;
    }
  }

  private judging(judge: () => void): void {
    if (this.violation) return;
    try {
      judge();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violation = error;
    }
  }

  /** The call that the plan allows at this moment, to do a step or to undo it. */
  private callOf(paymentId: string): Call {
    const { run, stepId, undo } = this.stepOf(paymentId);
    const { service, maxCost } = undo ? run.mayUndo(stepId) : run.mayCall(stepId);
    return { stepId, services: undo ? [service!] : run.servicesOf(stepId), maxCost };
  }

  private stepOf(paymentId: string): {
    readonly run: RunRules;
    readonly stepId: string;
    readonly undo: boolean;
  } {
    const [, body, runNo, step, undo] = PAYMENT.exec(paymentId) ?? [];
    const run = this.workflow(`wf_${body}`).run(Number(runNo));
    return { run, stepId: `step_${step}`, undo: undo !== undefined };
  }

  private workflow = (id: string) => within(this.workflows, id, () => new WorkflowRules(id));
  private payment = (id: string) => within(this.payments, id, () => new PaymentRules(id));
  private mandate = (id: string) => within(this.mandates, id, () => new MandateRules(id));
  private account = (id: string) =>
    within(this.accounts, id, () => new AccountRules(id, (paymentId) => this.confirmedInTime.has(paymentId)));
}

function within<T>(map: Map<string, T>, id: string, make: () => T): T {
  const found = map.get(id) ?? make();
  map.set(id, found);
  return found;
}
