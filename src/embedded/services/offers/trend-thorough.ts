import { declare } from '../declaration.js';
import { trend } from '../shapes/trend.js';
import { exampleTable } from './example-table.js';
import { trendInput, trendInputs } from './trend-input.js';

export const trendThorough = declare({
  id: 'trend-thorough',
  name: 'Thorough Trend Analysts',
  description:
    'Trend analysis of a time series in depth, per series: linear regression, Mann-Kendall test with tie ' +
    "correction and Sen's slope, seasonality by autocorrelation and decomposition, moving average, change.",
  capability: 'trend',
  price: 24_000n,
  inputs: trendInputs,
  input: trendInput,
  output: 'trend',
  answer: trend,
  reputation: 9_600,
  uptime: 0.999,
  latencyMs: 350,
  example: { table: exampleTable },
  tags: ['trend', 'time series', 'seasonality', 'mann-kendall', 'regression', 'analysis', 'in depth'],
});
