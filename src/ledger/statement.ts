import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { Sql } from '../ports/sql.js';
import {
  type Claims,
  claimsBefore,
  claimsByLines,
  lastEntry,
  type Period,
  type StatementRow,
  statementRows,
} from '../projections/ledger/queries.js';

/** Micro-USDC of a user: free, reserved, and both. */
export interface Balance {
  readonly available: bigint;
  readonly held: bigint;
  readonly total: bigint;
}

/** One entry as its owner sees it: at most one of `in` and `out`, and of `reserved` and `freed`, is not zero. */
export interface StatementLine {
  readonly entry: number;
  readonly at: string;
  readonly kind: StatementRow['kind'];
  readonly reference: string;
  readonly counterparty: string | null;
  readonly signature: string | null;
  readonly in: bigint;
  readonly out: bigint;
  readonly reserved: bigint;
  readonly freed: bigint;
  readonly after: Balance;
}

export interface KindTotal {
  readonly kind: StatementRow['kind'];
  readonly count: number;
  readonly in: bigint;
  readonly out: bigint;
  readonly reserved: bigint;
  readonly freed: bigint;
}

export interface Statement extends Period {
  readonly opening: Balance;
  readonly lines: readonly StatementLine[];
  readonly totals: readonly KindTotal[];
  readonly closing: Balance;
}

/**
 * What a user had at the beginning of a period, what changed it, and what was left at its end. The end is added up
 * twice, from the changes and from the lines of the journal: a statement that does not sum to the ledger is not given.
 * @throws Refusal TOO_LARGE
 */
export async function statementOf(sql: Sql, userId: string, period: Period): Promise<Statement> {
  const upTo = await lastEntry(sql);
  const limit = LIMITS.statementLines;
  const rows = await statementRows(sql, userId, period, upTo, limit + 1);
  if (rows.length > limit)
    throw new Refusal('TOO_LARGE', `The period has more than ${limit} entries.`, { limit });
  const opening = balanceOf(await claimsBefore(sql, userId, period.from, upTo));
  const statement = { ...period, opening, ...added(opening, rows) };
  const inLedger = balanceOf(await claimsByLines(sql, userId, period.until, upTo));
  const { closing } = statement;
  if (closing.available !== inLedger.available || closing.held !== inLedger.held)
    throw new Error(`the statement of ${userId} ends in ${text(closing)}, the ledger in ${text(inLedger)}`);
  return statement;
}

export function added(
  opening: Balance,
  rows: readonly StatementRow[],
): Pick<Statement, 'lines' | 'totals' | 'closing'> {
  const totals = new Map<StatementRow['kind'], KindTotal>();
  let after = opening;
  const lines = rows.map((row): StatementLine => {
    const change = changeOf(row);
    after = balance(after.available + change.available, after.held + change.held);
    const { in: moneyIn, out, reserved, freed } = change;
    const sums = { in: moneyIn, out, reserved, freed };
    totals.set(row.kind, plus(totals.get(row.kind), row.kind, sums));
    const { seq: entry, at, kind, reference, counterparty, signature } = row;
    return { entry, at, kind, reference, counterparty, signature, ...sums, after };
  });
  return { lines, totals: [...totals.values()], closing: after };
}

type Sums = Pick<KindTotal, 'in' | 'out' | 'reserved' | 'freed'>;

const plus = (total: KindTotal | undefined, kind: KindTotal['kind'], sums: Sums): KindTotal => ({
  kind,
  count: (total?.count ?? 0) + 1,
  in: (total?.in ?? 0n) + sums.in,
  out: (total?.out ?? 0n) + sums.out,
  reserved: (total?.reserved ?? 0n) + sums.reserved,
  freed: (total?.freed ?? 0n) + sums.freed,
});

/** Between available and held money is reserved or freed; the rest of a change came in or went out. */
function changeOf(row: StatementRow): Sums & { readonly available: bigint; readonly held: bigint } {
  const available = BigInt(row.available_change);
  const held = BigInt(row.held_change);
  const total = available + held;
  const between = available < 0n !== held < 0n ? least(magnitude(available), magnitude(held)) : 0n;
  return {
    available,
    held,
    in: total > 0n ? total : 0n,
    out: total < 0n ? -total : 0n,
    reserved: held > 0n ? between : 0n,
    freed: held < 0n ? between : 0n,
  };
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const balance = (available: bigint, held: bigint): Balance => ({ available, held, total: available + held });
const balanceOf = ({ available, held }: Claims): Balance => balance(BigInt(available), BigInt(held));
const text = ({ available, held }: Balance): string => `${available} available and ${held} held`;
