import { BatchJob } from '../../src/batches/batch-job.js';
import { ChildJob } from '../../src/children/child-job.js';
import { batch } from '../../src/commands/batch/decide.js';
import { deposit } from '../../src/commands/deposit/decide.js';
import { earnings } from '../../src/commands/earnings/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { mandate } from '../../src/commands/mandate/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { ContentStore } from '../../src/content/content-store.js';
import { ServiceBreakers } from '../../src/discovery/service-breakers.js';
import { withBreaker } from '../../src/discovery/with-breaker.js';
import { alreadyDone } from '../../src/execution/already-done.js';
import { child } from '../../src/execution/child.js';
import { RunViews } from '../../src/execution/run-view.js';
import { serviceCall } from '../../src/execution/service-call.js';
import { signal } from '../../src/execution/signal.js';
import type { StepExecutor } from '../../src/execution/step-executor.js';
import { conditional, StepRunner, transform } from '../../src/execution/step-runner.js';
import { wait } from '../../src/execution/wait.js';
import { CallLimits } from '../../src/fairness/call-limits.js';
import { OwnedJobs } from '../../src/fairness/owned-jobs.js';
import { ownersInTurn } from '../../src/fairness/owners-in-turn.js';
import { RunOwners } from '../../src/fairness/run-owners.js';
import { vacate } from '../../src/fairness/vacate.js';
import { MandateJob } from '../../src/mandates/mandate-job.js';
import { DepositJob } from '../../src/payments/deposit-job.js';
import { HoldExpiry } from '../../src/payments/hold-expiry.js';
import { HoldRelease } from '../../src/payments/hold-release.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { PaymentWatch } from '../../src/payments/payment-watch.js';
import { RefundWatch } from '../../src/payments/refund-watch.js';
import { withHold } from '../../src/payments/with-hold.js';
import { WithdrawalJob } from '../../src/payments/withdrawal-job.js';
import { PayoutJob } from '../../src/payouts/payout-job.js';
import { PlanJob } from '../../src/planning/plan-job.js';
import type { ArtifactStore } from '../../src/ports/artifacts.js';
import type { BreakerStore } from '../../src/ports/breakers.js';
import type { Catalogue } from '../../src/ports/catalogue.js';
import type { CheckpointStore } from '../../src/ports/checkpoints.js';
import type { Clock } from '../../src/ports/clock.js';
import type { EventStore } from '../../src/ports/event-store.js';
import type { Job, JobContext, JobQueue, JobWorker } from '../../src/ports/jobs.js';
import type { KeyVault } from '../../src/ports/key-vault.js';
import type { LeaseStore } from '../../src/ports/leases.js';
import type { LiveBus } from '../../src/ports/live.js';
import type { Payer } from '../../src/ports/payments.js';
import type { PermitStore } from '../../src/ports/permits.js';
import type { Planner } from '../../src/ports/planner.js';
import type { ReadModels } from '../../src/ports/read-models.js';
import type { TimerStore } from '../../src/ports/timers.js';
import type { TransferSender } from '../../src/ports/transfers.js';
import { escrowProjection } from '../../src/projections/escrow/project.js';
import { paymentsProjection } from '../../src/projections/payments/project.js';
import type { Projection } from '../../src/projections/projection.js';
import { receiptsProjection } from '../../src/projections/receipts/project.js';
import { timelineProjection } from '../../src/projections/timeline/project.js';
import { workflowsProjection } from '../../src/projections/workflows/project.js';
import { ClosedRuns } from '../../src/receipts/closed-runs.js';
import { type CheckOwn, ReceiptJob } from '../../src/receipts/receipt-job.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { DirectSteps } from '../../src/runtime/direct-steps.js';
import type { Converse, Dispatch } from '../../src/runtime/dispatch.js';
import type { Hands } from '../../src/runtime/fair-turns.js';
import { GatheredCheckpoints } from '../../src/runtime/gathered-checkpoints.js';
import type { HeldLease } from '../../src/runtime/held-lease.js';
import { JobsHere } from '../../src/runtime/jobs-here.js';
import { LeaseKeeper } from '../../src/runtime/lease-keeper.js';
import { LeasedParts } from '../../src/runtime/leased-parts.js';
import { LeasedSagas } from '../../src/runtime/leased-sagas.js';
import type { Log } from '../../src/runtime/log.js';
import { ProjectionRunner } from '../../src/runtime/projection-runner.js';
import { Reactor } from '../../src/runtime/reactor.js';
import { ReadModelProgress } from '../../src/runtime/read-model-progress.js';
import { SpareTime } from '../../src/runtime/spare-time.js';
import { TimerRunner } from '../../src/runtime/timer-runner.js';
import { sagas } from '../../src/sagas/all.js';
import type { StepTask } from '../../src/sagas/reaction.js';
import { verifyReceipt } from '../../src/verifier/index.js';
import { sampleIssuer } from '../kit/sample-issuer.js';
import type { LimitRules } from './limit-rules.js';
import type { PlantedBug } from './planted-bugs.js';
import type { SimulatedProcess } from './process.js';
import type { Random } from './random.js';
import type { SimulatedChain } from './simulated-chain.js';

/** What outlives every process: the stores, the queue and the world outside. */
export interface Outside {
  readonly store: EventStore;
  readonly timers: TimerStore;
  readonly checkpoints: CheckpointStore;
  readonly leases: LeaseStore;
  readonly jobs: JobQueue & { inherit(): Promise<void> };
  readonly payer: Payer;
  readonly chain: SimulatedChain;
  readonly sender: TransferSender;
  /** whether wallets without an account are paid all the same */
  readonly opensAccounts: boolean;
  readonly vault: KeyVault;
  readonly artifacts: ArtifactStore;
  readonly random: Random;
  readonly catalogue: Pick<Catalogue, 'all' | 'known'>;
  readonly planner: Planner;
  readonly breakers: BreakerStore;
  readonly permits: PermitStore;
  readonly limits: LimitRules;
  /** of reactions, and of what a process does itself, at once */
  readonly hands: Hands;
  readonly readModels: ReadModels;
  readonly live: LiveBus;
  /** processes that run the sagas take steps, too */
  readonly worksAtHand: boolean;
}

export type Role = 'core' | 'worker';

export interface SimulatedEngine {
  readonly dispatch: Dispatch & Converse;
  readonly content: ContentStore;
  readonly clock: Clock;
  readonly plans: PlanJob;
  readonly catalogue: Pick<Catalogue, 'all' | 'known'>;
  readonly chain: SimulatedChain;
  readonly process: SimulatedProcess;
  /** of a process that answers calls and runs steps */
  readonly localSteps?: StepRunner;
  stop(): Promise<void>;
}

/** As src/composition/engine.ts has it. */
const HOLD_TIMERS_MS = 400;
const OWN_JOBS_WAIT_MS = 1_000;
const PAYER = 'PAYER';

/** What a client reads, and what is kept of it in the rules. */
export const watched: readonly Projection[] = [
  workflowsProjection,
  timelineProjection,
  escrowProjection,
  paymentsProjection,
  receiptsProjection,
];

function runnersOf(outside: Outside, store: EventStore, bug: PlantedBug | undefined) {
  const progress = new ReadModelProgress(watched.map(({ name }) => name));
  const readModels = bug?.readModels?.(outside.readModels) ?? outside.readModels;
  return Object.fromEntries(
    watched.map((each) => {
      const projection = bug?.projection?.(each) ?? each;
      const made = (lease: HeldLease) =>
        new ProjectionRunner(projection, store, readModels, outside.live, progress, silent, lease);
      return [`projection/${each.name}`, made] as const;
    }),
  );
}

/** As src/composition/verification.ts does, for levels that need no proof. */
const check: CheckOwn = async (document) => {
  const { checks } = await verifyReceipt(document, {
    issuerKeys: [sampleIssuer],
    allowDevelopmentKeys: true,
  });
  return checks.filter(({ required, passed }) => required && !passed).map(({ name }) => name);
};

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Pauses last up to 45 s. A process's own clock stands still here: only fences keep a former holder out. */
const LEASE_MS = 15_000;
/** so that dead processes are found before their leases run out as a rule, and worlds do not consist of looks */
const LOOK_EVERY_MS = 2_000;

const noProver = { prove: async () => Promise.reject(new Error('no run here asks for a proof')) };

const payload = <T>(job: Job): T => job.payload as T;

/**
 * One process as src/composition builds it, of the same parts: only its ports, its clock and its chance are those of
 * the simulated world. Call it in the name of the process, so that what it starts is its own.
 */
export async function startEngine(
  outside: Outside,
  process: SimulatedProcess,
  role: Role,
  bug?: PlantedBug,
): Promise<SimulatedEngine> {
  const { random, jobs } = outside;
  const store = bug?.store?.(outside.store) ?? outside.store;
  const timers = bug?.timers?.(outside.timers) ?? outside.timers;
  const checkpoints = bug?.checkpoints?.(outside.checkpoints) ?? outside.checkpoints;
  const payer = bug?.payer?.(outside.payer) ?? outside.payer;
  const sender = bug?.sender?.(outside.sender) ?? outside.sender;
  const handler = new CommandHandler(store, process);
  const dispatch = bug?.dispatch?.(handler) ?? handler;
  const content = new ContentStore(outside.vault, outside.artifacts, random);
  const plans = new PlanJob(dispatch, content, outside.catalogue, outside.planner, process);
  const { live } = outside;
  const views = new RunViews(dispatch, content);
  const real = serviceCall(new StepPayments(dispatch, payer), PAYER, live);
  const calling = bug?.executor?.(real) ?? real;
  const calls: StepExecutor = (work) =>
    outside.limits.calling(process, work.run.created.userId, work.step.service!.id, () => calling(work));
  const executors = {
    data_transform: transform,
    conditional,
    wait: wait(process),
    signal: signal(process, views),
    workflow: child(process, views),
    service_call: withHold(
      dispatch,
      process,
      withBreaker(new ServiceBreakers(outside.breakers, process, random, silent), calls),
    ),
  };
  const stops: (() => Promise<void>)[] = [];
  let forgetTimers: (ids: readonly string[]) => void = () => undefined;
  const steps = new StepRunner(dispatch, views, content, executors, process, random, process.name, (ids) =>
    forgetTimers(ids),
  );
  const step = (job: Job, { signal }: JobContext) => steps.run(payload<StepTask>(job), signal);
  const receipts = new ReceiptJob(
    dispatch,
    new ClosedRuns(dispatch, content, PAYER, store),
    outside.artifacts,
    timers,
    sampleIssuer,
    noProver,
    check,
    process,
  );
  const takesSteps = role === 'worker' || outside.worksAtHand;
  // whether others are gone is not always known rightly
  const isAlone = () => random.chance(0.5);
  if (takesSteps && isAlone())
    await Promise.all([jobs.inherit(), timers.inherit(), vacate(outside.permits)]).catch(() => undefined);
  let stepWorker: JobWorker | undefined;
  if (takesSteps) {
    const limits = new CallLimits(outside.permits, outside.limits.limits, process, random, silent);
    const seen = outside.limits.watching(process, bug?.limits?.(limits) ?? limits);
    const worker = await jobs.work('step', role === 'worker' ? 4 : 2, step, seen);
    stepWorker = worker;
    stops.push(
      () => limits.stop(),
      () => worker.stop(1_000),
    );
  }
  const stopping = new AbortController();
  if (role === 'core') {
    const runStep = (task: StepTask) => steps.runHere(task, stopping.signal);
    const aggregates = [workflow, escrow, deposit, payment, receipt, mandate, settlement, earnings, batch];
    const owned = new OwnedJobs(jobs, dispatch);
    const direct = new DirectSteps(jobs, (job) => owned.owned(job), steps, timers, isAlone, process, silent);
    if (stepWorker) direct.use(stepWorker);
    const owners = new RunOwners(dispatch);
    const share = () => random.random();
    const own = new JobsHere(
      direct,
      owned,
      takesSteps ? { receipt: (job) => receipts.issue(payload(job)) } : {},
      new SpareTime(OWN_JOBS_WAIT_MS, share, () => process.now()),
      ownersInTurn(owners, outside.hands),
      silent,
    );
    const reactor = new Reactor(
      dispatch,
      aggregates,
      timers,
      owned,
      runStep,
      process,
      random,
      HOLD_TIMERS_MS,
      ownersInTurn(owners, outside.hands),
      own,
      alreadyDone(bug?.memory?.(handler) ?? handler, aggregates, process),
    );
    forgetTimers = (ids) => reactor.forgetTimers(ids);
    stops.push(async () => {
      own.stop();
      await direct.stop();
    });
    const timing = new TimerRunner(timers, reactor, owned, process, silent);
    timing.start();
    stops.push(() => timing.stop());
    const running = sagas.map((each) => bug?.saga?.(each) ?? each);
    const tenants = [
      new LeasedSagas(running, store, new GatheredCheckpoints(checkpoints), reactor, silent),
      new LeasedParts('projector', runnersOf(outside, store, bug)),
    ];
    const member = {
      instance: process.name,
      life: `${process.name} ${process.now()} ${random.ulid()}`,
      pools: tenants.map(({ pool }) => pool),
    };
    const keeper = new LeaseKeeper(
      outside.leases,
      member,
      tenants,
      { ttlMs: LEASE_MS, lookEveryMs: LOOK_EVERY_MS },
      silent,
    );
    await keeper.start();
    stops.push(() => keeper.stop());
  } else {
    const deposits = new DepositJob(dispatch, outside.chain, timers, process);
    const watch = new PaymentWatch(dispatch, payer, timers, process);
    const refunds = new RefundWatch(dispatch, outside.chain, timers, process);
    const releases = new HoldRelease(dispatch, timers, process);
    const expiries = new HoldExpiry(dispatch, timers, process);
    const policy = { opensAccounts: outside.opensAccounts };
    const withdrawals = new WithdrawalJob(dispatch, sender, timers, process, policy);
    const payouts = new PayoutJob(dispatch, sender, timers, process, policy);
    const mandates = new MandateJob(dispatch, timers, process);
    const look = (job: Job) => {
      if ('mandateId' in job.payload) return mandates.run(payload(job));
      if ('refundOf' in job.payload) return refunds.run(payload(job));
      if ('withdrawalOf' in job.payload) return withdrawals.run(payload(job));
      if ('settlementId' in job.payload) return payouts.run(payload(job));
      if ('releaseOf' in job.payload) return releases.run(payload(job));
      if ('expiryOf' in job.payload) return expiries.run(payload(job));
      return 'paymentId' in job.payload ? watch.run(payload(job)) : deposits.run(payload(job));
    };
    const making = { dispatch, content, clock: process, chance: random, plans };
    const children = new ChildJob(making, timers);
    const batches = new BatchJob(making, content, timers);
    const plan = (job: Job, { signal }: JobContext) => {
      if ('batchId' in job.payload) return batches.run(payload(job), signal);
      return 'childId' in job.payload ? children.run(payload(job)) : plans.run(payload(job), signal);
    };
    for (const worker of [
      await jobs.work('plan', 2, plan),
      await jobs.work('chain', 2, look),
      await jobs.work('receipt', 2, (job) => receipts.issue(payload(job))),
    ])
      stops.push(() => worker.stop(1_000));
  }
  return {
    dispatch,
    content,
    clock: process,
    plans,
    catalogue: outside.catalogue,
    chain: outside.chain,
    process,
    ...(role === 'core' && takesSteps && { localSteps: steps }),
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(stops.map((stop) => stop()));
    },
  };
}
