import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { forecast } from '../shapes/findings.js';
import { columnName, table } from '../shapes/table.js';
import { exampleTable } from './example-table.js';

export const forecastInput = z.strictObject({
  table,
  horizon: z.int().min(1).max(120).optional(),
  timeColumn: columnName.optional(),
  valueColumn: columnName.optional(),
  groupColumn: columnName.optional(),
});

export const forecastDesk = declare({
  id: 'forecast-desk',
  name: 'Forecast Desk',
  description:
    'Forecasts a time series into the future with 95 % intervals: Holt-Winters where there is a season, Holt or a ' +
    'straight line where there is none.',
  capability: 'forecast',
  price: 16_000n,
  inputs: [
    needs('table', 'table', 'a time series, or several told apart by a group column'),
    takes('horizon', 'number', 'steps ahead, 1 to 120; 12 when left out'),
    takes('timeColumn', 'string', 'found out when left out'),
    takes('valueColumn', 'string', 'column to forecast; found out when left out'),
    takes('groupColumn', 'string', 'column that tells series apart; found out when left out'),
  ],
  input: forecastInput,
  output: 'forecast',
  answer: forecast,
  reputation: 8_600,
  uptime: 0.996,
  latencyMs: 300,
  example: { table: exampleTable },
  tags: ['forecast', 'prediction', 'future', 'holt-winters', 'time series', 'outlook'],
});
