import { type Row, TABLE_LIMITS, type Table } from '../../shapes/table.js';
import { cannot } from '../refuse.js';
import { type RawCell, typedColumn } from './typed-column.js';

/** Bytes of the JSON of one table: it has to fit a request to the next service, beside its other inputs. */
const TABLE_BYTES = 6_000_000;

export interface Origin {
  readonly name: string;
  readonly source: string;
  readonly note: string;
}

/** @throws Refusal NOT_A_TABLE | TABLE_TOO_LARGE */
export function assembleTable(
  header: readonly string[],
  lines: readonly (readonly RawCell[])[],
  of: Origin,
): Table {
  checkHeader(header);
  checkSize(header, lines);
  const typed = header.map((_, place) => typedColumn(lines.map((line) => line[place] ?? null)));
  const columns = header.map((name, place) => ({ name, type: typed[place]!.type }));
  const rows = lines.map((_, line) => {
    const row: Row = {};
    for (const [place, name] of header.entries()) row[name] = typed[place]!.cells[line] ?? null;
    return row;
  });
  const bytes = Buffer.byteLength(JSON.stringify(rows));
  if (bytes > TABLE_BYTES) {
    throw cannot('TABLE_TOO_LARGE', 'The table is larger than one request between services can carry.', {
      bytes,
      maximum: TABLE_BYTES,
    });
  }
  return { ...of, columns, rows };
}

function checkHeader(header: readonly string[]): void {
  if (header.length === 0) throw cannot('NOT_A_TABLE', 'There are no columns.');
  const seen = new Set<string>();
  for (const name of header) {
    if (name === '') throw cannot('NOT_A_TABLE', 'A column has no name.', { column: seen.size + 1 });
    if (name.length > TABLE_LIMITS.nameChars)
      throw cannot('NOT_A_TABLE', 'The name of a column is too long.', { maximum: TABLE_LIMITS.nameChars });
    if (name === '__proto__') throw cannot('NOT_A_TABLE', 'A column cannot be called __proto__.');
    if (seen.has(name)) throw cannot('NOT_A_TABLE', 'Two columns have the same name.', { column: name });
    seen.add(name);
  }
}

function checkSize(header: readonly string[], lines: readonly (readonly RawCell[])[]): void {
  if (lines.length === 0) throw cannot('NOT_A_TABLE', 'There are no rows below the header.');
  if (header.length > TABLE_LIMITS.columns || lines.length > TABLE_LIMITS.rows) {
    throw cannot('TABLE_TOO_LARGE', 'The table has too many rows or columns.', {
      rows: lines.length,
      columns: header.length,
      maximumRows: TABLE_LIMITS.rows,
      maximumColumns: TABLE_LIMITS.columns,
    });
  }
  for (const [place, line] of lines.entries()) {
    const long = line.find((cell) => typeof cell === 'string' && cell.length > TABLE_LIMITS.cellChars);
    if (long !== undefined)
      throw cannot('TABLE_TOO_LARGE', 'A cell is longer than a table may hold.', {
        row: place + 1,
        maximum: TABLE_LIMITS.cellChars,
      });
  }
}
