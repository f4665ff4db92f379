import { describe, expect, it } from '@jest/globals';
import { loadDataset } from '../datasets/load-dataset.js';
import { anscombe, months, tableOf } from '../kit.js';
import { analyseTrend } from './analyse.js';
import { decompose } from './decompose.js';
import { mannKendall } from './mann-kendall.js';
import { regress } from './regression.js';

describe('linear regression', () => {
  it.each(['I', 'II', 'III', 'IV'])('gives the published line of Anscombe’s set %s', (set) => {
    const { x, y } = anscombe(set);
    const { slope, intercept, rSquared, pValue } = regress(x, y);
    expect(slope).toBeCloseTo(0.5, 2);
    expect(intercept).toBeCloseTo(3, 1);
    expect(rSquared).toBeCloseTo(0.667, 2);
    expect(pValue).toBeCloseTo(0.0022, 4);
  });

  it('sees no slope in a constant, and a certain one in a line', () => {
    expect(regress([1, 2, 3, 4], [5, 5, 5, 5])).toMatchObject({ slope: 0, pValue: 1 });
    expect(regress([1, 2, 3, 4], [2, 4, 6, 8])).toMatchObject({ slope: 2, rSquared: 1, pValue: 0 });
  });
});

describe('the Mann–Kendall test', () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  it('counts every pair of a rising series', () => {
    const { s, varS, z, pValue, tau, senSlope } = mannKendall(upTo(10), upTo(10));
    // n = 10: S = 45, Var S = 10·9·25 / 18 = 125, Z = 44 / √125.
    expect([s, varS, tau, senSlope]).toEqual([45, 125, 1, 1]);
    expect(z).toBeCloseTo(3.9355, 4);
    expect(pValue).toBeCloseTo(8.303e-5, 7);
  });

  it('takes tied values off the variance', () => {
    // One tie of two: S = 5, Var S = (4·3·13 − 2·1·9) / 18 = 138 / 18.
    expect(mannKendall(upTo(4), [1, 2, 2, 3])).toMatchObject({ s: 5, varS: expect.closeTo(138 / 18, 10) });
    expect(mannKendall(upTo(4), [7, 7, 7, 7])).toMatchObject({ s: 0, varS: 0, z: 0, pValue: 1 });
  });

  it('takes Sen’s slope as the median of all pairs, which one wild value does not move', () => {
    expect(mannKendall(upTo(5), [1, 2, 3, 4, 100]).senSlope).toBe(1);
  });
});

describe('seasonal decomposition', () => {
  it('takes a line and a cycle apart exactly', () => {
    const cycle = [3, -1, -2, 0];
    const values = Array.from({ length: 24 }, (_, i) => 2 * i + cycle[i % 4]!);
    const { profile, strength } = decompose(values, 4);
    expect(profile).toEqual(cycle.map((value) => expect.closeTo(value, 10)));
    expect(strength).toBeCloseTo(1, 10);
  });
});

describe('trend analysis', () => {
  it('finds the rise and the yearly breath of carbon dioxide at Mauna Loa', async () => {
    const table = await loadDataset({ name: 'co2-concentration' });
    const [co2] = analyseTrend({ table, valueColumn: 'CO2' }, 'thorough').series;
    expect(co2).toMatchObject({ unit: 'month', direction: 'rising', basis: 'mann-kendall' });
    // About 1.6 ppm a year over these six decades.
    expect(co2!.regression.slope * 12).toBeCloseTo(1.6, 1);
    expect(co2!.seasonality).toMatchObject({ period: 12, detected: true });
    expect(co2!.change.first).toBe(315.7);
  });

  it('finds the season of the weather and no trend in it', async () => {
    const table = await loadDataset({ name: 'seattle-weather' });
    const [highest] = analyseTrend({ table, valueColumn: 'temp_max' }, 'thorough').series;
    expect(highest).toMatchObject({ unit: 'day', seasonality: { period: 365, detected: true } });
    expect(Math.abs(highest!.regression.rSquared)).toBeLessThan(0.05);
  });

  it('tells series apart by the column that makes their times unique', async () => {
    const table = await loadDataset({ name: 'stocks' });
    const trend = analyseTrend({ table }, 'quick');
    expect(trend).toMatchObject({ timeColumn: 'date', groupColumn: 'symbol' });
    expect(trend.series.map(({ name }) => name)).toEqual(['MSFT', 'AMZN', 'IBM', 'GOOG', 'AAPL']);
    const apple = trend.series.at(-1)!;
    expect(apple).toMatchObject({ points: 123, from: '2000-01-01', to: '2010-03-01', direction: 'rising' });
    expect(apple.change).toMatchObject({ first: 25.94, last: 223.02 });
  });

  it('looks at each column of numbers where nothing tells rows apart, and at years that are plain numbers', () => {
    const table = tableOf({ Year: [2000, 2001, 2002, 2003], a: [1, 2, 3, 4], b: [4, 3, 2, 1] });
    const { series } = analyseTrend({ table }, 'quick');
    expect(series.map(({ name, unit, direction }) => [name, unit, direction])).toEqual([
      ['a', 'year', 'rising'],
      ['b', 'year', 'falling'],
    ]);
  });

  it('measures slopes by the calendar: one more each month is one a month, however long the months are', () => {
    const table = tableOf({ date: months(2023, 14), n: Array.from({ length: 14 }, (_, i) => i) });
    const [series] = analyseTrend({ table }, 'quick').series;
    expect(series!.regression).toMatchObject({ slope: expect.closeTo(1, 9), rSquared: expect.closeTo(1, 9) });
  });

  it('calls chance no trend', () => {
    const table = tableOf({ date: months(2024, 8), n: [5, 3, 6, 2, 5, 4, 6, 3] });
    expect(analyseTrend({ table }, 'thorough').series[0]!.direction).toBe('no clear trend');
  });

  it.each([
    ['NO_TIME_COLUMN', tableOf({ name: ['a', 'b', 'c'], n: [1, 2, 3] })],
    ['NO_VALUE_COLUMN', tableOf({ date: months(2024, 3), name: ['a', 'b', 'c'] })],
    ['TOO_FEW_POINTS', tableOf({ date: months(2024, 2), n: [1, 2] })],
  ])('refuses with %s', (code, table) => {
    expect(() => analyseTrend({ table }, 'thorough')).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a column of words as the value', () => {
    const table = tableOf({ date: months(2024, 3), name: ['a', 'b', 'c'] });
    expect(() => analyseTrend({ table, valueColumn: 'name' }, 'quick')).toThrow(
      expect.objectContaining({ code: 'WRONG_COLUMN_TYPE' }),
    );
  });
});
