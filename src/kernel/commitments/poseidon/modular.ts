import { FIELD } from '../field.js';

/** Rows of elements of the field. Everything here is for deriving constants, once per width: plain, not fast. */
export type Matrix = readonly (readonly bigint[])[];

export const modulo = (value: bigint): bigint => {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
};

export const dot = (left: readonly bigint[], right: readonly bigint[]): bigint =>
  left.reduce((sum, element, i) => sum + element * right[i]!, 0n) % FIELD;

export const timesColumn = (matrix: Matrix, column: readonly bigint[]): bigint[] =>
  matrix.map((row) => dot(row, column));

export const rowTimes = (row: readonly bigint[], matrix: Matrix): bigint[] =>
  matrix[0]!.map((_, j) => row.reduce((sum, element, i) => sum + element * matrix[i]![j]!, 0n) % FIELD);

/** @throws RangeError for zero */
export function inverse(value: bigint): bigint {
  let [low, high] = [modulo(value), FIELD];
  let [lowFactor, highFactor] = [1n, 0n];
  if (low === 0n) throw new RangeError('zero has no inverse');
  while (low !== 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [lowFactor, highFactor] = [highFactor - quotient * lowFactor, lowFactor];
  }
  return modulo(lowFactor);
}

/** The inverse of each, at the price of one inversion and three products each. */
export function inverses(values: readonly bigint[]): bigint[] {
  const before: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    before.push(product);
    product = (product * value) % FIELD;
  }
  let rest = inverse(product);
  const found = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    found[i] = (rest * before[i]!) % FIELD;
    rest = (rest * values[i]!) % FIELD;
  }
  return found;
}

/** By elimination beside the identity. @throws RangeError for a singular matrix */
export function inverseMatrix(matrix: Matrix): Matrix {
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  rows.forEach((_, k) => {
    const pivot = rows.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (pivot < 0) throw new RangeError('the matrix has no inverse');
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const scale = inverse(rows[k]![k]!);
    const lead = rows[k]!.map((element) => (element * scale) % FIELD);
    rows.forEach((row, i) => {
      const factor = row[k]!;
      rows[i] = i === k ? lead : row.map((element, j) => modulo(element - factor * lead[j]!));
    });
  });
  return rows.map((row) => row.slice(matrix.length));
}
