import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import { BatchJob } from '../batches/batch-job.js';
import { ChildJob } from '../children/child-job.js';
import { type Config, runsRole } from '../config.js';
import { vacate } from '../fairness/vacate.js';
import { MandateJob } from '../mandates/mandate-job.js';
import { DepositJob } from '../payments/deposit-job.js';
import { HoldExpiry } from '../payments/hold-expiry.js';
import { HoldRelease } from '../payments/hold-release.js';
import { PaymentWatch } from '../payments/payment-watch.js';
import { RefundWatch } from '../payments/refund-watch.js';
import { WithdrawalJob } from '../payments/withdrawal-job.js';
import { PayoutJob } from '../payouts/payout-job.js';
import { PlanJob, type PlanTask } from '../planning/plan-job.js';
import type { Job, JobContext, JobKind, JobLimits, JobWorker } from '../ports/jobs.js';
import type { Planner } from '../ports/planner.js';
import type { Sql } from '../ports/sql.js';
import { openWorkflows } from '../projections/workflows/queries.js';
import { OpenRuns } from '../requests/open-runs.js';
import type { BatchTask } from '../sagas/carry-out-batch.js';
import type { WithdrawalLook } from '../sagas/carry-out-withdrawal.js';
import type { FamilyTask } from '../sagas/children.js';
import type { RefundLook } from '../sagas/claim-refund.js';
import type { DepositLook } from '../sagas/confirm-deposit.js';
import type { SettlementLook } from '../sagas/pay-out-settlement.js';
import type { StepTask } from '../sagas/reaction.js';
import type { DueHold, ReleaseLook } from '../sagas/settle-escrow.js';
import type { MandateTask } from '../sagas/use-mandate.js';
import type { PaymentLook } from '../sagas/watch-payment.js';
import type { Engine } from './engine.js';
import type { Parts } from './parts.js';
import { type ReceiptParts, receiptJob } from './receipts.js';

type ChainTask =
  | DepositLook
  | PaymentLook
  | RefundLook
  | ReleaseLook
  | DueHold
  | MandateTask
  | WithdrawalLook
  | SettlementLook;
type Handler = (job: Job, context: JobContext) => Promise<void>;

/** One proof at a time a process: the prover uses every core it gets. */
const PROOFS = 1;
const RECEIPTS = 8;
const LOOKS_AT_CHAIN = 4;
const GRACE_MS = 5_000;

export interface WorkerParts extends ReceiptParts {
  readonly planner: Planner;
  /** of calls to services */
  readonly limits: JobLimits;
}

/** Takes jobs from the queue, by the role of this process. */
export async function startWorkers(
  config: Config,
  parts: Parts,
  { dispatch, steps, hasOtherWorkers, handStepsTo }: Engine,
  { planner, limits, ...own }: WorkerParts,
): Promise<() => Promise<void>> {
  const { content, catalogue, chain, payer, sender, timers, jobs } = parts;
  const plans = new PlanJob(dispatch, content, catalogue, planner, systemClock);
  const batches = batchesOf(config, parts, dispatch, plans);
  const making = { dispatch, content, clock: systemClock, chance: systemChance, plans };
  const children = new ChildJob(making, timers);
  const makePlan = (task: PlanTask | BatchTask | FamilyTask, signal: AbortSignal) => {
    if ('batchId' in task) return batches.run(task, signal);
    return 'childId' in task ? children.run(task) : plans.run(task, signal);
  };
  const deposits = new DepositJob(dispatch, chain, timers, systemClock);
  const payments = new PaymentWatch(dispatch, payer, timers, systemClock);
  const refunds = new RefundWatch(dispatch, chain, timers, systemClock);
  const releases = new HoldRelease(dispatch, timers, systemClock);
  const expiries = new HoldExpiry(dispatch, timers, systemClock);
  const mandates = new MandateJob(dispatch, timers, systemClock);
  const policy = { opensAccounts: config.RECIPIENT_ACCOUNTS === 'open' };
  const withdrawals = new WithdrawalJob(dispatch, sender, timers, systemClock, policy);
  const payouts = new PayoutJob(dispatch, sender, timers, systemClock, policy);
  const receipts = receiptJob(parts, dispatch, own);
  const lookAtChain = (task: ChainTask) => {
    if ('mandateId' in task) return mandates.run(task);
    if ('withdrawalOf' in task) return withdrawals.run(task);
    if ('settlementId' in task) return payouts.run(task);
    if ('refundOf' in task) return refunds.run(task);
    if ('releaseOf' in task) return releases.run(task);
    if ('expiryOf' in task) return expiries.run(task);
    return 'paymentId' in task ? payments.run(task) : deposits.run(task);
  };
  const table: readonly [role: 'worker' | 'prover', kind: JobKind, concurrency: number, handle: Handler][] = [
    ['worker', 'plan', config.PLAN_CONCURRENCY, (job, { signal }) => makePlan(payload(job), signal)],
    [
      'worker',
      'step',
      config.STEP_CONCURRENCY,
      (job, { signal }) => steps.run(payload<StepTask>(job), signal),
    ],
    ['worker', 'chain', LOOKS_AT_CHAIN, (job) => lookAtChain(payload(job))],
    ['worker', 'receipt', RECEIPTS, (job) => receipts.issue(payload(job))],
    ['prover', 'prove', PROOFS, (job) => receipts.prove(payload(job))],
  ];
  // nobody but the process that was here before can have had jobs or due timers in hand, or calls under way
  if (runsRole(config.ROLE, 'worker') && config.INSTANCE !== undefined && !hasOtherWorkers())
    await Promise.all([jobs.inherit(), timers.inherit(), vacate(parts.permits)]);
  const mine = table.filter(([role]) => runsRole(config.ROLE, role));
  const workers: JobWorker[] = await Promise.all(
    mine.map(async ([, kind, concurrency, handle]) => {
      if (kind !== 'step') return jobs.work(kind, concurrency, handle);
      const worker = await jobs.work(kind, concurrency, handle, limits);
      handStepsTo(worker);
      return worker;
    }),
  );
  return async () => {
    await Promise.allSettled(workers.map((worker) => worker.stop(GRACE_MS)));
  };
}

/** A batch takes half of what its owner may have open at most, so that the owner can still ask for more. */
function batchesOf(config: Config, parts: Parts, dispatch: Engine['dispatch'], plans: PlanJob): BatchJob {
  const { content, readPool, timers } = parts;
  const sql: Sql = {
    query: async (text, values = []) => ({ rows: (await readPool.query(text, [...values])).rows }),
  };
  const openRuns = new OpenRuns(
    (userId, ids) => openWorkflows(sql, userId, ids),
    systemClock,
    Math.ceil(config.MAX_CONCURRENT_WORKFLOWS / 2),
  );
  const making = { dispatch, content, clock: systemClock, chance: systemChance, plans, openRuns };
  return new BatchJob(making, content, timers);
}

/** Jobs are written by our own sagas; their shape is checked by the aggregates they lead to. */
const payload = <T>(job: Job): T => job.payload as T;
