import { describe, expect, it } from '@jest/globals';
import { DATASET_NAMES } from '../../offers/dataset-library.js';
import { table as shape } from '../../shapes/table.js';
import { findDataset } from './find-dataset.js';
import { loadDataset } from './load-dataset.js';

describe('the library of data sets', () => {
  it.each(DATASET_NAMES)('has %s, with a source and all the columns it describes', async (name) => {
    const table = await loadDataset({ name });
    expect(() => shape.parse(table)).not.toThrow();
    expect(table.columns.every(({ name: column }) => table.note.includes(column))).toBe(true);
    expect(table.source).toContain('vega-datasets');
  });

  it('knows dates and numbers as such', async () => {
    const { columns, rows } = await loadDataset({ name: 'stocks' });
    expect(columns).toEqual([
      { name: 'symbol', type: 'string' },
      { name: 'date', type: 'date' },
      { name: 'price', type: 'number' },
    ]);
    expect(rows).toHaveLength(560);
    expect(rows[0]).toEqual({ symbol: 'MSFT', date: '2000-01-01', price: 39.81 });
  });

  it.each([
    ['Analyse the prices of technology stocks and write a trend report', 'stocks'],
    ['How did the S&P 500 do in the crisis?', 'sp500'],
    ['rainfall in Seattle', 'seattle-weather'],
    ['carbon dioxide in the atmosphere', 'co2-concentration'],
    ['is the world getting warmer? global warming since 1880', 'global-temp'],
    ['life expectancy of countries', 'gapminder'],
    ['unemployment by industry', 'unemployment-across-industries'],
    ['fuel consumption of automobiles', 'cars'],
    ['box office of films', 'movies'],
    ['do penguin species differ in body mass', 'penguins'],
    ['wind power and renewable electricity', 'iowa-electricity'],
    ['deaths by earthquakes and floods', 'disasters'],
    ['harvest of barley', 'barley'],
  ])('answers “%s” with %s', (topic, name) => {
    expect(findDataset(topic)).toBe(name);
  });

  it('refuses a topic it has nothing about, and says what there is', () => {
    expect(() => findDataset('medieval poetry of Provence')).toThrow(
      expect.objectContaining({ code: 'NO_DATASET', figures: { names: [...DATASET_NAMES] } }),
    );
  });
});
