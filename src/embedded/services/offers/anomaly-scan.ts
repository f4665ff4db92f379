import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { anomalies } from '../shapes/findings.js';
import { columnName, table } from '../shapes/table.js';
import { exampleTable } from './example-table.js';

export const ANOMALY_METHODS = ['robust-z', 'iqr'] as const;

export const anomalyInput = z.strictObject({
  table,
  column: columnName.optional(),
  method: z.enum(ANOMALY_METHODS).optional(),
});

export const anomalyScan = declare({
  id: 'anomaly-scan',
  name: 'Anomaly Scan',
  description:
    'Finds unusual values, outliers and anomalies in the numbers of a table, by the robust z-score (median and ' +
    'MAD) or by the interquartile range.',
  capability: 'anomalies',
  price: 9_000n,
  inputs: [
    needs('table', 'table', 'the table to look through'),
    takes('column', 'string', 'only this column; every number column when left out'),
    takes('method', 'string', 'robust-z when left out', { allowed: ANOMALY_METHODS }),
  ],
  input: anomalyInput,
  output: 'anomalies',
  answer: anomalies,
  reputation: 8_900,
  uptime: 0.997,
  latencyMs: 60,
  example: { table: exampleTable },
  tags: ['anomaly', 'outlier', 'unusual', 'quality', 'check'],
});
