import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { z } from 'zod';
import type { compareInput } from '../../offers/group-compare.js';
import type { Comparison } from '../../shapes/findings.js';
import type { Table } from '../../shapes/table.js';
import { columnsOf, groupRows, likelyGroupColumn, numbersIn, requireColumn } from '../columns.js';
import { cannot } from '../refuse.js';
import { findTimeColumn } from '../series/choose-columns.js';
import { medianOf } from '../statistics/quantile.js';
import { kruskalWallis } from './kruskal-wallis.js';
import { welch } from './welch.js';

const MOST_GROUPS = 40;
const SIGNIFICANT = 0.05;

/** @throws Refusal NO_GROUP_COLUMN | NO_VALUE_COLUMN | TOO_FEW_POINTS | TOO_MANY_GROUPS */
export function compareGroups(input: z.output<typeof compareInput>): Comparison {
  const { table } = input;
  const groupColumn = chooseGroup(table, input.groupColumn);
  const valueColumn = chooseValue(table, groupColumn, input.valueColumn);
  const groups = [...groupRows(table.rows, groupColumn)]
    .map(([group, rows]) => ({ group, values: numbersIn(rows, valueColumn) }))
    .filter(({ values }) => values.length >= 2);
  if (groups.length < 2)
    throw cannot('TOO_FEW_POINTS', 'A comparison needs two groups of two values each at least.', {
      column: groupColumn,
    });
  if (groups.length > MOST_GROUPS)
    throw cannot('TOO_MANY_GROUPS', 'There are more groups than this compares.', {
      groups: groups.length,
      maximum: MOST_GROUPS,
    });
  const samples = groups.map(({ values }) => values);
  const test = groups.length === 2 ? welch(samples[0]!, samples[1]!) : kruskalWallis(samples);
  return {
    table: table.name,
    source: table.source,
    groupColumn,
    valueColumn,
    groups: groups.map(({ group, values }) => ({
      group,
      count: values.length,
      mean: mean(values),
      median: medianOf(values),
      sd: sampleStandardDeviation(values),
    })),
    test,
    significant: test.pValue < SIGNIFICANT,
    note: 'The test is at the 5 % level and assumes independent observations; a difference is not a cause.',
  };
}

function chooseGroup(table: Table, wanted: string | undefined): string {
  if (wanted !== undefined) return requireColumn(table, wanted, ['string', 'number', 'date']).name;
  const found = likelyGroupColumn(table, MOST_GROUPS);
  if (found === undefined)
    throw cannot('NO_GROUP_COLUMN', 'No column divides this table into groups.', {
      columns: table.columns.map((column) => column.name),
    });
  return found;
}

function chooseValue(table: Table, group: string, wanted: string | undefined): string {
  if (wanted !== undefined) return requireColumn(table, wanted, ['number']).name;
  const time = findTimeColumn(table);
  const found = columnsOf(table, 'number').find((name) => name !== group && name !== time);
  if (found === undefined)
    throw cannot('NO_VALUE_COLUMN', 'There is no column of numbers to compare.', {
      columns: table.columns.map((column) => column.name),
    });
  return found;
}
