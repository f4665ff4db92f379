import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { reading } from '../adapters/postgres/connection-loss.js';
import { verifyWalletSignature } from '../adapters/solana/wallet-signature.js';
import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import { openLog } from '../adapters/system/log.js';
import { clientSignatures } from '../adapters/x402/client-signature.js';
import { createApi } from '../api/api.module.js';
import type { ApiDependencies } from '../api/dependencies.js';
import { type Config, runsRole } from '../config.js';
import { Authenticator } from '../identity/authenticate.js';
import { SlidingWindow } from '../identity/rate-limit.js';
import { Refusal } from '../kernel/errors.js';
import { draftContract } from '../planning/draft-contract.js';
import { PlanJob } from '../planning/plan-job.js';
import { rulePlanner } from '../planning/rules/rule-planner.js';
import { withFallback } from '../planning/with-fallback.js';
import type { Planner } from '../ports/planner.js';
import { openWorkflows } from '../projections/workflows/queries.js';
import { issuerFromSeed } from '../receipts/issuer.js';
import { IssuerRing } from '../receipts/issuer-ring.js';
import { RevocationList } from '../receipts/revocation-list.js';
import { StepDisclosures } from '../receipts/step-disclosures.js';
import { OpenRuns } from '../requests/open-runs.js';
import { FairTurns } from '../runtime/fair-turns.js';
import type { Log } from '../runtime/log.js';
import { LoopShare } from '../runtime/loop-share.js';
import { PublishedLog } from '../transparency/published-log.js';
import type { PublishedKeys } from '../verifier/index.js';
import { armed } from './crash.js';
import { buildEngine, type Engine } from './engine.js';
import { explorerOf } from './explorer.js';
import { callLimits, limitsOf } from './limits.js';
import { openParts, type Parts } from './parts.js';
import { proofsUnderWay } from './proof-progress.js';
import { publishedCircuits } from './published-circuits.js';
import { closedRuns, receiptMaker, receiptsHere } from './receipts.js';
import { reconciliationOf } from './reconciliation.js';
import { transparencyLog } from './transparency-log.js';
import { checkOwn, formerKeysOf, openVerification } from './verification.js';
import { VERSION } from './version.js';
import { startWorkers } from './workers.js';

/** Runs created at once by one process: enough to fill an append. */
const CREATIONS = { alone: 32, shared: 4 };

/** Of these, in one turn of the event loop; fewer when it would last longer than {@link TURN_MS}. */
const CREATIONS_A_TURN = 16;
const TURN_MS = 15;

/** One process of the product, in the role its configuration names. */
export interface App {
  readonly config: Config;
  readonly parts: Parts;
  readonly engine: Engine;
  /** Tells what is published of its keys, now and whenever it changes. */
  onKeys(tell: (keys: PublishedKeys) => void): void;
  /** http://host:port, where this role answers HTTP */
  readonly url: string | undefined;
  stop(): Promise<void>;
}

/**
 * Opens the parts, starts what the role runs, and listens last: whoever reaches the API finds all of it working.
 * @throws Refusal PORT_IN_USE {port}, CONFIG_INVALID, and those of the parts
 */
export async function startApp(config: Config): Promise<App> {
  const log = openLog(config.LOG_LEVEL, config.ROLE);
  const parts = armed(await openParts(config, (said) => log.info(said)), config);
  const seed = new Uint8Array(Buffer.from(config.RECEIPT_SIGNING_SEED, 'hex'));
  const maker = receiptMaker(seed);
  const check = checkOwn(config, () => issuers.keys);
  const own = { issuer: issuerFromSeed(seed), check, make: maker.make };
  const here = runsRole(config.ROLE, 'worker') ? receiptsHere(parts, own) : undefined;
  const engine = buildEngine(parts, { ...config, ...anchoringOf(config) }, log, here);
  const { store, vault } = parts;
  const known = {
    dispatch: engine.dispatch,
    store,
    vault,
    clock: systemClock,
    log,
    former: formerKeysOf(config),
  };
  const issuers = new IssuerRing(known, seed, (next) => maker.use(next));
  const undo: (() => Promise<unknown>)[] = [() => parts.close()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    undo.push(() => maker.close());
    undo.push(() => issuers.stop());
    await issuers.start();
    undo.push(() => engine.stop());
    await engine.join();
    const limits = callLimits(config, parts, log);
    undo.push(() => limits.stop());
    const workerParts = { ...own, planner: await plannerOf(config), limits };
    // side by side: after a crash reactions are done again while jobs that were in hand are waited for
    const working = startWorkers(config, parts, engine, workerParts);
    undo.push(() => working.then((end) => end(), nothing));
    const serving = answersHttp(config) ? makeApi(config, parts, engine, issuers, log) : undefined;
    undo.push(async () => serving?.then(({ close }) => close(), nothing));
    await Promise.all([engine.start(), working, serving]);
    const url = serving && (await listen((await serving).api, config));
    const { origin, keyText: key } = transparencyLog(config);
    const onKeys: App['onKeys'] = (tell) => issuers.observe(() => tell(issuers.published({ origin, key })));
    return { config, parts, engine, onKeys, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const anchoringOf = (config: Config) => {
  const { origin } = transparencyLog(config);
  const everyMs = config.LOG_ANCHOR_EVERY_MS;
  return everyMs > 0 ? { anchoring: { origin, everyMs } } : {};
};

const answersHttp = ({ ROLE }: Config): boolean => runsRole(ROLE, 'api');

/**
 * Claude where a key is given, and the rules when it cannot be reached; the rules alone otherwise. Its client is 250
 * modules: who has no key does not wait for them.
 */
async function plannerOf({
  ANTHROPIC_API_KEY: apiKey,
  LLM_MODEL: model,
  LLM_BASE_URL: baseUrl,
}: Config): Promise<Planner> {
  if (apiKey === undefined) return rulePlanner;
  const { claudePlanner } = await import('../adapters/anthropic/planner.js');
  const settings = { ...(model && { model }), ...(baseUrl && { baseUrl }) };
  return withFallback(claudePlanner({ apiKey, contract: draftContract, ...settings }), rulePlanner);
}

/** It did not start: nothing of it is to be undone. */
const nothing = () => undefined;

async function makeApi(
  config: Config,
  parts: Parts,
  engine: Engine,
  issuers: IssuerRing,
  log: Log,
): Promise<{ readonly api: NestFastifyApplication; close(): Promise<void> }> {
  const sql: ApiDependencies['sql'] = {
    query: async (text, values = []) => {
      const { rows } = await reading(() => parts.readPool.query(text, [...values]));
      return { rows };
    },
  };
  const signer = transparencyLog(config);
  const revocations = new RevocationList(sql, () => issuers.revokedKeys, systemClock);
  const { verification, close } = openVerification(config, async () => ({
    issuerKeys: issuers.keys,
    revocations: await revocations.current(),
    log: { key: signer.key, required: false },
  }));
  const receiptLog = new PublishedLog(sql, signer);
  const closed = closedRuns(parts, engine.dispatch);
  const check = checkOwn(config, () => issuers.keys);
  const disclosures = new StepDisclosures(closed, parts.prover, check);
  const own = { sql, issuers, revocations, verification, receiptLog, closedRuns: closed, disclosures };
  const api = await createApi(apiDependencies(config, parts, engine, own, log));
  return { api, close: () => api.close().finally(close) };
}

async function listen(api: NestFastifyApplication, { PORT, HOST }: Config): Promise<string> {
  await api.listen(PORT, HOST).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Refusal('PORT_IN_USE', `Port ${PORT} is in use. Set PORT to another one.`, { port: PORT });
  });
  return api.getUrl();
}

function apiDependencies(
  config: Config,
  parts: Parts,
  engine: Engine,
  own: Pick<
    ApiDependencies,
    'sql' | 'issuers' | 'revocations' | 'verification' | 'receiptLog' | 'closedRuns' | 'disclosures'
  >,
  log: Log,
): ApiDependencies {
  const { sql } = own;
  const explorerUrl = explorerOf(config);
  return {
    dispatch: engine.dispatch,
    clock: systemClock,
    chance: systemChance,
    pepper: config.API_KEY_PEPPER,
    ...(config.ROLE === 'all' && { localSteps: engine.steps }),
    plans: new PlanJob(engine.dispatch, parts.content, parts.catalogue, rulePlanner, systemClock),
    openRuns: new OpenRuns(
      (userId, ids) => openWorkflows(sql, userId, ids),
      systemClock,
      config.MAX_CONCURRENT_WORKFLOWS,
    ),
    store: parts.store,
    ...own,
    content: parts.content,
    live: parts.live,
    readModels: parts.readModels,
    deadLetters: parts.jobs.dead,
    queues: parts.jobs.view,
    idempotency: parts.idempotency,
    catalogue: parts.catalogue,
    breakers: parts.breakers,
    permits: parts.permits,
    limits: limitsOf(config),
    turns: new FairTurns(CREATIONS, undefined, new LoopShare(CREATIONS_A_TURN, TURN_MS)),
    chain: parts.chain,
    signatures: clientSignatures,
    reconciliation: reconciliationOf(parts, engine.dispatch),
    delegateOf: async (userId) => (await parts.delegate(userId)).address,
    circuits: publishedCircuits(),
    proofs: proofsUnderWay(parts.live),
    receipts: {
      read: async ({ sha256 }) => JSON.parse(new TextDecoder().decode(await parts.artifacts.get(sha256))),
    },
    progress: engine.progress,
    authenticator: new Authenticator(sql, config.API_KEY_PEPPER, systemClock),
    rateLimit: new SlidingWindow(systemClock, config.RATE_LIMIT_PER_MIN),
    log,
    vitals: {
      dependencies: () => dependenciesOf(parts),
      queueDepth: () => parts.jobs.depth(),
    },
    settings: {
      version: VERSION,
      payoutSplit: config.PAYOUT_SPLIT,
      ...(explorerUrl && { explorerUrl }),
      publicUrl: config.PUBLIC_URL,
    },
    verifyWalletSignature,
  };
}

async function dependenciesOf({ store, readPool, nats, chain, catalogue }: Parts) {
  const answers = async (ask: () => Promise<unknown>) =>
    ask().then(
      () => true,
      () => false,
    );
  const [eventStore, database, queue, solana, registry] = await Promise.all([
    answers(() => store.head()),
    answers(() => readPool.query('SELECT 1')),
    answers(() => nats.flush()),
    chain.ready().catch(() => false),
    answers(() => catalogue.all()),
  ]);
  return { eventStore, database, nats: queue, solana, registry };
}
