import { declare } from '../declaration.js';
import { chart } from '../shapes/documents.js';
import { chartInput, chartInputs } from './chart-input.js';
import { exampleTable } from './example-table.js';

/** Cheap, quick, and not always there: one paid call in four finds it busy, before any money moves. */
export const chartExpress = declare({
  id: 'chart-express',
  name: 'Chart Express',
  description:
    'Draws a plain chart of a table as SVG at a low price: line over time, bar, scatter or histogram, chosen from ' +
    'the columns.',
  capability: 'chart',
  price: 5_000n,
  inputs: chartInputs,
  input: chartInput,
  output: 'chart',
  answer: chart,
  reputation: 7_800,
  uptime: 0.75,
  latencyMs: 200,
  example: { table: exampleTable },
  tags: ['chart', 'plot', 'graph', 'svg', 'visualise', 'cheap'],
  failures: { share: 0.25, when: 'before-settlement' },
});
