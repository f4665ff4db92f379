import { declare } from '../declaration.js';
import { markdown } from '../shapes/documents.js';
import { reportInput, reportInputs } from './report-input.js';

export const reportMarkdown = declare({
  id: 'report-markdown',
  name: 'Markdown Reports',
  description:
    'Formats a report in Markdown from findings: summary, trend analysis, statistics tables, charts, forecast, ' +
    'anomalies, comparison.',
  capability: 'report-markdown',
  price: 9_000n,
  inputs: reportInputs,
  input: reportInput,
  output: 'markdown',
  answer: markdown,
  reputation: 8_700,
  uptime: 0.998,
  latencyMs: 40,
  example: {
    title: 'Prices',
    summary: { text: 'Prices rose.', sentences: ['Prices rose.'], method: 'narrative', note: '' },
  },
  tags: ['report', 'markdown', 'format', 'document', 'write'],
});
