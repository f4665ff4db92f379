import { declare } from '../declaration.js';
import { html } from '../shapes/documents.js';
import { reportInput, reportInputs } from './report-input.js';

export const reportHtml = declare({
  id: 'report-html',
  name: 'Page Setters',
  description:
    'Formats a report as one self-contained HTML page from findings: summary, trend analysis, statistics tables, ' +
    'charts as inline SVG, forecast, anomalies, comparison. Opens anywhere, loads nothing from the network.',
  capability: 'report-html',
  price: 14_000n,
  inputs: reportInputs,
  input: reportInput,
  output: 'html',
  answer: html,
  reputation: 9_200,
  uptime: 0.998,
  latencyMs: 80,
  example: {
    title: 'Prices',
    summary: { text: 'Prices rose.', sentences: ['Prices rose.'], method: 'narrative', note: '' },
  },
  tags: ['report', 'html', 'page', 'format', 'document', 'write', 'web'],
});
