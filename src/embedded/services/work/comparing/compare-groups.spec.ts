import { describe, expect, it } from '@jest/globals';
import { loadDataset } from '../datasets/load-dataset.js';
import { tableOf } from '../kit.js';
import { compareGroups } from './compare-groups.js';

/** Student's sleep data (1908): extra hours of sleep with two drugs. */
const SLEEP = [
  [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
];
/** Dried weights of plants (Dobson 1983), R's PlantGrowth. */
const PLANTS = [
  [4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53, 5.33, 5.14],
  [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
  [6.31, 5.12, 5.54, 5.5, 5.37, 5.29, 4.92, 6.15, 5.8, 5.26],
];
const grouped = (groups: readonly (readonly number[])[]) =>
  tableOf({ group: groups.flatMap((values, i) => values.map(() => `g${i}`)), value: groups.flat() });

describe('a comparison of groups', () => {
  it('is Welch’s t-test for two, with the figures R gives for the sleep data', () => {
    const { test, significant } = compareGroups({ table: grouped(SLEEP) });
    expect(test).toMatchObject({
      name: 'welch-t',
      statistic: expect.closeTo(-1.8608, 4),
      degreesOfFreedom: expect.closeTo(17.776, 3),
      pValue: expect.closeTo(0.07939, 5),
    });
    expect(significant).toBe(false);
  });

  it('is the Kruskal–Wallis test for more, with the figures R gives for plant growth', () => {
    const { test, significant } = compareGroups({ table: grouped(PLANTS) });
    expect(test).toMatchObject({
      name: 'kruskal-wallis',
      statistic: expect.closeTo(7.9882, 4),
      degreesOfFreedom: 2,
      pValue: expect.closeTo(0.01842, 5),
    });
    expect(significant).toBe(true);
  });

  it('finds the species of penguins to differ in mass', async () => {
    const table = await loadDataset({ name: 'penguins' });
    const found = compareGroups({ table });
    expect(found).toMatchObject({ groupColumn: 'Species', valueColumn: 'Body Mass (g)', significant: true });
  });

  it('calls equal constants the same and different constants different', () => {
    const constants = (a: number, b: number) =>
      compareGroups({
        table: grouped([
          [a, a],
          [b, b],
        ]),
      }).test.pValue;
    expect([constants(1, 1), constants(1, 2)]).toEqual([1, 0]);
  });

  it.each([
    ['NO_GROUP_COLUMN', tableOf({ a: [1, 2, 3, 4] })],
    ['NO_VALUE_COLUMN', tableOf({ g: ['a', 'a', 'b', 'b'] })],
    ['TOO_FEW_POINTS', tableOf({ g: ['a', 'a', 'b', 'b'], n: [1, 2, 3, null] })],
  ])('refuses with %s', (code, table) => {
    expect(() => compareGroups({ table })).toThrow(expect.objectContaining({ code }));
  });
});
