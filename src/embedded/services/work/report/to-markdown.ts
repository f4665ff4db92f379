import type { ReportInput } from '../../offers/report-input.js';
import type { Markdown } from '../../shapes/documents.js';
import type { Block } from './blocks.js';
import { composeReport } from './compose.js';
import { svgImage } from './svg-image.js';

export function reportAsMarkdown(input: ReportInput): Markdown {
  const { title, blocks } = composeReport(input);
  return { title, markdown: `# ${asText(title)}\n\n${blocks.map(setBlock).join('\n\n')}\n` };
}

function setBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${asText(block.text)}`;
    case 'paragraph':
      return asText(block.text);
    case 'note':
      return `> ${asText(block.text)}`;
    case 'figure':
      return `![${asText(block.chart.title)}](${svgImage(block.chart.svg)})\n\n*${asText(block.chart.description)}*`;
    case 'table':
      return setTable(block.header, block.rows);
  }
}

function setTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(asText).join(' | ')} |`;
  const rule = `|${header.map((_, place) => (place === 0 ? '---' : '---:')).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** Column names and labels are other people's text: no markup, link, HTML or line break of theirs takes effect. */
const asText = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]#|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/:\/\//g, ':&#47;&#47;')
    .replace(/^(?=[-+=](?:\s|$|[-=]))/, '\\')
    .replace(/^(\d+)(?=[.)]\s)/, '$1\\');
