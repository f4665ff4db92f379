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

/** Everything the demo bazaar sells. Pure data: loading it loads no library of any service's field. */
export const DECLARATIONS: readonly ServiceDeclaration[] = [
  datasetLibrary,
  parseTable,
  statisticsDesk,
  trendQuick,
  trendThorough,
  chartExpress,
  chartStudio,
  summaryLexRank,
  narrator,
  reportMarkdown,
  reportHtml,
  forecastDesk,
  anomalyScan,
  groupCompare,
];
