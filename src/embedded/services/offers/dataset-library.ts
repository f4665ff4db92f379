import { z } from 'zod';
import { declare } from '../declaration.js';
import { takes } from '../inputs.js';
import { table } from '../shapes/table.js';

export const DATASET_NAMES = [
  'stocks',
  'sp500',
  'seattle-weather',
  'co2-concentration',
  'global-temp',
  'gapminder',
  'unemployment-across-industries',
  'us-employment',
  'cars',
  'movies',
  'penguins',
  'iowa-electricity',
  'disasters',
  'barley',
] as const;

export const datasetInput = z
  .strictObject({
    topic: z.string().min(1).max(500).optional(),
    name: z.enum(DATASET_NAMES).optional(),
  })
  .refine((input) => input.topic !== undefined || input.name !== undefined, {
    message: 'say a topic or a name',
  });

export const datasetLibrary = declare({
  id: 'dataset-library',
  name: 'Open Data Library',
  description:
    'Finds a real open data set by topic or name and returns it as a table: stock prices, the S&P 500 index, ' +
    'weather, CO2 concentration, global temperature, life expectancy and income of countries, unemployment by ' +
    'industry, employment, cars, movies, penguins, electricity generation, natural disasters, crop yields.',
  capability: 'dataset',
  price: 8_000n,
  inputs: [
    takes('topic', 'string', 'words that say what the data should be about; this or name is needed'),
    takes('name', 'string', 'exact name of a data set; this or topic is needed', { allowed: DATASET_NAMES }),
  ],
  input: datasetInput,
  output: 'table',
  answer: table,
  reputation: 9_400,
  uptime: 0.999,
  latencyMs: 120,
  example: { topic: 'stock prices' },
  tags: ['data', 'dataset', 'open data', 'table', 'prices', 'stocks', 'weather', 'climate'],
});
