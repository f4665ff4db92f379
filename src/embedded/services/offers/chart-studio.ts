import { declare } from '../declaration.js';
import { chart } from '../shapes/documents.js';
import { chartInput, chartInputs } from './chart-input.js';
import { exampleTable } from './example-table.js';

export const chartStudio = declare({
  id: 'chart-studio',
  name: 'Chart Studio',
  description:
    'Draws a large, carefully set chart of a table as SVG: line over time with a trend line, bar with values, ' +
    'scatter with regression, or histogram with the mean, chosen from the columns.',
  capability: 'chart',
  price: 18_000n,
  inputs: chartInputs,
  input: chartInput,
  output: 'chart',
  answer: chart,
  reputation: 9_300,
  uptime: 0.997,
  latencyMs: 450,
  example: { table: exampleTable },
  tags: ['chart', 'plot', 'graph', 'svg', 'visualise', 'publication'],
});
