import type { ContentStore } from '../content/content-store.js';
import type { LimitTable } from '../fairness/limit-table.js';
import type { Authenticator } from '../identity/authenticate.js';
import type { IdentityParts } from '../identity/keys.js';
import type { RateLimit } from '../identity/rate-limit.js';
import type { Position } from '../kernel/event.js';
import type { ArtifactRef } from '../kernel/sealed.js';
import type { Reconciliation } from '../ledger/reconciliation.js';
import type { BreakerStore } from '../ports/breakers.js';
import type { Catalogue } from '../ports/catalogue.js';
import type { Chain } from '../ports/chain.js';
import type { EventStore } from '../ports/event-store.js';
import type { IdempotencyStore } from '../ports/idempotency.js';
import type { DeadLetters, QueueView } from '../ports/jobs.js';
import type { LiveBus } from '../ports/live.js';
import type { ClientSignatures } from '../ports/payments.js';
import type { PermitStore } from '../ports/permits.js';
import type { Prover } from '../ports/prover.js';
import type { ReadModels } from '../ports/read-models.js';
import type { Sql } from '../ports/sql.js';
import type { ClosedRuns } from '../receipts/closed-runs.js';
import type { IssuerRing } from '../receipts/issuer-ring.js';
import type { ProofsUnderWay } from '../receipts/proofs-under-way.js';
import type { RevocationList } from '../receipts/revocation-list.js';
import type { StepDisclosures } from '../receipts/step-disclosures.js';
import type { GivenPlans, LocalSteps } from '../requests/create-workflow.js';
import type { Admission } from '../requests/open-runs.js';
import type { Converse, Memory } from '../runtime/dispatch.js';
import type { FairTurns } from '../runtime/fair-turns.js';
import type { Log } from '../runtime/log.js';
import type { PublishedLog } from '../transparency/published-log.js';
import type { GivenVerdict, HoldTo } from '../verification/question.js';

/** Everything the API needs, as interfaces; the composition root provides it. */
export interface ApiDependencies extends IdentityParts {
  readonly dispatch: IdentityParts['dispatch'] & Converse & Memory;
  readonly plans: GivenPlans;
  readonly localSteps?: LocalSteps | undefined;
  readonly store: EventStore;
  /** reads the tables of every read model */
  readonly openRuns: Admission;
  readonly sql: Sql;
  readonly content: ContentStore;
  readonly live: LiveBus;
  readonly readModels: Pick<ReadModels, 'parked' | 'standing'>;
  readonly deadLetters: DeadLetters;
  readonly queues: QueueView;
  readonly idempotency: IdempotencyStore;
  readonly catalogue: Catalogue;
  readonly breakers: BreakerStore;
  readonly permits: PermitStore;
  readonly limits: LimitTable;
  /** in which users have their runs created: whoever asks for many waits behind others with few */
  readonly turns: FairTurns;
  readonly chain: Chain;
  /** of wallets that pay themselves */
  readonly signatures: ClientSignatures;
  readonly reconciliation: Pick<Reconciliation, 'run' | 'last'>;
  /** address that a user's wallet may make its delegate on the chain */
  delegateOf(userId: string): Promise<string>;
  readonly circuits: Pick<Prover, 'circuits'>;
  readonly verification: Verification;
  readonly receipts: ReceiptDocuments;
  /** how far proofs are that are being made */
  readonly proofs: Pick<ProofsUnderWay, 'of'>;
  readonly closedRuns: Pick<ClosedRuns, 'read'>;
  readonly disclosures: Pick<StepDisclosures, 'disclose'>;
  readonly receiptLog: PublishedLog;
  readonly issuers: Pick<IssuerRing, 'published' | 'rotate' | 'revoke'>;
  readonly revocations: Pick<RevocationList, 'current'>;
  readonly progress: Progress;
  readonly authenticator: Authenticator;
  readonly rateLimit: RateLimit;
  readonly log: Log;
  readonly vitals: Vitals;
  readonly settings: ApiSettings;
  /** whether the owner of `address` signed `message` */
  verifyWalletSignature(address: string, message: string, signature: string): Promise<boolean>;
}

export interface ApiSettings {
  /** of a transaction, e.g. for a link in a payment list */
  readonly explorerUrl?: (signature: string) => string;
  readonly version: string;
  /** percentages of provider, platform and reserve, e.g. `90/7/3` */
  readonly payoutSplit: string;
  /** address under which clients and wallets know this installation */
  readonly publicUrl: string;
}

/** How far the read models are. */
export interface Progress {
  /**
   * @param models absent: all
   * @returns false when they did not get there in time
   */
  waitFor(position: Position, timeoutMs: number, models?: readonly string[]): Promise<boolean>;
}

/** The signed document of a receipt, as it was issued. */
export interface ReceiptDocuments {
  read(document: ArtifactRef, receiptId: string, userId: string): Promise<unknown>;
}

/**
 * Answers whatever a stranger may send, as bytes, without keeping anybody else waiting: rubbish is a verdict, too. The
 * keys are chosen here.
 * @throws Refusal VALIDATION_FAILED where it cannot be told what is asked, OVERLOADED when too many ask at once
 */
export interface Verification {
  receipt(body: Uint8Array, hold: HoldTo): Promise<GivenVerdict>;
  /** in the order they were sent */
  receipts(body: Uint8Array, hold: HoldTo): Promise<readonly GivenVerdict[]>;
  proof(body: Uint8Array): Promise<GivenVerdict>;
}

/** What operators watch. */
export interface Vitals {
  /** name of each thing this process depends on, and whether it answers */
  dependencies(): Promise<Readonly<Record<string, boolean>>>;
  /** jobs waiting and in flight by kind, dead ones under `dead` */
  queueDepth(): Promise<Readonly<Record<string, number>>>;
}

export const API = Symbol('ApiDependencies');
