import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Papa from 'papaparse';
import { statementView } from '../../src/api/http/views/statement.js';
import { availableOf, remainderOf } from '../../src/commands/escrow/state.js';
import type { EventMetadata, Recorded } from '../../src/kernel/event.js';
import { periodOf } from '../../src/ledger/month.js';
import { statementOf } from '../../src/ledger/statement.js';
import { statementCsv } from '../../src/ledger/statement-csv.js';
import type { LedgerEvent } from '../../src/projections/ledger/posting.js';
import { ledgerProjection } from '../../src/projections/ledger/project.js';
import { MoneyPlay, PLAY_USERS } from '../kit/money-play.js';
import { type FreshDatabase, freshDatabase } from '../kit/postgres.js';
import { ReadModels } from '../kit/read-models.js';

const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04'] as const;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const RUNS = 25;
const LINK = (signature: string) => `https://see.example/${signature}`;

/** What a user had at a time, as the account itself says. */
interface Had {
  readonly at: string;
  readonly available: bigint;
  readonly held: bigint;
}
type Figures = Readonly<Record<'in' | 'out' | 'reserved' | 'freed', bigint>>;

/** Three months of whatever numbers say, an event every few hours, and what each user had after each. */
function played(numbers: readonly number[]) {
  const events: Recorded<LedgerEvent>[] = [];
  const had = new Map<string, Had[]>(PLAY_USERS.map((userId) => [userId, []]));
  const revisions = new Map<string, number>();
  // all that one step does has one time, so that no month ends in the middle of it
  const each = Math.floor((95 * 24 * 3_600_000) / numbers.length);
  let at = new Date(START).toISOString();
  const hold = { play: undefined as MoneyPlay | undefined };
  hold.play = new MoneyPlay(({ stream, event }) => {
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    const metadata = { occurredAt: at } as EventMetadata;
    const position = String(events.length).padStart(9, '0') as Recorded['position'];
    events.push({ id: position, stream, revision, position, event, metadata });
  });
  const note = () => {
    for (const userId of PLAY_USERS) {
      const state = hold.play!.escrows.get(userId);
      if (state?.status !== 'open') throw new Error('the play opens every account');
      let held = 0n;
      for (const [, one] of state.holds) if (one.status === 'open') held += remainderOf(one);
      had.get(userId)!.push({ at, available: availableOf(state), held });
    }
  };
  for (const [index, number] of numbers.entries()) {
    at = new Date(START + each * index).toISOString();
    hold.play.step(number);
    note();
  }
  return { events, had };
}

const big = (text: string | null): bigint => BigInt(text!);
const sumOf = (all: readonly Figures[]): Figures => {
  const sum = { in: 0n, out: 0n, reserved: 0n, freed: 0n };
  for (const each of all)
    for (const name of ['in', 'out', 'reserved', 'freed'] as const) sum[name] += each[name];
  return sum;
};
const ofJson = (of: Readonly<Record<string, unknown>>): Figures => ({
  in: BigInt(of['inMicro'] as string),
  out: BigInt(of['outMicro'] as string),
  reserved: BigInt(of['reservedMicro'] as string),
  freed: BigInt(of['freedMicro'] as string),
});
/** `0.020000` is 20,000 micro-USDC. */
const micros = (cell: string): bigint => {
  expect(cell).toMatch(/^\d+\.\d{6}$/);
  return BigInt(cell.replace('.', ''));
};
const ofCells = (row: Readonly<Record<string, string>>): Figures => ({
  in: micros(row['in']!),
  out: micros(row['out']!),
  reserved: micros(row['reserved']!),
  freed: micros(row['freed']!),
});

describe('statements over random histories', () => {
  let database: FreshDatabase;
  let models: ReadModels;
  beforeAll(async () => {
    database = await freshDatabase();
    models = await ReadModels.create(database.pool, 'statements');
  });
  afterAll(() => database.drop());

  it('sum to the ledger and to the account, month by month, as JSON and as CSV', async () => {
    let lines = 0;
    const numbers = fc.array(fc.nat({ max: 65_535 }), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(numbers, async (choices) => {
        const { rows } = await models.sql.query<{ name: string }>(
          "select tablename as name from pg_tables where schemaname = 'statements' and tablename like 'rm_ledger%'",
        );
        await models.sql.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
        const { events, had } = played(choices);
        await models.project(events, [ledgerProjection]);
        for (const userId of PLAY_USERS) {
          let closed = { available: 0n, held: 0n };
          for (const month of MONTHS) {
            const period = periodOf(month);
            const statement = await statementOf(models.sql, userId, period);
            const json = JSON.parse(JSON.stringify(statementView(statement, LINK))) as ReturnType<
              typeof statementView
            >;
            const csv = Papa.parse<Record<string, string>>(statementCsv(statement, LINK), {
              header: true,
              skipEmptyLines: true,
            }).data;
            const [opening, closing] = [csv[0]!, csv.at(-1)!];
            lines += json.lines.length;

            // it opens with what the last one closed with, and closes with what the account says
            const last = had.get(userId)!.findLast(({ at }) => at < period.until);
            const end = { available: last?.available ?? 0n, held: last?.held ?? 0n };
            expect([big(json.opening.availableMicro), big(json.opening.heldMicro)]).toEqual([
              closed.available,
              closed.held,
            ]);
            expect([big(json.closing.availableMicro), big(json.closing.heldMicro)]).toEqual([
              end.available,
              end.held,
            ]);
            closed = end;

            // what came in less what went out is the difference, by lines and by totals
            const byLines = sumOf(json.lines.map(ofJson));
            expect(sumOf(json.totals.map(ofJson))).toEqual(byLines);
            expect(big(json.opening.totalMicro) + byLines.in - byLines.out).toBe(
              big(json.closing.totalMicro),
            );
            expect(json.totals.reduce((sum, { count }) => sum + count, 0)).toBe(json.lines.length);

            // and the spreadsheet has the very same figures
            const rowsOf = (kind: string) => csv.filter(({ row }) => row === kind);
            expect(rowsOf('line').map(ofCells)).toEqual(json.lines.map(ofJson));
            expect(rowsOf('total').map(ofCells)).toEqual(json.totals.map(ofJson));
            expect(rowsOf('line').map(({ signature, link }) => [signature, link])).toEqual(
              json.lines.map(({ signature, explorerUrl }) => [signature ?? '', explorerUrl ?? '']),
            );
            expect([micros(opening['balance']!), micros(closing['balance']!)]).toEqual([
              big(json.opening.totalMicro),
              big(json.closing.totalMicro),
            ]);
          }
        }
      }),
      { numRuns: RUNS, seed: 20261121 },
    );
    // a property over empty statements would hold of any rules
    expect(lines).toBeGreaterThan(RUNS * 10);
  });
});
