import type { ReportInput } from '../../offers/report-input.js';
import type { Html } from '../../shapes/documents.js';
import type { Block } from './blocks.js';
import { composeReport } from './compose.js';
import { PAGE_STYLE } from './page-style.js';
import { svgImage } from './svg-image.js';

/** Beside escaping: the page itself forbids scripts, frames and every fetch. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function reportAsHtml(input: ReportInput): Html {
  const { title, blocks } = composeReport(input);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${asText(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${asText(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${asText(title)}</h1>
${blocks.map(setBlock).join('\n')}
</main>
</body>
</html>
`;
  return { title, html };
}

function setBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${asText(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${asText(block.text)}</p>`;
    case 'note':
      return `<p class="note">${asText(block.text)}</p>`;
    case 'figure':
      return (
        `<figure><img alt="${asText(block.chart.title)}" src="${svgImage(block.chart.svg)}">` +
        `<figcaption>${asText(block.chart.description)}</figcaption></figure>`
      );
    case 'table':
      return setTable(block.header, block.rows);
  }
}

function setTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th scope="col">${asText(cell)}</th>`).join('');
  const body = rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${asText(cell)}</td>`).join('')}</tr>`)
    .join('\n');
  return `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const asText = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
