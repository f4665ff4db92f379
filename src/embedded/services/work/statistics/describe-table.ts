import type { z } from 'zod';
import type { statisticsInput } from '../../offers/statistics-desk.js';
import type { Statistics } from '../../shapes/statistics.js';
import { groupRows, likelyGroupColumn, requireColumn } from '../columns.js';
import { cannot } from '../refuse.js';
import { correlationMatrix } from './correlation.js';
import { describeColumn, describeNumbers } from './describe-column.js';

const GROUPS = { chosenAtMost: 12, most: 200 } as const;

/** @throws Refusal NO_ROWS | NO_SUCH_COLUMN | TOO_MANY_GROUPS */
export function describeTable({ table, groupColumn: wanted }: z.output<typeof statisticsInput>): Statistics {
  if (table.rows.length === 0) throw cannot('NO_ROWS', 'The table has no rows.');
  if (wanted !== undefined) requireColumn(table, wanted, ['string', 'date', 'number']);
  const groupColumn = wanted ?? likelyGroupColumn(table, GROUPS.chosenAtMost) ?? null;
  const numbers = table.columns.filter((column) => column.type === 'number' && column.name !== groupColumn);
  const grouped = groupColumn === null ? [] : [...groupRows(table.rows, groupColumn)];
  if (grouped.length > GROUPS.most)
    throw cannot('TOO_MANY_GROUPS', 'That column divides the table into too many groups.', {
      groups: grouped.length,
      maximum: GROUPS.most,
    });
  return {
    table: table.name,
    source: table.source,
    rowCount: table.rows.length,
    columns: table.columns.map((column) => describeColumn(column, table.rows)),
    groupColumn,
    groups: grouped.map(([group, rows]) => ({
      group,
      rowCount: rows.length,
      columns: numbers.map((column) => describeNumbers(column.name, rows)),
    })),
    correlation: correlationMatrix(table),
    note:
      'Standard deviations are of a sample (n − 1); quartiles interpolate linearly; correlation is Pearson’s and ' +
      'says nothing of cause.',
  };
}
