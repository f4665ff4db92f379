import type { z } from 'zod';
import type { parseInput } from '../../offers/parse-table.js';
import type { Table } from '../../shapes/table.js';
import { readCsv } from './read-csv.js';
import { readJson } from './read-json.js';

/** @throws Refusal NOT_A_TABLE | TABLE_TOO_LARGE */
export function parseTable(input: z.output<typeof parseInput>): Table {
  const format = input.format ?? (/^\s*[[{]/.test(input.content) ? 'json' : 'csv');
  const of = {
    name: input.name ?? 'your table',
    source: "the caller's own file",
    note: `Read from ${format.toUpperCase()}; the types of the columns were found out from their values.`,
  };
  return format === 'json' ? readJson(input.content, of) : readCsv(input.content, of);
}
