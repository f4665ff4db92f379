import type { z } from 'zod';
import type { anomalyInput } from '../../offers/anomaly-scan.js';
import type { Anomalies } from '../../shapes/findings.js';
import type { Row, Table } from '../../shapes/table.js';
import { columnsOf, numberIn, numbersIn, requireColumn, textIn } from '../columns.js';
import { cannot } from '../refuse.js';
import { findTimeColumn } from '../series/choose-columns.js';
import { fences } from './fences.js';

const MOST_FINDINGS = 100;
const FEWEST_VALUES = 5;

/** @throws Refusal NO_VALUE_COLUMN | TOO_FEW_POINTS | NO_SUCH_COLUMN | WRONG_COLUMN_TYPE */
export function findAnomalies(input: z.output<typeof anomalyInput>): Anomalies {
  const { table, method = 'robust-z' } = input;
  const columns = columnsToCheck(table, input.column);
  const label = labeller(table);
  const checked: Anomalies['checked'] = [];
  const findings: Anomalies['findings'] = [];
  for (const column of columns) {
    const values = numbersIn(table.rows, column);
    if (values.length < FEWEST_VALUES) continue;
    const { low, high, score } = fences(values, method);
    const outside = table.rows.flatMap((row, i) => {
      const value = numberIn(row, column);
      return value === undefined || (value >= low && value <= high)
        ? []
        : [{ row: i + 1, column, label: label(row, i), value, score: score(value) }];
    });
    checked.push({ column, count: values.length, low, high, outliers: outside.length });
    findings.push(...outside);
  }
  if (checked.length === 0)
    throw cannot('TOO_FEW_POINTS', 'No column has enough numbers to say what is usual.', {
      minimum: FEWEST_VALUES,
    });
  return {
    table: table.name,
    source: table.source,
    method,
    threshold: method === 'iqr' ? 1.5 : 3.5,
    checked,
    findings: findings.sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, MOST_FINDINGS),
    note:
      'Each column is judged by itself and without regard to time; an unusual value is not necessarily wrong, and ' +
      'in a series with a trend the ends may stand out.',
  };
}

function columnsToCheck(table: Table, wanted: string | undefined): readonly string[] {
  if (wanted !== undefined) return [requireColumn(table, wanted, ['number']).name];
  const time = findTimeColumn(table);
  const columns = columnsOf(table, 'number').filter((name) => name !== time);
  if (columns.length === 0) throw cannot('NO_VALUE_COLUMN', 'The table has no column of numbers.');
  return columns;
}

/** Dates and names tell a person which row is meant. */
function labeller(table: Table): (row: Row, index: number) => string {
  const time = findTimeColumn(table);
  const name = columnsOf(table, 'string')[0];
  const told = [name, time].filter((column) => column !== undefined);
  return (row, index) => told.map((column) => textIn(row, column) ?? '?').join(', ') || `row ${index + 1}`;
}
