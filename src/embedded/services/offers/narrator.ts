import { z } from 'zod';
import { declare } from '../declaration.js';
import { takes } from '../inputs.js';
import { summary } from '../shapes/documents.js';
import { anomalies, comparison, forecast } from '../shapes/findings.js';
import { statistics } from '../shapes/statistics.js';
import { trend } from '../shapes/trend.js';

export const narratorInput = z
  .strictObject({
    statistics: statistics.optional(),
    trend: trend.optional(),
    forecast: forecast.optional(),
    anomalies: anomalies.optional(),
    comparison: comparison.optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    message: 'give at least one of statistics, trend, forecast, anomalies and comparison',
  });

export const narrator = declare({
  id: 'narrator',
  name: 'Figures in Words',
  description:
    'Describes findings in plain sentences, each taken from the figures it is given: statistics, trend, forecast, ' +
    'anomalies, group comparison. Explains what the numbers do and do not show.',
  capability: 'narrative',
  price: 7_000n,
  inputs: [
    takes('statistics', 'statistics', 'descriptive statistics'),
    takes('trend', 'trend', 'trend analysis'),
    takes('forecast', 'forecast', 'forecast'),
    takes('anomalies', 'anomalies', 'unusual values'),
    takes('comparison', 'comparison', 'comparison of groups'),
  ],
  input: narratorInput,
  output: 'summary',
  answer: summary,
  reputation: 8_900,
  uptime: 0.998,
  latencyMs: 40,
  example: {
    anomalies: {
      table: 'prices',
      source: '',
      method: 'robust-z',
      threshold: 3.5,
      checked: [],
      findings: [],
      note: '',
    },
  },
  tags: ['narrative', 'explain', 'findings', 'plain words', 'insights'],
});
