import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Custody, CustodyMovement } from '../ports/custody.js';
import type { EventStore } from '../ports/event-store.js';
import type { ReconciliationStore, StoredReconciliation } from '../ports/reconciliations.js';
import type { Sql } from '../ports/sql.js';
import { ledgerProjection } from '../projections/ledger/project.js';
import {
  bookedMovements,
  paymentsSettledBy,
  reportedDeposits,
  sentTransfers,
  totals,
  usersSince,
} from '../projections/ledger/reconciliation-queries.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { depositorOf, differingItem, type Facts, refundedBy, unbookedItem, unseenItem } from './causes.js';
import { auditAccounts, checkClaims } from './claims-check.js';
import {
  carriedOn,
  type Matched,
  matched,
  NONE_OPEN,
  type OpenItems,
  type Unbooked,
  withNew,
} from './open-items.js';
import { type Report, reportOf } from './report.js';
import { type ReportView, reportView } from './report-view.js';

export interface ReconciliationParts {
  readonly dispatch: Pick<Dispatch, 'load'>;
  readonly sql: Sql;
  readonly store: Pick<EventStore, 'readAll'>;
  /** how far each read model is */
  readonly readModels: { positions(): Promise<ReadonlyMap<string, Position>> };
  readonly custody: Custody;
  readonly reconciliations: ReconciliationStore;
  readonly clock: Clock;
}

/** From where the next one goes on: what lies before it was compared, and what stayed open is named. */
interface Carried extends OpenItems {
  /** version of the posting rules; others number their entries otherwise */
  readonly rules: number;
  readonly entry: number;
  readonly upTo: string | null;
}

/** Transactions read in one go. */
const IN_ONE_GO = 2_000;
/** Accounts whose events are added up again, of those that moved since the last time. */
const AUDITED = 500;
/** ms the journal may be behind the events: more is a rebuild, and there is nothing to compare yet. */
const BEHIND_MS = 30_000;

/**
 * Compares what the custodial account holds with what the books say it should, transaction by transaction from where
 * the last comparison ended, and the books with the accounts they were made from. Nothing is corrected here.
 */
export class Reconciliation {
  constructor(private readonly parts: ReconciliationParts) {}

  async last(): Promise<ReportView | undefined> {
    const stored = await this.parts.reconciliations.last();
    return stored && viewOf(stored);
  }

  /** @throws Refusal retryable: CHAIN_UNREACHABLE, BOOKS_BEHIND, CONFLICT when another process was quicker */
  async run(): Promise<ReportView> {
    const { sql, reconciliations, clock } = this.parts;
    await this.requireBooks();
    const previous = await reconciliations.last();
    const from = goOnFrom(previous);
    const at = isoTime(clock.now());
    const chain = await this.movementsSince(from.upTo);
    const { entry, balances } = await totals(sql);
    const booked = await bookedMovements(sql, from.entry, entry);
    const open = matched(withNew(from, chain.movements, booked, at));
    const { findings, audited } = await this.insideTheBooks(from.entry, entry);
    const { upTo, balance: onChain } = chain;
    const report = reportOf(
      { at, entry, upTo, balances, onChain, findings, audited },
      await this.itemsOf(open),
    );
    const carried: Carried = { ...carriedOn(open), rules: ledgerProjection.version, entry, upTo };
    const number = (previous?.number ?? 0) + 1;
    const stored = { number, report: jsonOf(report), carried: carried as unknown as Json };
    await reconciliations.save(stored);
    return viewOf(stored);
  }

  private async requireBooks(): Promise<void> {
    const { store, readModels, clock } = this.parts;
    const after = (await readModels.positions()).get(ledgerProjection.name);
    const filter = { types: ledgerProjection.handles };
    for await (const { metadata } of store.readAll({
      ...(after !== undefined && { after }),
      filter,
      limit: 1,
    })) {
      const behindMs = clock.now() - Date.parse(metadata.occurredAt);
      if (behindMs > BEHIND_MS)
        throw new Refusal(
          'BOOKS_BEHIND',
          'The journal is being written from the events still. There is nothing to compare yet.',
          { behindMs },
          'retryable',
        );
    }
  }

  private async movementsSince(after: string | null) {
    const movements: CustodyMovement[] = [];
    for (let upTo = after; ; ) {
      const statement = await this.parts.custody.statement(upTo, IN_ONE_GO);
      movements.push(...statement.movements);
      if (statement.complete) return { ...statement, movements };
      upTo = statement.upTo;
    }
  }

  private async insideTheBooks(after: number, upTo: number) {
    const { sql, clock } = this.parts;
    const users = await usersSince(sql, after, upTo, AUDITED);
    const [claims, audit] = await Promise.all([
      checkClaims(sql, clock.now()),
      auditAccounts(this.parts, users),
    ]);
    return { findings: [...claims, ...audit.findings], audited: audit.audited };
  }

  private async itemsOf({ unbooked, unseen, differing }: Matched) {
    const facts = await this.factsOf(unbooked);
    const now = this.parts.clock.now();
    return [
      ...unbooked.map((item) => unbookedItem(item, facts, now)),
      ...unseen.map((item) => unseenItem(item, now)),
      ...differing.map(differingItem),
    ];
  }

  private async factsOf(unbooked: readonly Unbooked[]): Promise<Facts> {
    const { sql } = this.parts;
    const present = (values: readonly (string | undefined)[]) =>
      values.filter((value) => value !== undefined);
    const [sent, deposits, refunds] = await Promise.all([
      sentTransfers(
        sql,
        unbooked.flatMap(({ signature, memos }) => [signature, ...memos]),
      ),
      reportedDeposits(
        sql,
        present(unbooked.map(({ memos }) => depositorOf(memos))),
        unbooked.map(({ signature }) => signature),
      ),
      paymentsSettledBy(sql, present(unbooked.map(({ memos }) => refundedBy(memos)))),
    ]);
    return { sent, deposits, refunds };
  }
}

function goOnFrom(previous: StoredReconciliation | undefined): Carried {
  const carried = previous?.carried as unknown as Carried | undefined;
  const rules = ledgerProjection.version;
  return carried?.rules === rules ? carried : { ...NONE_OPEN, rules, entry: 0, upTo: null };
}

const viewOf = ({ number, report }: StoredReconciliation): ReportView =>
  ({ number, ...(report as object) }) as unknown as ReportView;

const jsonOf = (report: Report): Json => reportView(report) as unknown as Json;
