import { describe, expect, it } from '@jest/globals';
import { loadDataset } from '../datasets/load-dataset.js';
import { months, tableOf } from '../kit.js';
import { forecastTable } from './forecast-table.js';

const steps = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a forecast', () => {
  it('continues a line and its cycle exactly, by Holt–Winters', () => {
    const cycle = [5, 3, 0, -2, -4, -6, -5, -1, 1, 2, 3, 4];
    const at = (i: number) => 100 + 2 * i + cycle[i % 12]!;
    const table = tableOf({ date: months(2018, 60), n: steps(60).map(at) });
    const [series] = forecastTable({ table, horizon: 14 }).series;
    expect(series).toMatchObject({ method: 'holt-winters', period: 12, rmse: expect.closeTo(0, 6) });
    expect(series!.points.map(({ value }) => value)).toEqual(
      steps(14).map((i) => expect.closeTo(at(60 + i), 6)),
    );
    expect(series!.points[0]!.time).toBe('2023-01-01');
    expect(series!.points.at(-1)!.time).toBe('2024-02-01');
  });

  it('gives a straight line with the prediction interval of the textbook for few points', () => {
    // y = 1, 2, 2, 3 at x = 0..3: slope 0.6, s² = 0.1; at x = 4 the half width is t(0.975, 2)·s·√(1 + 1/4 + 2.5²/5).
    const table = tableOf({ Year: [2000, 2001, 2002, 2003], n: [1, 2, 2, 3] });
    const [series] = forecastTable({ table, horizon: 1 }).series;
    const half = 4.302653 * Math.sqrt(0.1) * Math.sqrt(1 + 0.25 + 6.25 / 5);
    expect(series).toMatchObject({
      method: 'linear',
      points: [
        {
          time: '2004',
          value: expect.closeTo(3.5, 9),
          low: expect.closeTo(3.5 - half, 4),
          high: expect.closeTo(3.5 + half, 4),
        },
      ],
    });
  });

  it('foresaw the last two years of carbon dioxide within its own interval', async () => {
    const whole = await loadDataset({ name: 'co2-concentration' });
    const table = { ...whole, rows: whole.rows.slice(0, -24) };
    const { points } = forecastTable({ table, horizon: 24, valueColumn: 'CO2' }).series[0]!;
    const actual = whole.rows.slice(-24).map((row) => row['CO2'] as number);
    const inside = actual.filter((value, i) => value >= points[i]!.low && value <= points[i]!.high);
    expect(inside.length).toBeGreaterThanOrEqual(22);
    expect(Math.abs(points[23]!.value - actual[23]!)).toBeLessThan(1.5);
  });

  it('is less sure the further it looks', async () => {
    const table = await loadDataset({ name: 'sp500' });
    const { points } = forecastTable({ table }).series[0]!;
    const widths = points.map(({ low, high }) => high - low);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  });

  it('refuses a series of three points', () => {
    const table = tableOf({ date: months(2024, 3), n: [1, 2, 3] });
    expect(() => forecastTable({ table })).toThrow(expect.objectContaining({ code: 'TOO_FEW_POINTS' }));
  });
});
