import type { Sql } from '../../ports/sql.js';
import type { AccountKind } from './accounts.js';
import type { EntryKind } from './entry.js';
import type { SignedMicrosText } from './schema.js';

export interface Totals {
  /** last entry they hold */
  readonly entry: number;
  /** by kind, a debit above zero */
  readonly balances: Readonly<Partial<Record<AccountKind, bigint>>>;
}

/** What all accounts stand at, in one moment. */
export async function totals(sql: Sql): Promise<Totals> {
  const { rows } = await sql.query<{ entry: number; kind: AccountKind; balance: SignedMicrosText }>(
    `select (select coalesce(max(seq), 0) from rm_ledger_entries) as entry, kind,
       sum(debits - credits)::text as balance
     from rm_ledger_accounts group by kind`,
  );
  const balances = Object.fromEntries(rows.map(({ kind, balance }) => [kind, BigInt(balance)]));
  return { entry: rows[0]?.entry ?? 0, balances };
}

/** One movement of the custodial account as it is booked. */
export interface BookedMovement {
  readonly entry: number;
  readonly kind: EntryKind;
  readonly reference: string;
  readonly signature: string | null;
  readonly amount: SignedMicrosText;
  readonly at: string;
}

export async function bookedMovements(sql: Sql, after: number, upTo: number): Promise<BookedMovement[]> {
  const { rows } = await sql.query<BookedMovement>(
    `select entry.seq as entry, entry.kind, entry.reference, entry.signature, line.amount::text as amount, entry.at
     from rm_ledger_lines line join rm_ledger_entries entry on entry.seq = line.seq
     where line.account = 'chain' and line.seq > $1 and line.seq <= $2 order by line.seq`,
    [after, upTo],
  );
  return rows;
}

/** Bytes that were signed for a transfer out, by the mark the chain would show them by. */
export interface SentTransfer {
  readonly mark: string;
  readonly kind: EntryKind;
  readonly reference: string;
  /** as far as the books know, they may land still */
  readonly may_land: boolean;
}

export async function sentTransfers(sql: Sql, marks: readonly string[]): Promise<SentTransfer[]> {
  if (marks.length === 0) return [];
  const { rows } = await sql.query<SentTransfer>(
    `select sent.mark, sent.kind, sent.reference, not exists (
         select 1 from rm_ledger_entries later
         where later.reference = sent.reference and later.seq > sent.seq and later.stream = sent.stream
           and later.kind in ('payment_settled', 'payment_expired', 'withdrawal_settled', 'withdrawal_expired',
             'withdrawal_failed', 'payout_settled', 'payout_expired')
       ) as may_land
     from rm_ledger_entries sent where sent.mark = any($1)`,
    [marks],
  );
  return rows;
}

/** What became of reported deposits: the last that the account's history says of each. */
export interface ReportedDeposit {
  readonly user_id: string;
  readonly reference: string;
  readonly kind: string;
  readonly note: string | null;
}

export async function reportedDeposits(
  sql: Sql,
  users: readonly string[],
  signatures: readonly string[],
): Promise<ReportedDeposit[]> {
  if (users.length === 0 || signatures.length === 0) return [];
  const { rows } = await sql.query<ReportedDeposit>(
    `select distinct on (user_id, reference) user_id, reference, kind, note from rm_escrow_ledger
     where user_id = any($1) and reference = any($2) and kind like 'deposit_%'
     order by user_id, reference, revision desc`,
    [users, signatures],
  );
  return rows;
}

/** Payments by the transaction that settled them, and whether they are asked back. */
export interface AskedBack {
  readonly signature: string;
  readonly payment_id: string;
  readonly status: string | null;
}

export async function paymentsSettledBy(sql: Sql, signatures: readonly string[]): Promise<AskedBack[]> {
  if (signatures.length === 0) return [];
  const { rows } = await sql.query<AskedBack>(
    `select entry.signature, entry.reference as payment_id, payment.status
     from rm_ledger_entries entry left join rm_payments payment on payment.payment_id = entry.reference
     where entry.kind = 'payment_settled' and entry.signature = any($1)`,
    [signatures],
  );
  return rows;
}

/** Where the journal and the account's own row say different things of the same events. */
export interface ClaimsDiffer {
  readonly user_id: string;
  readonly account_available: SignedMicrosText;
  readonly ledger_available: SignedMicrosText;
  readonly account_held: SignedMicrosText;
  readonly ledger_held: SignedMicrosText;
}

export async function differingClaims(sql: Sql, limit: number): Promise<ClaimsDiffer[]> {
  const { rows } = await sql.query<ClaimsDiffer>(
    `select account.user_id, account.available::text as account_available, account.held::text as account_held,
       coalesce(booked.available, 0)::text as ledger_available, coalesce(booked.held, 0)::text as ledger_held
     from rm_escrow_accounts account
     join rm_ledger_streams stream
       on stream.stream = 'escrow-' || account.user_id and stream.revision = account.revision
     left join (
       select owner, coalesce(sum(credits - debits) filter (where kind = 'available'), 0) as available,
         coalesce(sum(credits - debits) filter (where kind = 'held'), 0) as held
       from rm_ledger_accounts where debits <> credits and kind in ('available', 'held') group by owner
     ) booked on booked.owner = account.user_id
     where account.available <> coalesce(booked.available, 0) or account.held <> coalesce(booked.held, 0)
     limit $1`,
    [limit],
  );
  return rows;
}

/** Payments that stand uneven without anything in transit: paid and not captured, or back and not credited. */
export interface UnevenPayment {
  readonly subject: string;
  readonly balance: SignedMicrosText;
  readonly at: string;
}

export async function unevenPayments(sql: Sql, limit: number): Promise<UnevenPayment[]> {
  const { rows } = await sql.query<UnevenPayment>(
    `select paid.subject, sum(paid.debits - paid.credits)::text as balance, max(entry.at) as at
     from rm_ledger_accounts paid join rm_ledger_entries entry on entry.seq = paid.seq
     where paid.debits <> paid.credits and paid.kind in ('services', 'transit')
       and exists (select 1 from rm_ledger_accounts own
         where own.kind = 'services' and own.subject = paid.subject and own.debits <> own.credits)
     group by paid.subject having sum(paid.debits - paid.credits) <> 0 order by 1 limit $1`,
    [limit],
  );
  return rows;
}

/** Users whose claims were booked on since an entry. */
export async function usersSince(sql: Sql, after: number, upTo: number, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ user_id: string }>(
    `select distinct user_id from rm_ledger_entries
     where seq > $1 and seq <= $2 and user_id is not null and (available_change <> 0 or held_change <> 0)
     limit $3`,
    [after, upTo, limit],
  );
  return rows.map(({ user_id }) => user_id);
}

export interface BookedClaims {
  readonly revision: number;
  readonly available: bigint;
  /** by hold */
  readonly held: ReadonlyMap<string, bigint>;
}

/** What the journal owes a user, and up to which event of the account. */
export async function bookedClaims(sql: Sql, userId: string): Promise<BookedClaims | undefined> {
  const { rows } = await sql.query<{
    revision: number;
    kind: AccountKind | null;
    subject: string | null;
    owed: SignedMicrosText | null;
  }>(
    `select stream.revision, account.kind, account.subject, (account.credits - account.debits)::text as owed
     from rm_ledger_streams stream
     left join rm_ledger_accounts account on account.owner = $1 and account.debits <> account.credits
       and account.kind in ('available', 'held')
     where stream.stream = 'escrow-' || $1`,
    [userId],
  );
  if (!rows[0]) return undefined;
  const owedTo = (kind: AccountKind) => rows.filter((row) => row.kind === kind);
  return {
    revision: rows[0].revision,
    available: BigInt(owedTo('available')[0]?.owed ?? 0),
    held: new Map(owedTo('held').map(({ subject, owed }) => [subject ?? '', BigInt(owed ?? 0)])),
  };
}
