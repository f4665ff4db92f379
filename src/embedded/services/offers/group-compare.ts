import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { comparison } from '../shapes/findings.js';
import { columnName, table } from '../shapes/table.js';
import { exampleTable } from './example-table.js';

export const compareInput = z.strictObject({
  table,
  groupColumn: columnName.optional(),
  valueColumn: columnName.optional(),
});

export const groupCompare = declare({
  id: 'group-compare',
  name: 'Group Comparison',
  description:
    'Compares a value between groups and tests the difference: Welch t-test for two groups, Kruskal-Wallis for ' +
    'more, with p-value and effect size.',
  capability: 'comparison',
  price: 9_000n,
  inputs: [
    needs('table', 'table', 'a table with a column of groups and a column of numbers'),
    takes('groupColumn', 'string', 'found out when left out'),
    takes('valueColumn', 'string', 'found out when left out'),
  ],
  input: compareInput,
  output: 'comparison',
  answer: comparison,
  reputation: 8_800,
  uptime: 0.997,
  latencyMs: 60,
  example: { table: exampleTable },
  tags: ['compare', 'difference', 'groups', 't-test', 'kruskal-wallis', 'significance', 'versus'],
});
