import { escrow } from '../commands/escrow/decide.js';
import { availableOf, type OpenEscrow, remainderOf } from '../commands/escrow/state.js';
import { formatUsdc } from '../kernel/money.js';
import type { Sql } from '../ports/sql.js';
import {
  type BookedClaims,
  bookedClaims,
  differingClaims,
  unevenPayments,
} from '../projections/ledger/reconciliation-queries.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { UNDER_WAY_MS } from './causes.js';
import type { Finding } from './report.js';

/** Findings of one kind that a report names. */
const MOST = 100;

/** Every account's row against the journal, and every payment that was paid for and by nobody. */
export async function checkClaims(sql: Sql, now: number): Promise<Finding[]> {
  const [claims, payments] = await Promise.all([differingClaims(sql, MOST), unevenPayments(sql, MOST)]);
  return [
    ...claims.map((row): Finding => {
      const inAccount = BigInt(row.account_available) + BigInt(row.account_held);
      const inLedger = BigInt(row.ledger_available) + BigInt(row.ledger_held);
      return {
        kind: 'claims_differ',
        difference: inAccount - inLedger,
        reference: row.user_id,
        cause:
          `The account shows ${row.account_available} available and ${row.account_held} held, the journal ` +
          `${row.ledger_available} and ${row.ledger_held}: one of the two read models is wrong. Rebuild both.`,
      };
    }),
    ...payments.filter(({ at }) => now - Date.parse(at) >= UNDER_WAY_MS).map(unevenFinding),
  ];
}

const unevenFinding = ({
  subject,
  balance,
  at,
}: {
  subject: string;
  balance: string;
  at: string;
}): Finding => {
  const difference = BigInt(balance);
  return difference > 0n
    ? {
        kind: 'not_captured',
        difference,
        reference: subject,
        cause: `Paid at ${at}, and captured from nobody: its hold was closed, and its user has not enough left.`,
      }
    : {
        kind: 'not_credited',
        difference,
        reference: subject,
        cause: `It came back, or was captured, at ${at}, and the other half is missing.`,
      };
};

/**
 * Adds the events of these accounts up again, and compares what they say with the journal at the same event.
 * @returns what differs, and how many could be compared: an account that moved on meanwhile is compared next time
 */
export async function auditAccounts(
  { dispatch, sql }: { readonly dispatch: Pick<Dispatch, 'load'>; readonly sql: Sql },
  users: readonly string[],
): Promise<{ readonly findings: readonly Finding[]; readonly audited: number }> {
  const findings: Finding[] = [];
  let audited = 0;
  for (const userId of users) {
    const booked = await bookedClaims(sql, userId);
    const { state, revision } = await dispatch.load(escrow, userId);
    if (state.status !== 'open' || booked?.revision !== revision) continue;
    audited += 1;
    findings.push(...differences(userId, state, booked));
  }
  return { findings, audited };
}

export function differences(userId: string, state: OpenEscrow, booked: BookedClaims): Finding[] {
  const found: Finding[] = [];
  const difference = availableOf(state) - booked.available;
  if (difference !== 0n)
    found.push({
      kind: 'claims_differ',
      difference,
      reference: userId,
      cause: `By its events ${formatUsdc(availableOf(state))} are available, in the journal ${formatUsdc(booked.available)}.`,
    });
  for (const [holdId, hold] of state.holds) {
    const expected = hold.status === 'open' ? remainderOf(hold) : 0n;
    const inJournal = booked.held.get(holdId) ?? 0n;
    if (expected === inJournal) continue;
    found.push({
      kind: 'hold_differs',
      difference: expected - inJournal,
      reference: holdId,
      cause: `By its events the hold has ${formatUsdc(expected)} left, in the journal ${formatUsdc(inJournal)}.`,
    });
  }
  return found;
}
