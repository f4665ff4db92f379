import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import { codeFingerprint } from '../adapters/system/code-fingerprint.js';
import { apiKey } from '../commands/api-key/decide.js';
import { deposit } from '../commands/deposit/decide.js';
import { escrow } from '../commands/escrow/decide.js';
import { payment } from '../commands/payment/decide.js';
import { receipt } from '../commands/receipt/decide.js';
import { user } from '../commands/user/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import type { ProcessRole } from '../config.js';
import { ServiceBreakers } from '../discovery/service-breakers.js';
import { withBreaker } from '../discovery/with-breaker.js';
import { integrationEvents } from '../events/integration.js';
import { RunViews } from '../execution/run-view.js';
import { serviceCall } from '../execution/service-call.js';
import { conditional, StepRunner, transform } from '../execution/step-runner.js';
import { wait } from '../execution/wait.js';
import type { Position } from '../kernel/event.js';
import { OwnedJobs } from '../fairness/owned-jobs.js';
import { StepPayments } from '../payments/pay-for-step.js';
import type { LiveBus } from '../ports/live.js';
import { projections } from '../projections/index.js';
import { CommandHandler } from '../runtime/command-handler.js';
import type { Log } from '../runtime/log.js';
import { ProjectionRunner } from '../runtime/projection-runner.js';
import { type AnyAggregate, Reactor } from '../runtime/reactor.js';
import { ReadModelProgress } from '../runtime/read-model-progress.js';
import { Relay } from '../runtime/relay.js';
import { SagaRunner } from '../runtime/saga-runner.js';
import { TimerRunner } from '../runtime/timer-runner.js';
import { sagas } from '../sagas/all.js';
import type { Parts } from './parts.js';

export const aggregates: readonly AnyAggregate[] = [
  workflow,
  escrow,
  deposit,
  payment,
  receipt,
  user,
  apiKey,
];

/** Most runs are over, and their deadlines cancelled, before this. */
const HOLD_TIMERS_MS = 1_000;

const PROGRESS = 'progress.read_models';

interface Running {
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

/** What runs the pure parts in this process, by its role. */
export interface Engine {
  readonly dispatch: CommandHandler;
  readonly progress: ReadModelProgress;
  readonly steps: StepRunner;
  start(): Promise<void>;
  /** in the order of the data's way, so that nothing is started that nobody would finish */
  stop(): Promise<void>;
}

export function buildEngine(parts: Parts, role: ProcessRole, worker: string, log: Log): Engine {
  const { store, live, jobs, timers, checkpoints, content } = parts;
  const dispatch = new CommandHandler(store, systemClock, {
    store: parts.snapshots,
    shape: codeFingerprint(),
  });
  const views = new RunViews(dispatch, content);
  const executors = {
    data_transform: transform,
    conditional,
    wait: wait(systemClock),
    service_call: withBreaker(
      new ServiceBreakers(parts.breakers, systemClock, systemChance, log),
      serviceCall(new StepPayments(dispatch, parts.payer), parts.payerAddress, live),
    ),
  };
  const steps = new StepRunner(dispatch, views, content, executors, systemClock, systemChance, worker);
  const stopping = new AbortController();
  const runStep: ConstructorParameters<typeof Reactor>[4] = (task) => steps.runHere(task, stopping.signal);
  const owned = new OwnedJobs(jobs, dispatch);
  const reactor = new Reactor(
    dispatch,
    aggregates,
    timers,
    owned,
    runStep,
    systemClock,
    systemChance,
    HOLD_TIMERS_MS,
  );
  const progress = progressOf(role, live);
  const runs = (wanted: ProcessRole) => role === 'all' || role === wanted;
  const running: Running[] = [
    ...(runs('relay') ? [new Relay(store, parts.integration, log, integrationEvents)] : []),
    ...(runs('saga') ? sagas.map((saga) => new SagaRunner(saga, store, checkpoints, reactor, log)) : []),
    ...(runs('saga') ? [new TimerRunner(timers, reactor, owned, systemClock, log)] : []),
    ...(runs('projector')
      ? projections.map(
          (projection) => new ProjectionRunner(projection, store, parts.readModels, live, progress, log),
        )
      : []),
  ];
  return {
    dispatch,
    progress,
    steps,
    async start() {
      await Promise.all(running.map((part) => part.start()));
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.map((part) => part.stop()));
    },
  };
}

/** How far the read models are, told by the process that keeps them to those that answer from them. */
function progressOf(role: ProcessRole, live: LiveBus): ReadModelProgress {
  const names = projections.map(({ name }) => name);
  if (role === 'projector')
    return new ReadModelProgress(names, (name, position) => live.publish(PROGRESS, { name, position }));
  const progress = new ReadModelProgress(names);
  if (role === 'api')
    live.subscribe(PROGRESS, (message) => {
      const told = message as { readonly name: string; readonly position: Position };
      progress.advance(told.name, told.position);
    });
  return progress;
}
