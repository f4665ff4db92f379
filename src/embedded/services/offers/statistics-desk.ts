import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { statistics } from '../shapes/statistics.js';
import { columnName, table } from '../shapes/table.js';
import { exampleTable } from './example-table.js';

export const statisticsInput = z.strictObject({ table, groupColumn: columnName.optional() });

export const statisticsDesk = declare({
  id: 'statistics-desk',
  name: 'Statistics Desk',
  description:
    'Descriptive statistics of a table, per column and per group: count, missing values, mean, median, standard ' +
    'deviation, quartiles, minimum, maximum, and the correlation matrix.',
  capability: 'statistics',
  price: 12_000n,
  inputs: [
    needs('table', 'table', 'the table to describe'),
    takes('groupColumn', 'string', 'column whose values divide the rows; chosen by itself when left out'),
  ],
  input: statisticsInput,
  output: 'statistics',
  answer: statistics,
  reputation: 9_100,
  uptime: 0.998,
  latencyMs: 90,
  example: { table: exampleTable },
  tags: ['statistics', 'analysis', 'mean', 'median', 'quartiles', 'correlation', 'describe'],
});
