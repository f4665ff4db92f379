import type { TopLevelSpec } from 'vega-lite';
import type { Chart } from '../../shapes/documents.js';
import { cannot } from '../refuse.js';
import { type ChartInput, chooseDrawing, type Drawing } from './choose.js';
import { layersOf } from './layers.js';
import { type Mark, marksOf } from './marks.js';
import { renderSvg } from './render.js';
import { SIZES, STYLES, type Style } from './styles.js';

const SVG_CHARS = 2_000_000;

/** @throws Refusal NO_VALUE_COLUMN | NO_TIME_COLUMN | NOTHING_TO_DRAW | TOO_MUCH_TO_DRAW | NO_SUCH_COLUMN */
export async function drawChart(input: ChartInput, style: Style): Promise<Chart> {
  const drawing = chooseDrawing(input);
  const { marks, shown } = marksOf(input.table, drawing);
  if (marks.length === 0) throw cannot('NOTHING_TO_DRAW', 'No row has all the values this chart needs.');
  const title = input.title ?? titleOf(input, drawing);
  const spec = specOf(input, drawing, marks, title, style);
  const drawn = { ...spec, data: { values: marks } } as unknown as TopLevelSpec;
  const svg = await renderSvg(drawn);
  if (svg.length > SVG_CHARS)
    throw cannot('TOO_MUCH_TO_DRAW', 'The drawing is too large; draw fewer rows.', {
      characters: svg.length,
      maximum: SVG_CHARS,
    });
  const what = `${articleFor(drawing.kind)} chart of ${marks.length} marks from ${input.table.name}.`;
  return {
    title,
    kind: drawing.kind,
    svg,
    spec,
    description: shown === undefined ? what : `${what} ${shown}`,
  };
}

const articleFor = (kind: Chart['kind']): string => `A ${kind}`;

function titleOf({ table }: ChartInput, { kind, x, y, group }: Drawing): string {
  const of =
    kind === 'histogram' ? x : y.length === 0 ? 'rows' : y.length > 3 ? `${y.length} columns` : y.join(', ');
  if (kind === 'histogram') return `Distribution of ${of} (${table.name})`;
  if (kind === 'scatter') return `${of} against ${x} (${table.name})`;
  if (kind === 'bar') return `${y.length === 0 ? 'Number of rows' : `Mean of ${of}`} by ${x} (${table.name})`;
  return `${of} over time${group === null ? '' : ` by ${group}`} (${table.name})`;
}

/** Without the data, which the caller has. */
function specOf(
  { table }: ChartInput,
  drawing: Drawing,
  marks: readonly Mark[],
  title: string,
  style: Style,
): Record<string, unknown> {
  const { kind, x, y, group } = drawing;
  const series = new Set(marks.map((mark) => mark.s)).size;
  const axes = {
    timeIsDate: table.columns.some((column) => column.name === x && column.type === 'date'),
    coloured: series > 1,
    xTitle: x,
    yTitle: y.length === 1 ? (kind === 'bar' ? `mean of ${y[0]}` : y[0]!) : kind === 'bar' ? 'rows' : 'value',
    groupTitle: group ?? 'column',
    points: marks.length / series,
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: style === 'studio' ? { text: title, subtitle: `Source: ${table.source}`.slice(0, 120) } : title,
    ...(kind === 'bar' ? { width: SIZES[style].width } : SIZES[style]),
    config: STYLES[style],
    data: { name: 'marks' },
    layer: layersOf(kind, axes, style),
  };
}
