import type { z } from 'zod';
import { MemoryArtifactStore } from '../../src/adapters/memory/artifact-store.js';
import { MemoryBreakerStore } from '../../src/adapters/memory/breaker-store.js';
import { MemoryCheckpointStore } from '../../src/adapters/memory/checkpoint-store.js';
import { MemoryJobQueue } from '../../src/adapters/memory/job-queue.js';
import { MemoryKeyVault } from '../../src/adapters/memory/key-vault.js';
import { MemoryLiveBus } from '../../src/adapters/memory/live-bus.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import { systemChance } from '../../src/adapters/system/chance.js';
import { systemClock } from '../../src/adapters/system/clock.js';
import { BatchJob } from '../../src/batches/batch-job.js';
import { ChildJob } from '../../src/children/child-job.js';
import { batch } from '../../src/commands/batch/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { mandate } from '../../src/commands/mandate/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { checkOwn } from '../../src/composition/verification.js';
import type { Config } from '../../src/config.js';
import { ContentStore } from '../../src/content/content-store.js';
import { ServiceBreakers } from '../../src/discovery/service-breakers.js';
import { withBreaker } from '../../src/discovery/with-breaker.js';
import { child } from '../../src/execution/child.js';
import { RunViews } from '../../src/execution/run-view.js';
import { serviceCall } from '../../src/execution/service-call.js';
import { signal } from '../../src/execution/signal.js';
import { conditional, StepRunner, transform } from '../../src/execution/step-runner.js';
import { wait } from '../../src/execution/wait.js';
import type { Recorded } from '../../src/kernel/event.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import { toMicros } from '../../src/kernel/money.js';
import { MandateJob } from '../../src/mandates/mandate-job.js';
import { HoldExpiry } from '../../src/payments/hold-expiry.js';
import { HoldRelease } from '../../src/payments/hold-release.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { PlanJob } from '../../src/planning/plan-job.js';
import { rulePlanner } from '../../src/planning/rules/rule-planner.js';
import type { Catalogue, ServiceOffer } from '../../src/ports/catalogue.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Prover } from '../../src/ports/prover.js';
import { ClosedRuns } from '../../src/receipts/closed-runs.js';
import { ReceiptJob } from '../../src/receipts/receipt-job.js';
import { approveWorkflow } from '../../src/requests/approve-workflow.js';
import { createBodySchema } from '../../src/requests/create-body.js';
import { createWorkflow } from '../../src/requests/create-workflow.js';
import type { Admission } from '../../src/requests/open-runs.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { Reactor } from '../../src/runtime/reactor.js';
import { SagaRunner } from '../../src/runtime/saga-runner.js';
import { TimerRunner } from '../../src/runtime/timer-runner.js';
import { sagas } from '../../src/sagas/all.js';
import type { StepTask } from '../../src/sagas/reaction.js';
import { type Receipt, verifyReceipt } from '../../src/verifier/index.js';
import { PaidWorld } from './paid-world.js';
import { sampleIssuer } from './sample-issuer.js';

export type Asked = Partial<z.input<typeof createBodySchema>>;

/** The whole engine in memory: real sagas, planner, evaluator, payments and receipts, on a made-up chain. */
export class MemoryEngine {
  readonly world: PaidWorld;
  readonly store: PaidWorld['store'];
  readonly vault: MemoryKeyVault;
  readonly artifacts: Artifacts;
  readonly timers: MemoryTimerStore;
  readonly checkpoints: MemoryCheckpointStore;
  readonly dispatch: CommandHandler;
  readonly content: ContentStore;
  readonly logged: object[] = [];
  readonly progress: unknown[] = [];
  readonly breakers = new MemoryBreakerStore();
  private readonly log = (() => {
    const note = (fields: object) => void this.logged.push(fields);
    return { info: note, warn: note, error: note };
  })();
  readonly jobs = new MemoryJobQueue();
  readonly steps: StepRunner;
  /** how many workflows a batch may have open; as many as it likes without */
  openRuns: Admission | undefined;
  /** whether the catalogue has its list, or would have to ask for it */
  knowsOffers = true;
  /** what becomes of the list while a creation waits for it */
  whenWaitedFor = (): void => undefined;
  private readonly stops: (() => Promise<void>)[] = [];
  private calls = 0;

  /** @param before an engine that was stopped: this one finds what that one left */
  constructor(
    private readonly offers: readonly ServiceOffer[],
    private readonly clock: Clock = systemClock,
    before?: MemoryEngine,
  ) {
    this.world = before?.world ?? new PaidWorld();
    this.store = this.world.store;
    this.vault = before?.vault ?? new MemoryKeyVault();
    this.artifacts = before?.artifacts ?? new Artifacts();
    this.timers = before?.timers ?? new MemoryTimerStore();
    this.checkpoints = before?.checkpoints ?? new MemoryCheckpointStore();
    this.dispatch = new CommandHandler(this.store, clock);
    this.content = new ContentStore(this.vault, this.artifacts, systemChance);
    const live = new MemoryLiveBus();
    const views = new RunViews(this.dispatch, this.content);
    const payments = new StepPayments(this.dispatch, this.world.payer);
    const breakers = new ServiceBreakers(this.breakers, clock, systemChance, this.log);
    this.steps = new StepRunner(
      this.dispatch,
      views,
      this.content,
      {
        data_transform: transform,
        conditional,
        wait: wait(clock),
        signal: signal(clock, views),
        workflow: child(clock, views),
        service_call: withBreaker(breakers, serviceCall(payments, 'PAYER', live)),
      },
      clock,
      systemChance,
      'worker-1',
    );
  }

  async start(): Promise<void> {
    const { dispatch, content, artifacts, jobs, store, timers, checkpoints, clock, log } = this;
    const runStep = (task: StepTask) => this.steps.runHere(task, new AbortController().signal);
    const aggregates = [workflow, escrow, payment, receipt, batch, mandate];
    const reactor = new Reactor(dispatch, aggregates, timers, jobs, runStep, clock, systemChance);
    const prover: Pick<Prover, 'prove'> = {
      prove: async () => {
        throw new Error('nothing here asks for a proof');
      },
    };
    const planning = new PlanJob(dispatch, content, this.catalogue, rulePlanner, clock);
    const receipts = new ReceiptJob(
      dispatch,
      new ClosedRuns(dispatch, content, 'PAYER', store),
      artifacts,
      timers,
      sampleIssuer,
      prover,
      checkOwn({ PRODUCTION: false } as Config, () => [sampleIssuer]),
      clock,
    );
    const making = { dispatch, content, clock, chance: systemChance, plans: planning };
    const mandates = new MandateJob(dispatch, timers, clock);
    const releases = new HoldRelease(dispatch, timers, clock);
    const expiries = new HoldExpiry(dispatch, timers, clock);
    const { openRuns } = this;
    const batches = new BatchJob({ ...making, ...(openRuns && { openRuns }) }, content, timers);
    const children = new ChildJob(making, timers);
    const handlers = [
      jobs.work('plan', 4, (job, { signal }) => {
        if ('batchId' in job.payload) return batches.run(job.payload as never, signal);
        if ('childId' in job.payload) return children.run(job.payload as never);
        return planning.run(job.payload as never, signal);
      }),
      jobs.work('step', 4, (job, { signal }) => this.steps.run(job.payload as never, signal)),
      jobs.work('chain', 4, async ({ payload }) => {
        if ('mandateId' in payload) await mandates.run(payload as never);
        if ('releaseOf' in payload) await releases.run(payload as never);
        if ('expiryOf' in payload) await expiries.run(payload as never);
      }),
      jobs.work('receipt', 4, (job) => receipts.issue(job.payload as never)),
    ];
    for (const worker of await Promise.all(handlers)) this.stops.push(() => worker.stop(1_000));
    const timing = new TimerRunner(timers, reactor, jobs, clock, log);
    timing.start();
    this.stops.unshift(() => timing.stop());
    for (const saga of sagas) {
      const runner = new SagaRunner(saga, store, checkpoints, reactor, log);
      await runner.start();
      this.stops.unshift(() => runner.stop());
    }
  }

  /** Everything but the store: another engine may go on. */
  async halt(): Promise<void> {
    for (const stop of this.stops) await stop();
  }

  async stop(): Promise<void> {
    await this.halt();
    await this.store.close();
  }

  async fund(userId: string, amount: bigint): Promise<void> {
    const at = new Date().toISOString();
    const deposit = { signature: '5'.repeat(88), amount: toMicros(amount) };
    for (const command of [
      { type: 'OpenEscrowAccount', userId, wallet: 'W', network: 'n', asset: 'USDC', at } as const,
      { type: 'SubmitDeposit', ...deposit, at, expiresAt: at } as const,
      { type: 'ConfirmDeposit', ...deposit, slot: 1n } as const,
    ])
      await this.dispatch.send(escrow, userId, command, {
        commandId: `fund ${++this.calls}`,
        correlationId: userId,
        actor: { type: 'system', id: 'test' },
      });
  }

  caller = (userId: string) => ({
    principal: { userId, keyId: 'key_1', roles: ['user'] as const },
    callId: `call ${++this.calls}`,
  });

  private get catalogue(): Pick<Catalogue, 'all' | 'known'> {
    const known = () => (this.knowsOffers ? this.offers : undefined);
    return {
      all: async () => this.offers,
      get known() {
        return known();
      },
    };
  }

  async create(userId: string, body: Asked): Promise<string> {
    const plans = new PlanJob(this.dispatch, this.content, this.catalogue, rulePlanner, this.clock);
    const registry = { soon: async () => this.whenWaitedFor() };
    const parts = {
      ...this,
      clock: this.clock,
      chance: systemChance,
      plans,
      localSteps: this.steps,
      registry,
    };
    const full = createBodySchema.parse({ verificationLevel: 'basic', autoApprove: false, ...body });
    return (await createWorkflow(parts, this.caller(userId), full)).workflowId;
  }

  approve = (userId: string, workflowId: string) =>
    approveWorkflow(
      { dispatch: this.dispatch, clock: this.clock },
      this.caller(userId),
      workflowId,
      undefined,
    );

  /** Waits for an event of a stream, or for its n-th; a plan that failed is told at once. */
  async until(stream: string, type: string, times = 1): Promise<Recorded> {
    let seen = 0;
    const subscription = this.store.subscribe({ filter: { types: [type, 'PlanningFailed'] } });
    try {
      for await (const { events } of subscription)
        for (const recorded of events) {
          if (recorded.stream !== stream) continue;
          if (recorded.event.type === type && ++seen < times) continue;
          if (recorded.event.type === type) return recorded;
          throw new Error(`no ${type}, but ${JSON.stringify(recorded.event)}`);
        }
    } finally {
      await subscription.stop();
    }
    throw new Error(`the store was closed before ${type}`);
  }

  async receiptOf(workflowId: string, runNo = 1): Promise<Receipt> {
    const issued = await this.until(`receipt-${receiptIdOf(workflowId, runNo)}`, 'ReceiptIssued');
    const { document } = issued.event as unknown as { document: { sha256: string } };
    return JSON.parse(new TextDecoder().decode(await this.artifacts.get(document.sha256))) as Receipt;
  }

  async objections(document: unknown): Promise<readonly string[]> {
    const { checks } = await verifyReceipt(document, {
      issuerKeys: [sampleIssuer],
      allowDevelopmentKeys: true,
    });
    return checks.filter(({ required, passed }) => required && !passed).map(({ reason }) => reason);
  }

  async told(stream: string): Promise<readonly string[]> {
    const types: string[] = [];
    for await (const { event } of this.store.read(stream)) types.push(event.type);
    return types;
  }
}

/** Remembers what was put, so that a test can look at every byte. */
class Artifacts extends MemoryArtifactStore {
  readonly all: Uint8Array[] = [];
  override put(bytes: Uint8Array): Promise<string> {
    this.all.push(bytes);
    return super.put(bytes);
  }
}
