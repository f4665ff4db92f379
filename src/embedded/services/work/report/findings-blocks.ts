import type { Anomalies, Comparison, Forecast } from '../../shapes/findings.js';
import { figure, pValue } from '../words/figures.js';
import { type Block, heading, note } from './blocks.js';

const MOST_ROWS = 20;

export function forecastBlocks(forecast: Forecast): Block[] {
  const tables = forecast.series.flatMap(({ name, method, rmse, points }): Block[] => [
    heading(`${name} (${method}, typical error ${figure(rmse)})`, 3),
    {
      kind: 'table',
      header: [forecast.timeColumn, 'expected', 'low', 'high'],
      rows: points
        .slice(0, MOST_ROWS)
        .map(({ time, value, low, high }) => [time, figure(value), figure(low), figure(high)]),
    },
  ]);
  return [heading(`Forecast of ${forecast.valueColumn}`), ...tables, note(forecast.note)];
}

export function anomalyBlocks({ table, checked, findings, method, note: remark }: Anomalies): Block[] {
  const blocks: Block[] = [
    heading(`Unusual values of ${table}`),
    {
      kind: 'table',
      header: ['column', 'values', 'usual from', 'usual to', 'unusual'],
      rows: checked.map(({ column, count, low, high, outliers }) => [
        column,
        ...[count, low, high, outliers].map(figure),
      ]),
    },
  ];
  if (findings.length > 0)
    blocks.push({
      kind: 'table',
      header: ['where', 'column', 'value', `score (${method})`],
      rows: findings
        .slice(0, MOST_ROWS)
        .map(({ label, column, value, score }) => [label, column, figure(value), score.toFixed(1)]),
    });
  return [...blocks, note(remark)];
}

export function comparisonBlocks(comparison: Comparison): Block[] {
  const { groups, groupColumn, valueColumn, test } = comparison;
  return [
    heading(`${valueColumn} by ${groupColumn}, compared`),
    {
      kind: 'table',
      header: [groupColumn, 'count', 'mean', 'median', 'sd'],
      rows: groups.map(({ group, count, mean, median, sd }) => [
        group,
        ...[count, mean, median, sd].map(figure),
      ]),
    },
    {
      kind: 'table',
      header: ['test', 'statistic', 'degrees of freedom', 'p-value', test.effect.name],
      rows: [
        [
          test.name,
          figure(test.statistic),
          figure(test.degreesOfFreedom),
          pValue(test.pValue),
          figure(test.effect.value),
        ],
      ],
    },
    note(comparison.note),
  ];
}
