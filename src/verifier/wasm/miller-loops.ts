import { type Bn254Memory, SIZE } from './bn254-memory.js';

/** Addresses of a point of each group, prepared. */
export interface PreparedPair {
  readonly p: number;
  readonly q: number;
}

/** 6x + 2 for the number x the curve is made from: bits below the highest, the highest of them first. */
const LOOP = [...29_793_968_203_157_093_288n.toString(2)].slice(1).map((bit) => bit === '1');

/** bytes of a line's three coefficients, and of what is before the first of them in a prepared point */
const LINE = 3 * SIZE.f2;

/**
 * The product of the Miller loops of several pairs, which share their squarings.
 * Granger, Smart: "On computing products of pairings" (eprint 2006/172). The layout of prepared points is wasmcurves'.
 */
export function millerLoops(memory: Bn254Memory, pairs: readonly PreparedPair[], to: number): void {
  const { curve } = memory;
  const mark = memory.mark();
  const [vw, vv] = [memory.take(SIZE.f2), memory.take(SIZE.f2)];
  let line = LINE;
  const multiplyByLines = () => {
    for (const { p, q } of pairs) {
      const at = q + line;
      curve.f2m_mul1(at + SIZE.f2, p + SIZE.scalar, vw);
      curve.f2m_mul1(at + 2 * SIZE.f2, p, vv);
      curve.bn128__mulBy024(at, vw, vv, to);
    }
    line += LINE;
  };
  curve.ftm_one(to);
  for (const isSet of LOOP) {
    curve.ftm_square(to, to);
    multiplyByLines();
    if (isSet) multiplyByLines();
  }
  multiplyByLines();
  multiplyByLines();
  memory.release(mark);
}
