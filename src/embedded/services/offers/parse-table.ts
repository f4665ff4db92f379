import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { TABLE_LIMITS, table } from '../shapes/table.js';

export const PARSE_FORMATS = ['csv', 'json'] as const;

export const parseInput = z.strictObject({
  /** characters, so at most four times as many bytes */
  content: z.string().min(1).max(3_500_000),
  format: z.enum(PARSE_FORMATS).optional(),
  name: z.string().min(1).max(TABLE_LIMITS.nameChars).optional(),
});

export const parseTable = declare({
  id: 'parse-table',
  name: 'Table Reader',
  description:
    'Reads your own CSV or JSON file into a typed table: finds the delimiter and the header, recognises numbers ' +
    'and dates, keeps missing values, and refuses what is not a table.',
  capability: 'parse-table',
  price: 4_000n,
  inputs: [
    needs('content', 'text', 'the whole text of a CSV or JSON file'),
    takes('format', 'string', 'found out from the content when left out', { allowed: PARSE_FORMATS }),
    takes('name', 'string', 'name of the table, such as the file name'),
  ],
  input: parseInput,
  output: 'table',
  answer: table,
  reputation: 9_200,
  uptime: 0.999,
  latencyMs: 60,
  example: { content: 'month,price\n2024-01,10\n', format: 'csv', name: 'prices' },
  tags: ['csv', 'json', 'parse', 'import', 'file', 'upload', 'table'],
});
