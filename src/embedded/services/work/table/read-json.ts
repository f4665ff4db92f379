import type { Table } from '../../shapes/table.js';
import { cannot } from '../refuse.js';
import { assembleTable, type Origin } from './assemble.js';
import type { RawCell } from './typed-column.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Takes a list of flat objects, or an object with exactly one such list in it.
 * @throws Refusal NOT_A_TABLE | TABLE_TOO_LARGE
 */
export function readJson(text: string, of: Origin): Table {
  const records = recordsOf(parse(text));
  const header = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const lines = records.map((record, row) =>
    header.map((name) => rawCell(Object.hasOwn(record, name) ? record[name] : null, name, row)),
  );
  return assembleTable(header, lines, of);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw cannot('NOT_A_TABLE', `This is not JSON: ${(error as Error).message.slice(0, 200)}.`);
  }
}

function recordsOf(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) {
    const stranger = value.findIndex((item) => !isFields(item));
    if (stranger >= 0)
      throw cannot('NOT_A_TABLE', 'The list holds something that is not an object.', { item: stranger + 1 });
    return value as Fields[];
  }
  if (isFields(value)) {
    const lists = Object.values(value).filter((member) => Array.isArray(member) && member.every(isFields));
    if (lists.length === 1) return lists[0] as Fields[];
  }
  throw cannot('NOT_A_TABLE', 'JSON has to be a list of objects, or an object with one such list in it.');
}

function rawCell(value: unknown, column: string, row: number): RawCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? value : String(value);
  throw cannot('NOT_A_TABLE', 'A value is a list or an object; a table has plain values.', {
    column: column.slice(0, 100),
    row: row + 1,
  });
}
