import { FIELD } from '../field.js';
import { dot, inverseMatrix, type Matrix, modulo, rowTimes, timesColumn } from './modular.js';
import { HALF_FULL_ROUNDS, type Parameters } from './parameters.js';

/**
 * The partial rounds in a form that gives the same hash for a fraction of the products.
 *
 * A partial round raises only the first element x to the fifth power, so the others, y, go through rounds that
 * are linear but for s = (x + k)^5. With the matrix M = [m v; w N] and constants moved out of the way:
 *
 *     x' = m s + v y        y' = N y + w s
 *
 * That is a linear filter with s coming in and x going out, and its state y never needs to be written down: the
 * last n values of x and s (n is the size of y) say what it is. So the next x is one fixed combination of the
 * last 2n + 1 numbers in the order in which they arise, s₋ₙ x₋ₙ₊₁ … s₋₁ x₀ s₀, and is reduced once. The sparse
 * matrices of the Poseidon paper (appendix B) take as many products but reduce n + 1 times a round.
 */
export interface PartialRounds {
  /** what the first element gets added before its fifth power, by round */
  readonly constants: readonly bigint[];
  /**
   * the last matrix before the partial rounds: gives the x of a past in which every s was zero and that would
   * have led to the present y, oldest first, and then the real x
   */
  readonly entry: Matrix;
  /** the next x from the last 2n + 1 numbers */
  readonly next: readonly bigint[];
  /** y after the partial rounds, from the last 2n numbers */
  readonly exit: Matrix;
  /** what the next full round adds, with what the constants of the partial rounds have become by then */
  readonly after: readonly bigint[];
}

export function partialRoundsOf(parameters: Parameters): PartialRounds {
  const { matrix } = parameters;
  const [m, ...v] = matrix[0]! as [bigint, ...bigint[]];
  const w = matrix.slice(1).map((row) => row[0]!);
  const N = matrix.slice(1).map((row) => row.slice(1));
  const past = pastOf(v, N);
  const exit = exitOf(m, v, w, N, past);
  return {
    ...settleConstants(parameters, v, N),
    entry: [...past.map((row) => rowTimes(row, matrix.slice(1))), matrix[0]!],
    next: [...rowTimes(v, exit), m],
    exit,
  };
}

/** Rows v N⁻ⁿ … v N⁻¹: the x that lead to y when every s is zero. */
function pastOf(v: readonly bigint[], N: Matrix): Matrix {
  const back = inverseMatrix(N);
  const rows: bigint[][] = [];
  let row: readonly bigint[] = v;
  for (let i = 0; i < v.length; i++) {
    const before = rowTimes(row, back);
    rows.unshift(before);
    row = before;
  }
  return rows;
}

/** Opposite of {@link pastOf}, with what each s has done to the later x and to y. */
function exitOf(m: bigint, v: readonly bigint[], w: readonly bigint[], N: Matrix, past: Matrix): Matrix {
  const n = v.length;
  const ofOutputs = inverseMatrix(past);
  // w, N w, … : y after one s, later and later; and the x it causes: m, v w, v N w, …
  const responses: (readonly bigint[])[] = [w];
  while (responses.length < n) responses.push(timesColumn(N, responses.at(-1)!));
  const echoes = [m, ...responses.slice(0, -1).map((response) => dot(v, response))];
  return ofOutputs.map((row, i) =>
    row.flatMap((ofOutput, j) => {
      const echoed = dot(row.slice(j), echoes);
      return [modulo(responses[n - 1 - j]![i]! - echoed), ofOutput];
    }),
  );
}

/** Constants pass through the linear part, so all but the first element's can be added after the last round. */
function settleConstants({ constants, partialRounds }: Parameters, v: readonly bigint[], N: Matrix) {
  const first: bigint[] = [];
  let ofX = 0n;
  let ofY: readonly bigint[] = v.map(() => 0n);
  for (let round = 0; round < partialRounds; round++) {
    const [own, ...others] = constants[HALF_FULL_ROUNDS + round]! as [bigint, ...bigint[]];
    first.push((own + ofX) % FIELD);
    const added = ofY.map((element, i) => (element + others[i]!) % FIELD);
    ofX = dot(v, added);
    ofY = timesColumn(N, added);
  }
  const following = constants[HALF_FULL_ROUNDS + partialRounds]!;
  const after = [ofX, ...ofY].map((element, i) => (element + following[i]!) % FIELD);
  return { constants: first, after };
}
