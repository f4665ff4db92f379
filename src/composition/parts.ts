import type { NatsConnection } from '@nats-io/transport-node';
import { createKeyPairSignerFromPrivateKeyBytes } from '@solana/kit';
import type pg from 'pg';
import { BazaarCatalogue } from '../adapters/bazaar/catalogue.js';
import { GuardedClient } from '../adapters/http/guarded-client.js';
import { NatsBreakerStore } from '../adapters/nats/breaker-store.js';
import { connectNats } from '../adapters/nats/connection.js';
import { NatsIntegrationEvents } from '../adapters/nats/integration-events.js';
import { NatsJobQueue } from '../adapters/nats/job-queue.js';
import { NatsLiveBus } from '../adapters/nats/live-bus.js';
import { NatsPermitStore } from '../adapters/nats/permit-store.js';
import { openEventStore } from '../adapters/open-event-store.js';
import { PostgresArtifactStore } from '../adapters/postgres/artifact-store.js';
import { PostgresCheckpointStore } from '../adapters/postgres/checkpoint-store.js';
import { PostgresIdempotencyStore } from '../adapters/postgres/idempotency-store.js';
import { PostgresKeyVault } from '../adapters/postgres/key-vault.js';
import { PostgresLeaseStore } from '../adapters/postgres/lease-store.js';
import { migrate } from '../adapters/postgres/migrations.js';
import { OPS_SCHEMA } from '../adapters/postgres/ops-schema.js';
import { openPool, openRelaxedPool } from '../adapters/postgres/pool.js';
import { openReadModelPool, PostgresReadModels } from '../adapters/postgres/read-models.js';
import { PostgresReconciliationStore } from '../adapters/postgres/reconciliation-store.js';
import { PostgresSnapshotStore } from '../adapters/postgres/snapshot-store.js';
import { PostgresTimerStore } from '../adapters/postgres/timer-store.js';
import { SnarkjsProver } from '../adapters/snarkjs/snarkjs-prover.js';
import { SolanaChain } from '../adapters/solana/chain.js';
import { SolanaCustody } from '../adapters/solana/custody.js';
import { MemoAnchor } from '../adapters/solana/memo-anchor.js';
import { SolanaSender } from '../adapters/solana/sender.js';
import { systemChance } from '../adapters/system/chance.js';
import { delegateKeys } from '../adapters/x402/delegate.js';
import { X402Payer } from '../adapters/x402/payer.js';
import { type Config, runsRole } from '../config.js';
import { ContentStore } from '../content/content-store.js';
import type { AnchorSender } from '../ports/anchor.js';
import type { EventStore } from '../ports/event-store.js';
import { projections } from '../projections/index.js';

/** Everything outside the process, opened once and closed in reverse. */
export interface Parts {
  readonly store: EventStore;
  readonly nats: NatsConnection;
  readonly jobs: NatsJobQueue;
  readonly live: NatsLiveBus;
  readonly breakers: NatsBreakerStore;
  readonly permits: NatsPermitStore;
  readonly integration: NatsIntegrationEvents;
  readonly readModels: PostgresReadModels;
  readonly readPool: pg.Pool;
  readonly timers: PostgresTimerStore;
  readonly checkpoints: PostgresCheckpointStore;
  /** of this process, as a member of those who share the work */
  readonly life: string;
  readonly leases: PostgresLeaseStore;
  readonly snapshots: PostgresSnapshotStore;
  readonly idempotency: PostgresIdempotencyStore;
  readonly vault: PostgresKeyVault;
  readonly artifacts: PostgresArtifactStore;
  readonly content: ContentStore;
  readonly chain: SolanaChain;
  /** the custodial token account, transaction by transaction */
  readonly custody: SolanaCustody;
  readonly reconciliations: PostgresReconciliationStore;
  readonly payer: X402Payer;
  /** transfers out of escrow: withdrawals, payouts */
  readonly sender: SolanaSender;
  readonly anchor: AnchorSender;
  /** keys that users' wallets may make their delegates */
  readonly delegate: ReturnType<typeof delegateKeys>;
  /** address that pays: the owner of the escrow's token account */
  readonly payerAddress: string;
  readonly catalogue: BazaarCatalogue;
  readonly prover: SnarkjsProver;
  close(): Promise<void>;
}

/** @param say told what takes long the first time it is needed */
export async function openParts(config: Config, say: (message: string) => void = () => {}): Promise<Parts> {
  const life = systemChance.ulid();
  const most = connectionsOf(config.ROLE);
  const opsPool = openPool(config.DATABASE_URL, 'operations', most.operations);
  // an answer that comes later is of no use, and a connection that is dead must not keep them from being asked for
  const leasePool = openPool(config.DATABASE_URL, 'leases', 1, { query_timeout: config.LEASE_TTL_MS });
  const relaxedPool = openRelaxedPool(config.DATABASE_URL, 'timers', most.timers);
  const models = projections.map(({ name }) => name);
  const silenceMs = config.LEASE_TTL_MS;
  const readPool = openReadModelPool(config.DATABASE_URL, models, { max: most.readModels, silenceMs });
  const projectionPool = openReadModelPool(config.DATABASE_URL, models, { max: most.projections, silenceMs });
  const [store, nats, signer] = await Promise.all([
    openEventStore(config.EVENTSTORE, config.DATABASE_URL),
    connectNats(config.NATS_URL, {
      name: `quittance ${config.ROLE}`,
      replicas: config.NATS_REPLICAS,
    }),
    createKeyPairSignerFromPrivateKeyBytes(bytesOf(config.ESCROW_SEED)),
    migrate(opsPool, OPS_SCHEMA),
  ]);
  const [jobs, breakers, permits, integration, readModels] = await Promise.all([
    NatsJobQueue.open(nats),
    NatsBreakerStore.open(nats),
    NatsPermitStore.open(nats),
    NatsIntegrationEvents.open(nats),
    PostgresReadModels.open(projectionPool),
  ]);
  const delegate = delegateKeys(bytesOf(config.ESCROW_SEED));
  const http = new GuardedClient({ allowedOrigins: allowedOrigins(config) });
  const vault = new PostgresKeyVault(opsPool, bytesOf(config.PII_MASTER_KEY));
  const artifacts = new PostgresArtifactStore(
    opsPool,
    config.EVENTSTORE === 'postgres' ? relaxedPool : opsPool,
  );
  const { SOLANA_RPC_URL: rpcUrl, SOLANA_NETWORK: network, USDC_MINT: mint } = config;
  const cache = config.QUITTANCE_CACHE ? { cache: config.QUITTANCE_CACHE } : {};
  const sender = new SolanaSender({ rpcUrl, signer, mint });
  const prover = new SnarkjsProver({ ...cache, backend: config.PROVER_BACKEND, progress: say });
  return {
    store,
    nats,
    jobs,
    breakers,
    permits,
    integration,
    live: new NatsLiveBus(nats),
    readModels,
    readPool,
    timers: new PostgresTimerStore(relaxedPool, opsPool),
    checkpoints: new PostgresCheckpointStore(relaxedPool),
    life,
    leases: new PostgresLeaseStore(leasePool),
    snapshots: new PostgresSnapshotStore(relaxedPool),
    idempotency: new PostgresIdempotencyStore(opsPool, life),
    vault,
    artifacts,
    content: new ContentStore(vault, artifacts, systemChance),
    chain: new SolanaChain({ rpcUrl, network, mint, escrowOwner: signer.address }),
    custody: new SolanaCustody({ rpcUrl, mint, escrowOwner: signer.address }),
    reconciliations: new PostgresReconciliationStore(opsPool),
    payer: new X402Payer({ http, signer, delegate, rpcUrl, network, mint }),
    delegate,
    sender,
    anchor: new MemoAnchor({ rpcUrl, network, signer, sender }),
    payerAddress: signer.address,
    catalogue: new BazaarCatalogue({
      registryUrl: config.REGISTRY_URL,
      network,
      asset: mint,
      get: (url) => http.request({ method: 'GET', url }),
    }),
    prover,
    async close() {
      await Promise.allSettled([prover.close(), store.close(), nats.drain()]);
      const pools = [opsPool, leasePool, relaxedPool, readPool, projectionPool];
      await Promise.allSettled(pools.map((pool) => pool.end()));
    },
  };
}

/** Connections a process may open at most: one process does everything, or several share one database's limit. */
function connectionsOf(role: Config['ROLE']) {
  if (role.split(',').includes('all')) return { operations: 10, timers: 4, readModels: 11, projections: 3 };
  const reads = runsRole(role, 'api') || runsRole(role, 'projector');
  return { operations: 4, timers: 3, readModels: reads ? 6 : 1, projections: reads ? 2 : 1 };
}

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** The registry is named by the operator; whatever it lists must be public, or on this list. */
const allowedOrigins = ({ REGISTRY_URL, ALLOWED_ORIGINS }: Config): string[] => [
  new URL(REGISTRY_URL).origin,
  ...ALLOWED_ORIGINS.split(',').filter((origin) => origin !== ''),
];
