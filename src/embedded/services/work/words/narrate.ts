import type { z } from 'zod';
import type { narratorInput } from '../../offers/narrator.js';
import type { Summary } from '../../shapes/documents.js';
import { narrateAnomalies, narrateComparison, narrateForecast } from './narrate-findings.js';
import { narrateStatistics } from './narrate-statistics.js';
import { narrateTrend } from './narrate-trend.js';

/** Every sentence is a pattern filled with figures of the input: nothing is said that they do not say. */
export function narrate(input: z.output<typeof narratorInput>): Summary {
  const sentences = [
    ...(input.trend === undefined ? [] : narrateTrend(input.trend)),
    ...(input.statistics === undefined ? [] : narrateStatistics(input.statistics)),
    ...(input.comparison === undefined ? [] : narrateComparison(input.comparison)),
    ...(input.forecast === undefined ? [] : narrateForecast(input.forecast)),
    ...(input.anomalies === undefined ? [] : narrateAnomalies(input.anomalies)),
  ];
  return {
    text: sentences.join(' '),
    sentences,
    method: 'narrative',
    note: 'Written from the figures by fixed patterns.',
  };
}
