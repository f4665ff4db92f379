import { deposit } from '../../src/commands/deposit/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { ContentStore, places } from '../../src/content/content-store.js';
import { RunViews } from '../../src/execution/run-view.js';
import { serviceCall } from '../../src/execution/service-call.js';
import { conditional, StepRunner, transform } from '../../src/execution/step-runner.js';
import { wait } from '../../src/execution/wait.js';
import { uuidv5 } from '../../src/kernel/event.js';
import { isoTime } from '../../src/kernel/time.js';
import { DepositJob } from '../../src/payments/deposit-job.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { PaymentWatch } from '../../src/payments/payment-watch.js';
import type { ArtifactStore } from '../../src/ports/artifacts.js';
import type { Chain } from '../../src/ports/chain.js';
import type { CheckpointStore } from '../../src/ports/checkpoints.js';
import type { EventStore } from '../../src/ports/event-store.js';
import type { Job, JobContext, JobQueue } from '../../src/ports/jobs.js';
import type { KeyVault } from '../../src/ports/key-vault.js';
import type { Payer } from '../../src/ports/payments.js';
import type { TimerStore } from '../../src/ports/timers.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import type { Converse, Dispatch } from '../../src/runtime/dispatch.js';
import type { Log } from '../../src/runtime/log.js';
import { Reactor } from '../../src/runtime/reactor.js';
import { SagaRunner } from '../../src/runtime/saga-runner.js';
import { TimerRunner } from '../../src/runtime/timer-runner.js';
import { sagas } from '../../src/sagas/all.js';
import type { StepTask } from '../../src/sagas/reaction.js';
import type { RandomPlan } from './plans.js';
import type { PlantedBug } from './planted-bugs.js';
import type { SimulatedProcess } from './process.js';
import type { Random } from './random.js';

/** What outlives every process: the stores, the queue and the world outside. */
export interface Outside {
  readonly store: EventStore;
  readonly timers: TimerStore;
  readonly checkpoints: CheckpointStore;
  readonly jobs: JobQueue;
  readonly payer: Payer;
  readonly chain: Chain;
  readonly vault: KeyVault;
  readonly artifacts: ArtifactStore;
  readonly random: Random;
  /** what a planner would make of the request of this workflow */
  readonly planFor: (workflowId: string) => RandomPlan;
}

export type Role = 'core' | 'worker';

export interface SimulatedEngine {
  readonly dispatch: Dispatch & Converse;
  readonly content: ContentStore;
  readonly process: SimulatedProcess;
  stop(): Promise<void>;
}

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

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
  const handler = new CommandHandler(store, process);
  const dispatch = bug?.dispatch?.(handler) ?? handler;
  const content = new ContentStore(outside.vault, outside.artifacts, random);
  const live = { publish: () => {}, subscribe: () => () => {} };
  const executors = {
    data_transform: transform,
    conditional,
    wait: wait(process),
    service_call: serviceCall(new StepPayments(dispatch, payer), 'PAYER', live),
  };
  const views = new RunViews(dispatch, content);
  const steps = new StepRunner(dispatch, views, content, executors, process, random, process.name);
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  if (role === 'core') {
    const runStep = (task: StepTask) => steps.runHere(task, stopping.signal);
    const aggregates = [workflow, escrow, deposit, payment];
    const reactor = new Reactor(dispatch, aggregates, timers, jobs, runStep, process, random);
    const timing = new TimerRunner(timers, reactor, jobs, process, silent);
    timing.start();
    stops.push(() => timing.stop());
    for (const each of sagas) {
      const saga = bug?.saga?.(each) ?? each;
      const runner = new SagaRunner(saga, store, checkpoints, reactor, silent);
      await runner.start();
      stops.push(() => runner.stop());
    }
  } else {
    const deposits = new DepositJob(dispatch, outside.chain, timers, process);
    const watch = new PaymentWatch(dispatch, payer, timers, process);
    const look = (job: Job) =>
      'paymentId' in job.payload ? watch.run(payload(job)) : deposits.run(payload(job));
    const plan = (job: Job) => proposePlan(payload(job), { dispatch, content, process, outside });
    const step = (job: Job, { signal }: JobContext) => steps.run(payload<StepTask>(job), signal);
    for (const worker of [
      await jobs.work('plan', 2, plan),
      await jobs.work('step', 4, step),
      await jobs.work('chain', 2, look),
      await jobs.work('receipt', 2, async () => {}),
    ])
      stops.push(() => worker.stop(1_000));
  }
  return {
    dispatch,
    content,
    process,
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(stops.map((stop) => stop()));
    },
  };
}

/** As PlanJob does, with a graph drawn beforehand in place of a planner. */
async function proposePlan(
  { workflowId, runNo }: { readonly workflowId: string; readonly runNo: number },
  parts: Pick<SimulatedEngine, 'dispatch' | 'content' | 'process'> & { readonly outside: Outside },
): Promise<void> {
  const { dispatch, content, process, outside } = parts;
  const { state } = await dispatch.load(workflow, workflowId);
  if (state.status !== 'planning' || state.runNo !== runNo) return;
  const { plan, inputs } = outside.planFor(workflowId);
  const details = await content.sealJson(state.created.userId, places.planDetails(workflowId, runNo), inputs);
  const sealed = { ...plan, details };
  const command = {
    type: 'ProposePlan',
    at: isoTime(process.now()),
    runNo,
    intent: { classification: 'simulated', capabilities: [], confidence: 1, method: 'rule' },
    plan: sealed,
    planHash: hashOf(details.data),
    planner: 'simulated',
  } as const;
  await dispatch.send(workflow, workflowId, command, {
    commandId: uuidv5(`${workflowId}/${runNo}/plan/ProposePlan`),
    correlationId: workflowId,
    actor: { type: 'worker', id: 'planner' },
  });
}

/** Any 64 hex digits that differ when the plan differs: sealing it anew makes it another. */
const hashOf = (text: string): string => (uuidv5(text) + uuidv5(`${text}/2`)).replaceAll('-', '');
