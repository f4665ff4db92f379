import type { Json } from '../../src/kernel/canonical-json.js';

const source = 'made up';
const note = '';
const time = '2020-01-01';
const moment = { time, value: 1 };

/** One answer of each type, as the demo services declare them, for specs that run a plan without paying. */
export const ANSWERS: Readonly<Record<string, Json>> = {
  table: {
    name: 'cars',
    columns: [
      { name: 'Name', type: 'string' },
      { name: 'Origin', type: 'string' },
      { name: 'Miles_per_Gallon', type: 'number' },
      { name: 'Horsepower', type: 'number' },
    ],
    rows: [{ Name: 'a', Origin: 'USA', Miles_per_Gallon: 18, Horsepower: 130 }],
    source,
    note,
  },
  statistics: {
    table: 'cars',
    source,
    rowCount: 1,
    columns: [],
    groupColumn: null,
    groups: [],
    correlation: { columns: [], matrix: [] },
    note,
  },
  trend: {
    table: 'cars',
    source,
    depth: 'quick',
    timeColumn: 'Year',
    groupColumn: null,
    series: [
      {
        name: 'x',
        group: null,
        valueColumn: 'x',
        points: 2,
        from: time,
        to: time,
        unit: 'year',
        change: { first: 1, last: 2, absolute: 1, percent: 100, lowest: moment, highest: moment },
        regression: { slope: 1, intercept: 0, rSquared: 1, pValue: null },
        direction: 'rising',
        basis: 'regression',
      },
    ],
    note,
  },
  chart: { title: 't', kind: 'line', svg: '<svg/>', spec: {}, description: 'd' },
  summary: { text: 't', sentences: ['t'], method: 'lexrank', note },
  markdown: { title: 't', markdown: '# t' },
  html: { title: 't', html: '<p>t</p>' },
  forecast: {
    table: 'cars',
    source,
    timeColumn: 'Year',
    valueColumn: 'x',
    unit: 'year',
    horizon: 1,
    level: 0.95,
    series: [
      {
        name: 'x',
        method: 'linear',
        period: 1,
        observations: 2,
        rmse: 0,
        points: [{ time, value: 1, low: 0, high: 2 }],
      },
    ],
    note,
  },
  anomalies: {
    table: 'cars',
    source,
    method: 'iqr',
    threshold: 1.5,
    checked: [{ column: 'x', count: 2, low: 0, high: 1, outliers: 1 }],
    findings: [{ row: 1, column: 'x', label: 'b', value: 9, score: 4 }],
    note,
  },
  comparison: {
    table: 'cars',
    source,
    groupColumn: 'Origin',
    valueColumn: 'x',
    groups: [],
    test: {
      name: 'welch-t',
      statistic: 1,
      degreesOfFreedom: 1,
      pValue: 0.5,
      effect: { name: 'cohens-d', value: 0.1 },
    },
    significant: false,
    note,
  },
};
