import type { Drawing } from './choose.js';
import type { Style } from './styles.js';

type Json = Record<string, unknown>;

/** How the axes of one drawing are read. */
export interface Axes {
  readonly timeIsDate: boolean;
  readonly coloured: boolean;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly groupTitle: string;
  readonly points: number;
}

/** The Vega-Lite layers of a drawing: the express ones are the marks alone, the studio adds what helps to read them. */
export function layersOf(kind: Drawing['kind'], axes: Axes, style: Style): Json[] {
  if (kind === 'line') return line(axes, style);
  if (kind === 'bar') return bar(axes, style);
  if (kind === 'scatter') return scatter(axes, style);
  return histogram(axes, style);
}

const colour = ({ coloured, groupTitle }: Axes): Json =>
  coloured ? { color: { field: 's', type: 'nominal', title: groupTitle } } : {};

const y = ({ yTitle }: Axes, zero: boolean): Json => ({
  field: 'y',
  type: 'quantitative',
  title: yTitle,
  scale: { zero },
});

function line(axes: Axes, style: Style): Json[] {
  const x = axes.timeIsDate
    ? { field: 'x', type: 'temporal', title: axes.xTitle, scale: { type: 'utc' } }
    : {
        field: 'x',
        type: 'quantitative',
        title: axes.xTitle,
        scale: { zero: false, nice: false },
        axis: { format: 'd' },
      };
  const encoding = { x, y: y(axes, false), ...colour(axes) };
  const plain = { mark: { type: 'line', point: axes.points <= 40 }, encoding };
  if (style === 'express') return [plain];
  const trend = {
    transform: [{ regression: 'y', on: 'x', groupby: ['s'] }],
    mark: { type: 'line', strokeDash: [5, 4], opacity: 0.55, strokeWidth: 1.5 },
    encoding,
  };
  return [{ ...plain, mark: { ...plain.mark, strokeWidth: 2 } }, trend];
}

function bar(axes: Axes, style: Style): Json[] {
  const encoding = {
    x: { field: 'y', type: 'quantitative', title: axes.yTitle },
    y: { field: 'x', type: 'nominal', title: axes.xTitle, sort: null },
  };
  const bars = { mark: 'bar', encoding };
  if (style === 'express') return [bars];
  const figures = {
    mark: { type: 'text', align: 'left', dx: 4, fontSize: 11, color: '#3b4350' },
    encoding: { ...encoding, text: { field: 'y', type: 'quantitative', format: '.4~g' } },
  };
  return [bars, figures];
}

function scatter(axes: Axes, style: Style): Json[] {
  const x = { field: 'x', type: 'quantitative', title: axes.xTitle, scale: { zero: false } };
  const encoding = { x, y: y(axes, false), ...colour(axes) };
  const dots = { mark: { type: 'point', filled: true, opacity: 0.65 }, encoding };
  if (style === 'express') return [dots];
  const fit = {
    transform: [{ regression: 'y', on: 'x' }],
    mark: { type: 'line', color: '#3b4350', strokeWidth: 1.5 },
    encoding: { x, y: y(axes, false) },
  };
  return [dots, fit];
}

function histogram(axes: Axes, style: Style): Json[] {
  const bars = {
    mark: 'bar',
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        bin: { maxbins: style === 'studio' ? 30 : 15 },
        title: axes.xTitle,
      },
      y: { aggregate: 'count', type: 'quantitative', title: 'rows' },
    },
  };
  if (style === 'express') return [bars];
  const mean = {
    mark: { type: 'rule', color: '#D55E00', strokeWidth: 2 },
    encoding: { x: { field: 'x', aggregate: 'mean', type: 'quantitative' } },
  };
  return [bars, mean];
}
