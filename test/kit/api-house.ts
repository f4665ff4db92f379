import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryArtifactStore } from '../../src/adapters/memory/artifact-store.js';
import { MemoryBreakerStore } from '../../src/adapters/memory/breaker-store.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryIdempotencyStore } from '../../src/adapters/memory/idempotency-store.js';
import { MemoryJobQueue } from '../../src/adapters/memory/job-queue.js';
import { MemoryKeyVault } from '../../src/adapters/memory/key-vault.js';
import { MemoryLiveBus } from '../../src/adapters/memory/live-bus.js';
import { MemoryPermitStore } from '../../src/adapters/memory/permit-store.js';
import { MemoryReconciliationStore } from '../../src/adapters/memory/reconciliation-store.js';
import { openReadModelPool, PostgresReadModels } from '../../src/adapters/postgres/read-models.js';
import { verifyWalletSignature } from '../../src/adapters/solana/wallet-signature.js';
import { systemChance } from '../../src/adapters/system/chance.js';
import { clientSignatures } from '../../src/adapters/x402/client-signature.js';
import { createApi } from '../../src/api/api.module.js';
import type { ApiDependencies } from '../../src/api/dependencies.js';
import type { ReadModel } from '../../src/api/own-writes.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { ContentStore } from '../../src/content/content-store.js';
import type { Plan } from '../../src/events/plan.js';
import { samplePlan } from '../../src/events/samples.js';
import type { Role } from '../../src/events/user.js';
import { limitTable } from '../../src/fairness/limit-table.js';
import { Authenticator } from '../../src/identity/authenticate.js';
import { issueKey, registerUser } from '../../src/identity/keys.js';
import { SlidingWindow } from '../../src/identity/rate-limit.js';
import { Refusal } from '../../src/kernel/errors.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import { places } from '../../src/kernel/places.js';
import { isoTime } from '../../src/kernel/time.js';
import { Reconciliation } from '../../src/ledger/reconciliation.js';
import { PlanJob } from '../../src/planning/plan-job.js';
import { rulePlanner } from '../../src/planning/rules/rule-planner.js';
import type { Catalogue, ServiceOffer } from '../../src/ports/catalogue.js';
import type { Prover } from '../../src/ports/prover.js';
import { projections } from '../../src/projections/index.js';
import { openWorkflows } from '../../src/projections/workflows/queries.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { IssuerRing } from '../../src/receipts/issuer-ring.js';
import { ProofsUnderWay } from '../../src/receipts/proofs-under-way.js';
import { RevocationList } from '../../src/receipts/revocation-list.js';
import { StepDisclosures } from '../../src/receipts/step-disclosures.js';
import { OpenRuns } from '../../src/requests/open-runs.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { FairTurns } from '../../src/runtime/fair-turns.js';
import { ProjectionRunner } from '../../src/runtime/projection-runner.js';
import { ReadModelProgress } from '../../src/runtime/read-model-progress.js';
import { PublishedLog } from '../../src/transparency/published-log.js';
import { answerQuestion } from '../../src/verification/answer-question.js';
import type { Question } from '../../src/verification/question.js';
import type { IssuerKey, VerifyOptions } from '../../src/verifier/index.js';
import { holdToNamedModels } from './asked-models.js';
import { HandWrittenCustody } from './custody.js';
import { holdToDocument } from './described-answers.js';
import { PATIENCE_MS } from './patience.js';
import { freshDatabase } from './postgres.js';
import { sampleSeed } from './sample-issuer.js';
import { sampleLog } from './sample-log.js';

export const PLAN_HASH = 'b'.repeat(64);
const pepper = 'a pepper of the tests';

const noProver: Pick<Prover, 'prove'> = {
  prove: async () => {
    throw new Error('nothing here asks for a proof');
  },
};

/** The API over real read models, listening: everything but planners, workers and the chain. */
export async function openHouse(
  options: {
    readonly perMinute?: number;
    readonly openRuns?: number;
    /** whose receipts it takes */
    readonly issuerKeys?: readonly IssuerKey[];
    /** what is at hand of closed runs, by workflow */
    readonly closedRuns?: ReadonlyMap<string, ClosedRun>;
    /** makes proofs for whoever asks the API */
    readonly prover?: Pick<Prover, 'prove'>;
  } = {},
) {
  const database = await freshDatabase();
  const names = projections.map(({ name }) => name);
  const pool = openReadModelPool(database.url, names);
  const readModels = await PostgresReadModels.open(pool);
  const store = new MemoryEventStore();
  const live = new MemoryLiveBus();
  const jobs = new MemoryJobQueue({ retryDelayMs: () => 1 });
  const progress = new ReadModelProgress(names);
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  const logged: object[] = [];
  const note = (fields: object) => void logged.push(fields);
  const log = { info: note, warn: note, error: note };
  const runners = projections.map(
    (each) => new ProjectionRunner(each, store, readModels, live, progress, log),
  );
  for (const runner of runners) await runner.start();
  const outage = { isAway: false };
  const sql: ApiDependencies['sql'] = {
    query: async (text, values = []) => {
      holdToNamedModels(text);
      if (outage.isAway)
        throw new Refusal('STORE_UNAVAILABLE', 'The database cannot be reached.', {}, 'retryable');
      return { rows: (await pool.query(text, [...values])).rows };
    },
  };
  const content = new ContentStore(new MemoryKeyVault(), new MemoryArtifactStore(), systemChance);
  const dispatch = new CommandHandler(store, clock);
  const identity = { dispatch, clock, chance: systemChance, pepper };
  const receipts = new Map<string, unknown>();
  const proofs = new ProofsUnderWay(clock);
  const breakers = new MemoryBreakerStore();
  const permits = new MemoryPermitStore();
  const limits = limitTable({ userConcurrency: 2, serviceConcurrency: 0, servicePerMinute: 0, services: '' });
  const closedRuns: ApiDependencies['closedRuns'] = {
    read: async ({ workflowId, runNo }) => {
      const run = options.closedRuns?.get(workflowId);
      return run?.runNo === runNo ? run : undefined;
    },
  };
  const offers: ServiceOffer[] = [];
  const catalogue: Catalogue = {
    known: offers,
    soon: async () => undefined,
    all: async () => offers,
    search: async () => offers,
    byId: async (id) => offers.find((offer) => offer.id === id),
  };
  const vault = new MemoryKeyVault();
  const issuers = new IssuerRing({ dispatch, store, vault, clock, log, former: [] }, sampleSeed);
  await issuers.start();
  const revocations = new RevocationList(sql, () => issuers.revokedKeys, clock);
  const custody = new HandWrittenCustody();
  const api: ApiDependencies = {
    ...identity,
    plans: new PlanJob(dispatch, content, catalogue, rulePlanner, clock),
    store,
    sql,
    content,
    live,
    readModels,
    openRuns: new OpenRuns((userId, ids) => openWorkflows(sql, userId, ids), clock, options.openRuns ?? 0),
    deadLetters: jobs.dead,
    queues: jobs.view,
    progress,
    log,
    idempotency: new MemoryIdempotencyStore(),
    catalogue,
    breakers,
    permits,
    limits,
    turns: new FairTurns({ alone: 16, shared: 4 }),
    chain: {
      network: 'solana:local',
      mint: 'mint',
      escrowAddress: async () => ({ owner: 'owner', tokenAccount: 'account' }),
      lookupDeposit: async () => ({ status: 'unknown' }),
      escrowBalance: async () => toMicros(0n),
      ready: async () => true,
    },
    signatures: clientSignatures,
    reconciliation: new Reconciliation({
      ...{ dispatch, sql, store, readModels, custody, clock },
      reconciliations: new MemoryReconciliationStore(),
    }),
    delegateOf: async (userId) => `the delegate of ${userId}`,
    circuits: { circuits: async () => [] },
    proofs,
    verification: verifyingHere(async () => ({
      issuerKeys: options.issuerKeys ? [...issuers.keys, ...options.issuerKeys] : [],
      revocations: await revocations.current(),
      log: { key: sampleLog.key, required: false },
    })),
    receiptLog: new PublishedLog(sql, sampleLog),
    issuers,
    revocations,
    receipts: { read: async ({ sha256 }) => receipts.get(sha256) ?? null },
    closedRuns,
    disclosures: new StepDisclosures(closedRuns, options.prover ?? noProver, async () => []),
    authenticator: new Authenticator(sql, pepper, clock),
    rateLimit: new SlidingWindow(clock, options.perMinute ?? 100_000),
    vitals: { dependencies: async () => ({ database: true }), queueDepth: () => jobs.depth() },
    settings: {
      payoutSplit: '90/7/3',
      version: '0.0.0',
      publicUrl: 'https://house.example',
    },
    verifyWalletSignature,
  };
  const app: NestFastifyApplication = await createApi(api);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  let sent = 0;
  const context = (correlationId: string) => ({
    commandId: `house/${++sent}`,
    correlationId,
    actor: { type: 'system', id: 'house' } as const,
  });
  const house = {
    api,
    url,
    clock,
    live,
    jobs,
    breakers,
    permits,
    custody,
    offers,
    logged,
    dispatch,
    content,
    /** of the database, as far as the API reads it */
    outage,
    sql,

    /** @returns the address under which the API finds this document */
    keepReceipt(document: unknown): string {
      const address = createHash('sha256').update(JSON.stringify(document)).digest('hex');
      receipts.set(address, document);
      return address;
    },

    /** A registered user with a key that the read models know. */
    async user(userId: string, roles: readonly Role[] = ['user']): Promise<Client> {
      await registerUser(identity, { userId, roles }, context(userId));
      const { secret } = await issueKey(identity, { userId, name: 'test' }, context(userId));
      await house.caughtUp();
      return new Client(url, secret, userId);
    },
    async fund(userId: string, amount: bigint): Promise<void> {
      const at = isoTime(clock.now());
      const signature = '5'.repeat(88);
      const open = {
        type: 'OpenEscrowAccount',
        userId,
        wallet: '1'.repeat(32),
        network: 'n',
        asset: 'a',
        at,
      } as const;
      await dispatch.send(escrow, userId, open, context(userId));
      const micros = toMicros(amount) as Micros;
      const submit = { type: 'SubmitDeposit', signature, amount: micros, at, expiresAt: at } as const;
      await dispatch.send(escrow, userId, submit, context(userId));
      const confirm = { type: 'ConfirmDeposit', signature, amount: micros, slot: 1n } as const;
      await dispatch.send(escrow, userId, confirm, context(userId));
    },
    async tell(workflowId: string, command: WorkflowCommand): Promise<void> {
      await dispatch.send(workflow, workflowId, command, context(workflowId));
      await house.caughtUp();
    },
    /** What a planner would have proposed: one paid step and `assemble`. */
    async propose(workflowId: string, userId: string): Promise<void> {
      const details = { step_1: { input: '{}', title: 'Find the trend' }, step_2: { input: '1' } };
      const place = places.planDetails(workflowId, 1);
      const plan = { ...samplePlan, details: await content.sealJson(userId, place, details) } as Plan;
      await house.tell(workflowId, {
        type: 'ProposePlan',
        at: isoTime(clock.now()),
        runNo: 1,
        intent: { classification: 'report', capabilities: ['trend'], confidence: 1, method: 'rule' },
        plan,
        planHash: PLAN_HASH,
        planner: 'house',
      });
    },
    /** Executes an approved run: both steps complete, with `value` as the result. */
    async execute(workflowId: string, userId: string, value: unknown): Promise<void> {
      const { state } = await dispatch.load(workflow, workflowId);
      const at = isoTime(clock.now());
      if (state.status === 'approved') await house.tell(workflowId, { type: 'StartExecution', at, runNo: 1 });
      for (const stepId of ['step_1', 'step_2']) {
        await house.tell(workflowId, {
          type: 'StartStep',
          at,
          runNo: 1,
          stepId,
          attempt: 1,
          worker: 'house',
        });
        const place = places.output(workflowId, 1, stepId);
        const output = stepId === 'step_2' ? { mediaType: 'text/html', value } : { rows: 1 };
        await house.tell(workflowId, {
          type: 'StepCompleted',
          at,
          runNo: 1,
          stepId,
          attempt: 1,
          output: await content.putJson(userId, place, output),
          inputHash: '1',
          outputHash: '2',
          cost: toMicros(stepId === 'step_1' ? 20_000n : 0n),
          startedAt: at,
        });
      }
    },
    /** The read model stays where it is from now on. */
    async stop(model: ReadModel): Promise<void> {
      await runners[names.indexOf(model)]!.stop();
    },
    async caughtUp(): Promise<void> {
      if (!(await progress.waitFor(await store.head(), PATIENCE_MS)))
        throw new Error('the read models stand still');
    },
    async close(): Promise<void> {
      await app.close();
      await issuers.stop();
      for (const runner of runners) await runner.stop();
      await store.close();
      await pool.end();
      await database.drop();
    },
  };
  return house;
}

/** What the threads of a real installation answer, in this one. */
function verifyingHere(trust: () => Promise<Partial<VerifyOptions>>): ApiDependencies['verification'] {
  const answer = async (question: Question) => {
    const answered = answerQuestion(question, { ...(await trust()), allowDevelopmentKeys: true });
    if ('refused' in answered) throw new Refusal(answered.refused.code, answered.refused.message);
    return answered.verdicts;
  };
  return {
    receipt: async (body, hold) => (await answer({ about: 'receipt', body, hold }))[0]!,
    receipts: (body, hold) => answer({ about: 'receipts', body, hold, part: { index: 0, of: 1 } }),
    proof: async (body) => (await answer({ about: 'proof', body }))[0]!,
  };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by specs, which say what they expect
  readonly body: any;
}

/** Speaks HTTP as one user, or as nobody. Every answer must be what the OpenAPI document says. */
export class Client {
  constructor(
    readonly url: string,
    readonly secret: string | undefined,
    readonly userId = 'nobody',
  ) {}

  get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
    this.call('GET', path, undefined, headers);
  post = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    this.call('POST', path, body, headers);
  delete = (path: string): Promise<Reply> => this.call('DELETE', path, undefined, {});

  async call(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.secret !== undefined && { authorization: `Bearer ${this.secret}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    const answered = isJson ? JSON.parse(text) : text;
    if (isJson) await holdToDocument(this.url, method, path, response.status, answered);
    return { status: response.status, headers: response.headers, body: answered };
  }
}
