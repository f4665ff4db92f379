import type { z } from 'zod';
import type { ServiceDeclaration } from './declaration.js';
import { anomalyScan } from './offers/anomaly-scan.js';
import { chartExpress } from './offers/chart-express.js';
import { chartStudio } from './offers/chart-studio.js';
import { datasetLibrary } from './offers/dataset-library.js';
import { forecastDesk } from './offers/forecast-desk.js';
import { groupCompare } from './offers/group-compare.js';
import { narrator } from './offers/narrator.js';
import { parseTable } from './offers/parse-table.js';
import { reportHtml } from './offers/report-html.js';
import { reportMarkdown } from './offers/report-markdown.js';
import { statisticsDesk } from './offers/statistics-desk.js';
import { summaryLexRank } from './offers/summary-lexrank.js';
import { trendQuick } from './offers/trend-quick.js';
import { trendThorough } from './offers/trend-thorough.js';

/** Does the paid work. The library behind it is loaded by the first call. */
export type Work<In, Out> = (input: In) => Promise<Out>;

/** A declaration with the work it promises. */
export interface Service {
  readonly declaration: ServiceDeclaration;
  /** @throws ZodError before any work for a body that does not fit; Refusal when the work cannot be done on it */
  read(body: unknown): unknown;
  work(input: unknown): Promise<unknown>;
}

const service = <In, Out>(declaration: ServiceDeclaration<In, Out>, work: Work<In, Out>): Service => ({
  declaration: declaration as ServiceDeclaration,
  read: (body) => declaration.input.parse(body),
  work: (input) => work(input as z.output<typeof declaration.input>),
});

export const WORKSHOP: readonly Service[] = [
  service(datasetLibrary, async (input) =>
    (await import('./work/datasets/load-dataset.js')).loadDataset(input),
  ),
  service(parseTable, async (input) => (await import('./work/table/parse-table.js')).parseTable(input)),
  service(statisticsDesk, async (input) =>
    (await import('./work/statistics/describe-table.js')).describeTable(input),
  ),
  service(trendQuick, async (input) =>
    (await import('./work/trend/analyse.js')).analyseTrend(input, 'quick'),
  ),
  service(trendThorough, async (input) =>
    (await import('./work/trend/analyse.js')).analyseTrend(input, 'thorough'),
  ),
  service(chartExpress, async (input) => (await import('./work/chart/draw.js')).drawChart(input, 'express')),
  service(chartStudio, async (input) => (await import('./work/chart/draw.js')).drawChart(input, 'studio')),
  service(summaryLexRank, async (input) => (await import('./work/words/summarise.js')).summarise(input)),
  service(narrator, async (input) => (await import('./work/words/narrate.js')).narrate(input)),
  service(reportMarkdown, async (input) =>
    (await import('./work/report/to-markdown.js')).reportAsMarkdown(input),
  ),
  service(reportHtml, async (input) => (await import('./work/report/to-html.js')).reportAsHtml(input)),
  service(forecastDesk, async (input) =>
    (await import('./work/forecast/forecast-table.js')).forecastTable(input),
  ),
  service(anomalyScan, async (input) =>
    (await import('./work/anomalies/find-anomalies.js')).findAnomalies(input),
  ),
  service(groupCompare, async (input) =>
    (await import('./work/comparing/compare-groups.js')).compareGroups(input),
  ),
];

/** Loads the drawing library, the one that is slow to load, before anybody asks for it. */
export const warmUp = async (): Promise<void> => {
  await import('./work/chart/draw.js');
};
