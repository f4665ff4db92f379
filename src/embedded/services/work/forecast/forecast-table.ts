import type { z } from 'zod';
import type { forecastInput } from '../../offers/forecast-desk.js';
import type { Forecast } from '../../shapes/findings.js';
import { cannot } from '../refuse.js';
import { seriesOf } from '../series/series-of.js';
import { LEVEL, project } from './project.js';

const DEFAULT_HORIZON = 12;
const MOST_SERIES = 24;

/** @throws Refusal NO_TIME_COLUMN | NO_VALUE_COLUMN | TOO_FEW_POINTS | TOO_MANY_SERIES */
export function forecastTable(input: z.output<typeof forecastInput>): Forecast {
  const found = seriesOf(input.table, input);
  // One column is forecast; a wide table is asked again for its other columns.
  const valueColumn = found.valueColumns[0]!;
  const series = found.series.filter((one) => one.valueColumn === valueColumn && one.points.length >= 4);
  if (series.length === 0)
    throw cannot('TOO_FEW_POINTS', 'A forecast needs four points in time at least.', { column: valueColumn });
  if (series.length > MOST_SERIES)
    throw cannot('TOO_MANY_SERIES', 'There are more series than this forecasts.', {
      series: series.length,
      maximum: MOST_SERIES,
    });
  const horizon = input.horizon ?? DEFAULT_HORIZON;
  return {
    table: input.table.name,
    source: input.table.source,
    timeColumn: found.timeColumn,
    valueColumn,
    unit: series[0]!.unit,
    horizon,
    level: LEVEL,
    series: series.map((one) => project(one, horizon)),
    note:
      'A forecast carries the past on: it knows of nothing but this series. The intervals assume independent, ' +
      'normal errors and a model that stays true.',
  };
}
