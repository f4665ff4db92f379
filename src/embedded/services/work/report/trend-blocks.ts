import type { Trend } from '../../shapes/trend.js';
import { figure, percent, pValue } from '../words/figures.js';
import { type Block, heading, note } from './blocks.js';

export function trendBlocks(trend: Trend): Block[] {
  const blocks: Block[] = [
    heading(`Trend of ${trend.table}`),
    {
      kind: 'table',
      header: [
        'series',
        'from',
        'to',
        'first',
        'last',
        'change',
        'per unit',
        'R²',
        'regression',
        'direction',
      ],
      rows: trend.series.map(({ name, from, to, change, regression, unit, direction }) => [
        name,
        from,
        to,
        figure(change.first),
        figure(change.last),
        change.percent === null ? figure(change.absolute) : percent(change.percent),
        `${figure(regression.slope)} / ${unit}`,
        regression.rSquared.toFixed(3),
        pValue(regression.pValue),
        direction,
      ]),
    },
  ];
  const deep = trend.series.filter(({ mannKendall }) => mannKendall !== undefined);
  if (deep.length > 0)
    blocks.push(heading('Rank test and season', 3), {
      kind: 'table',
      header: ['series', 'Mann–Kendall', 'tau', 'Sen’s slope', 'season', 'strength'],
      rows: deep.map(({ name, mannKendall, seasonality, unit }) => [
        name,
        pValue(mannKendall!.pValue),
        mannKendall!.tau.toFixed(3),
        `${figure(mannKendall!.senSlope)} / ${unit}`,
        seasonality?.detected === true ? `every ${seasonality.period}` : 'none found',
        seasonality === undefined ? '–' : seasonality.strength.toFixed(2),
      ]),
    });
  blocks.push(note(`${trend.note} Source: ${trend.source}.`));
  return blocks;
}
