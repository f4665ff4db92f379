import type { ReportInput } from '../../offers/report-input.js';
import { type Block, heading, note, paragraph } from './blocks.js';
import { anomalyBlocks, comparisonBlocks, forecastBlocks } from './findings-blocks.js';
import { statisticsBlocks } from './statistics-blocks.js';
import { trendBlocks } from './trend-blocks.js';

/** The title and the parts of a report, what matters to a reader first: words, pictures, then tables. */
export function composeReport(input: ReportInput): { title: string; blocks: Block[] } {
  const blocks: Block[] = [];
  for (const summary of input.summary ?? []) {
    blocks.push(heading(summary.method === 'lexrank' ? 'Summary' : 'In words'));
    blocks.push(...paragraphsOf(summary.sentences), note(summary.note));
  }
  for (const chart of input.charts ?? []) blocks.push({ kind: 'figure', chart });
  for (const trend of input.trend ?? []) blocks.push(...trendBlocks(trend));
  if (input.forecast !== undefined) blocks.push(...forecastBlocks(input.forecast));
  if (input.comparison !== undefined) blocks.push(...comparisonBlocks(input.comparison));
  if (input.anomalies !== undefined) blocks.push(...anomalyBlocks(input.anomalies));
  for (const statistics of input.statistics ?? []) blocks.push(...statisticsBlocks(statistics));
  return { title: input.title ?? titleOf(input), blocks };
}

function titleOf({ trend, statistics, forecast, comparison, anomalies, charts }: ReportInput): string {
  const about = [trend?.[0], forecast, comparison, anomalies, statistics?.[0]].find(
    (part) => part !== undefined,
  );
  if (about !== undefined) return `Report on ${about.table}`;
  return charts?.[0]?.title ?? 'Report';
}

/** Four sentences a paragraph are easier to read than twenty. */
function paragraphsOf(sentences: readonly string[]): Block[] {
  const paragraphs: Block[] = [];
  for (let start = 0; start < sentences.length; start += 4)
    paragraphs.push(paragraph(sentences.slice(start, start + 4).join(' ')));
  return paragraphs;
}
