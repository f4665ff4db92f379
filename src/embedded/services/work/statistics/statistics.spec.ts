import { describe, expect, it } from '@jest/globals';
import { loadDataset } from '../datasets/load-dataset.js';
import { anscombe, tableOf } from '../kit.js';
import { describeTable } from './describe-table.js';
import { quantile } from './quantile.js';

describe('descriptive statistics', () => {
  it('agrees with the published figures of the Palmer penguins', async () => {
    const table = await loadDataset({ name: 'penguins' });
    const { columns, groups, groupColumn } = describeTable({ table });
    const mass = columns.find(({ column }) => column === 'Body Mass (g)');
    expect(mass).toMatchObject({
      count: 342,
      missing: 2,
      median: 4050,
      q1: 3550,
      q3: 4750,
      min: 2700,
      max: 6300,
    });
    expect(mass).toMatchObject({ mean: expect.closeTo(4201.754, 3), sd: expect.closeTo(801.9545, 3) });
    expect(groupColumn).toBe('Species');
    expect(groups.map(({ group, rowCount }) => [group, rowCount])).toEqual([
      ['Adelie', 152],
      ['Chinstrap', 68],
      ['Gentoo', 124],
    ]);
  });

  it.each(['I', 'II', 'III', 'IV'])('finds what all of Anscombe’s sets have in common in set %s', (set) => {
    const { columns, correlation } = describeTable({ table: tableOf(anscombe(set)) });
    expect(columns[0]).toMatchObject({ mean: 9, sd: expect.closeTo(Math.sqrt(11), 10) });
    expect(columns[1]).toMatchObject({ mean: expect.closeTo(7.5, 2), sd: expect.closeTo(2.03, 2) });
    expect(correlation.matrix[0]![1]).toBeCloseTo(0.816, 2);
    expect(correlation.matrix[0]![0]).toBeCloseTo(1, 12);
  });

  it('interpolates quartiles as R and NumPy do', () => {
    expect([0.25, 0.5, 0.75].map((p) => quantile([1, 2, 3, 4], p))).toEqual([1.75, 2.5, 3.25]);
  });

  it('has no figures for nothing, and no correlation with a constant', () => {
    const table = tableOf({ x: [1, 2, 3], same: [5, 5, 5], none: [null, null, null] });
    table.columns[2]!.type = 'number';
    const { columns, correlation } = describeTable({ table });
    expect(columns[2]).toMatchObject({ count: 0, missing: 3, mean: null, sd: null, q1: null, min: null });
    expect(correlation.matrix[0]).toEqual([expect.closeTo(1, 12), null, null]);
  });

  it('refuses an empty table, a column that is not there and too many groups', () => {
    const table = tableOf({ n: Array.from({ length: 201 }, (_, i) => i) });
    expect(() => describeTable({ table: { ...table, rows: [] } })).toThrow(
      expect.objectContaining({ code: 'NO_ROWS' }),
    );
    expect(() => describeTable({ table, groupColumn: 'm' })).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_COLUMN' }),
    );
    expect(() => describeTable({ table, groupColumn: 'n' })).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_GROUPS' }),
    );
  });
});
