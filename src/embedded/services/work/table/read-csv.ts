import Papa from 'papaparse';
import type { Table } from '../../shapes/table.js';
import { cannot } from '../refuse.js';
import { assembleTable, type Origin } from './assemble.js';
import { readNumber } from './number-text.js';

/** @throws Refusal NOT_A_TABLE | TABLE_TOO_LARGE */
export function readCsv(text: string, of: Origin): Table {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what tells a binary file from text
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text.slice(0, 100_000)))
    throw cannot('NOT_A_TABLE', 'This is not text.');
  const parsed = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: 'greedy' });
  const broken = parsed.errors.find((error) => error.type === 'Quotes');
  if (broken !== undefined)
    throw cannot('NOT_A_TABLE', 'A quotation mark is not closed.', { row: (broken.row ?? 0) + 1 });
  const [header = [], ...lines] = parsed.data;
  const names = header.map((name) => name.trim());
  for (const [place, line] of lines.entries()) {
    if (line.length !== names.length)
      throw cannot('NOT_A_TABLE', 'A row has another number of cells than the header.', {
        row: place + 2,
        cells: line.length,
        columns: names.length,
      });
  }
  if (names.every((name) => readNumber(name) !== undefined))
    throw cannot('NOT_A_TABLE', 'The first row has to name the columns.');
  const table = assembleTable(names, lines, of);
  // Prose is a table of one column of words to a parser, and to nobody else.
  if (table.columns.length === 1 && table.columns[0]!.type === 'string')
    throw cannot('NOT_A_TABLE', 'There is one column only, and it holds neither numbers nor dates.');
  return table;
}
