import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import { codeFingerprint } from '../adapters/system/code-fingerprint.js';
import { apiKey } from '../commands/api-key/decide.js';
import { batch } from '../commands/batch/decide.js';
import { deposit } from '../commands/deposit/decide.js';
import { earnings } from '../commands/earnings/decide.js';
import { escrow } from '../commands/escrow/decide.js';
import { issuer } from '../commands/issuer/decide.js';
import { mandate } from '../commands/mandate/decide.js';
import { payment } from '../commands/payment/decide.js';
import { receipt } from '../commands/receipt/decide.js';
import { receiptLog } from '../commands/receipt-log/decide.js';
import { settlement } from '../commands/settlement/decide.js';
import { user } from '../commands/user/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { type Config, runsRole } from '../config.js';
import { ServiceBreakers } from '../discovery/service-breakers.js';
import { withBreaker } from '../discovery/with-breaker.js';
import { integrationEvents } from '../events/integration.js';
import { alreadyDone } from '../execution/already-done.js';
import { child } from '../execution/child.js';
import { RunViews } from '../execution/run-view.js';
import { serviceCall } from '../execution/service-call.js';
import { signal } from '../execution/signal.js';
import { conditional, StepRunner, transform } from '../execution/step-runner.js';
import { wait } from '../execution/wait.js';
import { OwnedJobs } from '../fairness/owned-jobs.js';
import { ownersInTurn } from '../fairness/owners-in-turn.js';
import { RunOwners } from '../fairness/run-owners.js';
import type { AnyAggregate } from '../kernel/aggregate.js';
import { Reconciler } from '../ledger/reconciler.js';
import { StepPayments } from '../payments/pay-for-step.js';
import { withHold } from '../payments/with-hold.js';
import type { JobWorker } from '../ports/jobs.js';
import { projections } from '../projections/index.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { DirectSteps } from '../runtime/direct-steps.js';
import { GatheredCheckpoints } from '../runtime/gathered-checkpoints.js';
import { type DoneHere, JobsHere } from '../runtime/jobs-here.js';
import { LeaseKeeper, type Tenant } from '../runtime/lease-keeper.js';
import { LeasedParts } from '../runtime/leased-parts.js';
import { LeasedSagas } from '../runtime/leased-sagas.js';
import type { Log } from '../runtime/log.js';
import { ProjectionRunner } from '../runtime/projection-runner.js';
import { Reactor } from '../runtime/reactor.js';
import type { ReadModelProgress } from '../runtime/read-model-progress.js';
import { Relay } from '../runtime/relay.js';
import { SpareTime } from '../runtime/spare-time.js';
import { TimerRunner } from '../runtime/timer-runner.js';
import { sagas } from '../sagas/all.js';
import { LogAnchor } from '../transparency/log-anchor.js';
import { LogWriter } from '../transparency/log-writer.js';
import type { Parts } from './parts.js';
import { readModelProgress } from './progress.js';
import { reconciliationOf } from './reconciliation.js';

export const aggregates: readonly AnyAggregate[] = [
  workflow,
  escrow,
  deposit,
  payment,
  receipt,
  user,
  apiKey,
  batch,
  mandate,
  settlement,
  earnings,
  receiptLog,
  issuer,
];

/** Work of one process under way at once. */
const HANDS = {
  /** of what follows from events, in all sagas */
  reactions: { alone: 64, shared: 16 },
  /** of what it does itself instead of queueing it; each waits for a thread and two writes, which others share */
  jobs: { alone: 128, shared: 128 },
};

/** Whoever asked for a run wants its result first: receipts of a busy program wait for so long at most. */
const OWN_JOBS_WAIT_MS = 1_000;

/** Most runs are over, and their deadlines cancelled, before this. */
const HOLD_TIMERS_MS = 400;

export type EngineConfig = Pick<Config, 'ROLE' | 'INSTANCE' | 'LEASE_TTL_MS' | 'RECONCILE_EVERY_MS'> & {
  /** the log of receipts, where its heads are put on the chain */
  readonly anchoring?: { readonly origin: string; readonly everyMs: number };
};

/** What runs the pure parts in this process, by its role. */
export interface Engine {
  readonly dispatch: CommandHandler;
  readonly progress: ReadModelProgress;
  readonly steps: StepRunner;
  /** whether another living process takes jobs, as far as is known once joined */
  hasOtherWorkers(): boolean;
  /** Makes itself known to the other processes and learns who they are; its work begins. */
  join(): Promise<void>;
  /** From now on steps that sagas of this process ask for go straight to this worker, where they may. */
  handStepsTo(worker: JobWorker): void;
  /** Resolves when all of it works. */
  start(): Promise<void>;
  /** in the order of the data's way, so that nothing is started that nobody would finish */
  stop(): Promise<void>;
}

/** @param here what a process that runs sagas does itself instead of queueing it */
export function buildEngine(
  parts: Parts,
  config: EngineConfig,
  log: Log,
  here?: (dispatch: CommandHandler) => DoneHere,
): Engine {
  const { store, live, jobs, timers, checkpoints, content, readModels } = parts;
  const { anchoring } = config;
  const runs = (role: Parameters<typeof runsRole>[1]) => runsRole(config.ROLE, role);
  const dispatch = new CommandHandler(store, systemClock, {
    store: parts.snapshots,
    shape: codeFingerprint(),
  });
  const views = new RunViews(dispatch, content);
  const executors = {
    data_transform: transform,
    conditional,
    wait: wait(systemClock),
    signal: signal(systemClock, views),
    workflow: child(systemClock, views),
    service_call: withHold(
      dispatch,
      systemClock,
      withBreaker(
        new ServiceBreakers(parts.breakers, systemClock, systemChance, log),
        serviceCall(new StepPayments(dispatch, parts.payer), parts.payerAddress, live),
      ),
    ),
  };
  const steps = new StepRunner(
    dispatch,
    views,
    content,
    executors,
    systemClock,
    systemChance,
    `${config.ROLE}-${process.pid}`,
    (ids) => reactor.forgetTimers(ids),
  );
  const stopping = new AbortController();
  const runStep: ConstructorParameters<typeof Reactor>[4] = (task) => steps.runHere(task, stopping.signal);
  const owned = new OwnedJobs(jobs, dispatch);
  const direct = new DirectSteps(
    jobs,
    (job) => owned.owned(job),
    steps,
    timers,
    () => !keeper.hasOthers('worker'),
    systemClock,
    log,
  );
  const owners = new RunOwners(dispatch);
  const spare = new SpareTime(OWN_JOBS_WAIT_MS);
  const jobTurns = ownersInTurn(owners, HANDS.jobs);
  const ownWork = new JobsHere(direct, owned, here?.(dispatch) ?? {}, spare, jobTurns, log);
  const reactor = new Reactor(
    dispatch,
    aggregates,
    timers,
    owned,
    runStep,
    systemClock,
    systemChance,
    HOLD_TIMERS_MS,
    ownersInTurn(owners, HANDS.reactions),
    ownWork,
    alreadyDone(dispatch, aggregates, systemClock),
  );
  const roles = { keeps: runs('projector'), answers: runs('api') };
  const progress = readModelProgress(
    live,
    roles,
    { answer: () => keeper.hasOthers('api'), keep: () => keeper.hasOthers('projector') },
    () => readModels.positions(),
  );
  const tenants: readonly Tenant[] = [
    ...(runs('saga')
      ? [new LeasedSagas(sagas, store, new GatheredCheckpoints(checkpoints), reactor, log)]
      : []),
    ...(runs('projector')
      ? [
          new LeasedParts(
            'projector',
            Object.fromEntries(
              projections.map((projection) => [
                `projection/${projection.name}`,
                (lease) => new ProjectionRunner(projection, store, readModels, live, progress, log, lease),
              ]),
            ),
          ),
        ]
      : []),
    ...(runs('relay')
      ? [
          new LeasedParts('relay', {
            relay: () => new Relay(store, parts.integration, log, integrationEvents),
            'receipt-log': () => new LogWriter(store, dispatch, parts.artifacts, systemClock, log),
            ...(anchoring && {
              'log-anchor': () =>
                new LogAnchor(dispatch, parts.anchor, anchoring.origin, anchoring.everyMs, systemClock, log),
            }),
          }),
        ]
      : []),
  ];
  const everyMs = config.RECONCILE_EVERY_MS;
  const reconciling: readonly Tenant[] =
    runs('worker') && everyMs > 0
      ? [
          new LeasedParts('reconciler', {
            reconciler: (lease) => new Reconciler(reconciliationOf(parts, dispatch), everyMs, lease, log),
          }),
        ]
      : [];
  const all = [...tenants, ...reconciling];
  const others = (['api', 'worker'] as const).filter(runs);
  const keeper = new LeaseKeeper(
    parts.leases,
    memberOf(config, parts.life, [...all.map(({ pool }) => pool), ...others]),
    all,
    { ttlMs: config.LEASE_TTL_MS },
    log,
  );
  const timing = runs('saga') ? new TimerRunner(timers, reactor, owned, systemClock, log) : undefined;
  return {
    dispatch,
    progress,
    steps,
    hasOtherWorkers: () => keeper.hasOthers('worker'),
    join: () => keeper.join(),
    handStepsTo: (worker) => direct.use(worker),
    async start() {
      await keeper.start();
      timing?.start();
    },
    async stop() {
      stopping.abort();
      ownWork.stop();
      await direct.stop();
      await Promise.allSettled([keeper.stop(), timing?.stop()]);
    },
  };
}

/** Without a name of its own, a process is somebody new at every start. */
const memberOf = ({ ROLE, INSTANCE }: EngineConfig, life: string, pools: readonly string[]) => ({
  instance: INSTANCE ?? `${ROLE} ${life}`,
  life,
  pools,
});
