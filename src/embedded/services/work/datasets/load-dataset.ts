import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { datasetInput } from '../../offers/dataset-library.js';
import type { Table } from '../../shapes/table.js';
import { readCsv } from '../table/read-csv.js';
import { readJson } from '../table/read-json.js';
import { findDataset } from './find-dataset.js';
import { LIBRARY } from './library.js';

/** The package names only its entry point `build/index.js`; the files lie beside that folder. */
const dataFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');

/** @throws Refusal NO_DATASET when nothing in the library is about the topic */
export async function loadDataset(input: z.output<typeof datasetInput>): Promise<Table> {
  const name = input.name ?? findDataset(input.topic ?? '');
  const dataset = LIBRARY[name];
  const text = await readFile(join(dataFolder(), dataset.file), 'utf8');
  const meanings = Object.entries(dataset.columns).map(([column, meaning]) => `${column}: ${meaning}`);
  const of = {
    name,
    source: dataset.source,
    note: `${dataset.title}. ${meanings.join('; ')}.`,
  };
  const whole = dataset.file.endsWith('.json') ? readJson(text, of) : readCsv(text, of);
  return keepColumns(whole, Object.keys(dataset.columns));
}

function keepColumns(table: Table, names: readonly string[]): Table {
  const columns = names.map((name) => table.columns.find((column) => column.name === name)!);
  const rows = table.rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
  return { ...table, columns, rows };
}
