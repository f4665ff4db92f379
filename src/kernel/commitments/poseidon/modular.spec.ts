import { describe, expect, it } from '@jest/globals';
import { FIELD } from '../field.js';
import { inverse, inverseMatrix, inverses, timesColumn } from './modular.js';

describe('inverses', () => {
  it.each([1n, 2n, FIELD - 1n, 12345678901234567890n])('of %i multiply to one', (value) => {
    expect((inverse(value) * value) % FIELD).toBe(1n);
    expect(inverses([3n, value])).toEqual([inverse(3n), inverse(value)]);
  });

  it.each([[[0n]], [[1n, 0n]], [[FIELD]]])('of %p do not exist', (values) => {
    expect(() => inverses(values)).toThrow(RangeError);
  });

  it('of a matrix undo it, also when a pivot is zero', () => {
    const matrix = [
      [0n, 2n, 1n],
      [3n, 0n, 5n],
      [7n, 1n, 0n],
    ];
    const column = [11n, 12n, 13n];
    expect(timesColumn(inverseMatrix(matrix), timesColumn(matrix, column))).toEqual(column);
  });

  it('of a singular matrix do not exist', () => {
    const singular = [
      [1n, 2n],
      [2n, 4n],
    ];
    expect(() => inverseMatrix(singular)).toThrow(RangeError);
  });
});
