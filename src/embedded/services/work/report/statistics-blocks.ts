import type { NumberColumn, Statistics } from '../../shapes/statistics.js';
import { figure } from '../words/figures.js';
import { type Block, heading, note } from './blocks.js';

const HEADER = ['count', 'missing', 'mean', 'sd', 'min', 'q1', 'median', 'q3', 'max'];

export function statisticsBlocks(statistics: Statistics): Block[] {
  const numbers = statistics.columns.filter((column) => column.type === 'number');
  const others = statistics.columns.filter((column) => column.type !== 'number');
  const blocks: Block[] = [heading(`Statistics of ${statistics.table}`)];
  if (numbers.length > 0)
    blocks.push({
      kind: 'table',
      header: ['column', ...HEADER],
      rows: numbers.map((column) => [column.column, ...cells(column)]),
    });
  if (others.length > 0)
    blocks.push({
      kind: 'table',
      header: ['column', 'count', 'missing', 'distinct', 'values'],
      rows: others.map((column) => [
        column.column,
        figure(column.count),
        figure(column.missing),
        figure(column.distinct),
        column.type === 'date'
          ? `${column.earliest ?? '–'} to ${column.latest ?? '–'}`
          : column.top.map(({ value, count }) => `${value.slice(0, 40)} (${count})`).join(', '),
      ]),
    });
  blocks.push(...groupBlocks(statistics), ...correlationBlocks(statistics));
  blocks.push(note(`${statistics.note} Source: ${statistics.source}.`));
  return blocks;
}

const cells = ({ count, missing, mean, sd, min, q1, median, q3, max }: NumberColumn): string[] =>
  [count, missing, mean, sd, min, q1, median, q3, max].map(figure);

function groupBlocks({ groupColumn, groups }: Statistics): Block[] {
  const measured = groups[0]?.columns.filter((column) => column.type === 'number') ?? [];
  if (groupColumn === null) return [];
  return measured.slice(0, 3).flatMap(({ column }): Block[] => [
    heading(`${column} by ${groupColumn}`, 3),
    {
      kind: 'table',
      header: [groupColumn, ...HEADER],
      rows: groups.flatMap(({ group, columns }) => {
        const found = columns.find((candidate) => candidate.column === column);
        return found?.type === 'number' ? [[group, ...cells(found)]] : [];
      }),
    },
  ]);
}

function correlationBlocks({ correlation: { columns, matrix } }: Statistics): Block[] {
  if (columns.length < 2) return [];
  return [
    heading('Correlation', 3),
    {
      kind: 'table',
      header: ['', ...columns],
      rows: columns.map((name, i) => [
        name,
        ...(matrix[i] ?? []).map((r) => (r === null ? '–' : r.toFixed(2))),
      ]),
    },
  ];
}
