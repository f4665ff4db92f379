import { declare } from '../declaration.js';
import { trend } from '../shapes/trend.js';
import { exampleTable } from './example-table.js';
import { trendInput, trendInputs } from './trend-input.js';

export const trendQuick = declare({
  id: 'trend-quick',
  name: 'Quick Trend',
  description:
    'Fast trend analysis of a time series, per series: linear regression with slope, R² and p-value, and the ' +
    'change from first to last.',
  capability: 'trend',
  price: 6_000n,
  inputs: trendInputs,
  input: trendInput,
  output: 'trend',
  answer: trend,
  reputation: 7_200,
  uptime: 0.98,
  latencyMs: 80,
  example: { table: exampleTable },
  tags: ['trend', 'time series', 'regression', 'change', 'analysis'],
});
