import Papa from 'papaparse';
import type { Balance, KindTotal, Statement, StatementLine } from './statement.js';

const COLUMNS = [
  'row',
  'date',
  'entry',
  'kind',
  'reference',
  'counterparty',
  'signature',
  'link',
  'in',
  'out',
  'reserved',
  'freed',
  'available',
  'held',
  'balance',
] as const;
type Cells = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;

/**
 * A statement for a spreadsheet: one row for the opening balance, one for each entry, one for each kind's total, one
 * for the closing balance, told apart by the first column. Amounts are USDC with six decimals and never below zero,
 * so that none begins with a sign; text that a spreadsheet would take for a formula gets a quote before it.
 */
export function statementCsv(statement: Statement, link: (signature: string) => string | null): string {
  const { from, until, opening, lines, totals, closing } = statement;
  const rows: Cells[] = [
    { row: 'opening', date: from, ...balanceCells(opening) },
    ...lines.map((line) => lineCells(line, link)),
    ...totals.map(totalCells),
    { row: 'closing', date: until, ...balanceCells(closing) },
  ];
  const data = rows.map((cells) => COLUMNS.map((column) => cells[column] ?? ''));
  return `${Papa.unparse({ fields: [...COLUMNS], data }, { escapeFormulae: FORMULA })}\r\n`;
}

const lineCells = (line: StatementLine, link: (signature: string) => string | null): Cells => ({
  row: 'line',
  date: line.at,
  entry: `${line.entry}`,
  kind: line.kind,
  reference: line.reference,
  counterparty: line.counterparty ?? '',
  signature: line.signature ?? '',
  link: (line.signature && link(line.signature)) ?? '',
  ...sumCells(line),
  ...balanceCells(line.after),
});

const totalCells = (total: KindTotal): Cells => ({
  row: 'total',
  entry: `${total.count}`,
  kind: total.kind,
  ...sumCells(total),
});

const sumCells = (sums: Pick<KindTotal, 'in' | 'out' | 'reserved' | 'freed'>): Cells => ({
  in: usdc(sums.in),
  out: usdc(sums.out),
  reserved: usdc(sums.reserved),
  freed: usdc(sums.freed),
});

const balanceCells = ({ available, held, total }: Balance): Cells => ({
  available: usdc(available),
  held: usdc(held),
  balance: usdc(total),
});

/** Also behind blanks, over several lines, and with the wide signs that some spreadsheets take for the narrow ones. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** All six decimals, exactly: `0.020000`. */
function usdc(micros: bigint): string {
  const digits = micros.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
