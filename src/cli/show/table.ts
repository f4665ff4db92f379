import Table from 'cli-table3';
import pc from 'picocolors';

const CALM = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: ' ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/** Rows under heads, without lines between them. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    head: columns.map(({ head }) => pc.dim(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: CALM,
  });
  table.push(...rows.map((row) => [...row]));
  return trimmed(table.toString());
}

/** Names and what they stand for, aligned. */
export function pairLines(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => ` ${pc.dim(name.padEnd(width))}  ${value}`);
}

const trimmed = (text: string): string[] => text.split('\n').map((line) => line.trimEnd());
