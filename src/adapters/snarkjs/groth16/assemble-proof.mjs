import { GROUP } from './curve.mjs';
import { R } from './kernel/limbs.mjs';

/**
 * A proof from the sums over the bases. r and s hide the witness: a proof with other ones is as good, and nothing is
 * learned from two of them. Groth, "On the Size of Pairing-based Non-interactive Arguments" (2016), section 3.2.
 * @param sums Jacobian points {a, b1, b2, c, h}
 */
export function assembleProof(curve, key, sums, r, s) {
  const { g1, g2 } = GROUP;
  const add = (group, ...points) => points.reduce((sum, point) => curve.add(group, sum, point));
  const delta1 = curve.point(g1, key.delta1);
  const delta2 = curve.point(g2, key.delta2);
  const a = add(g1, sums.a, curve.point(g1, key.alpha1), curve.times(g1, delta1, r));
  const b1 = add(g1, sums.b1, curve.point(g1, key.beta1), curve.times(g1, delta1, s));
  const b2 = add(g2, sums.b2, curve.point(g2, key.beta2), curve.times(g2, delta2, s));
  const c = add(
    g1,
    sums.c,
    sums.h,
    curve.times(g1, a, s),
    curve.times(g1, b1, r),
    curve.times(g1, delta1, (R - ((r * s) % R)) % R),
  );
  return { a, b: b2, c };
}

/** e(A, B) = e(alpha, beta) · e(signals, gamma) · e(C, delta) */
export function holds(curve, key, { a, b, c }, signals) {
  const { g1, g2 } = GROUP;
  const negated = (point) => {
    const at = curve.take(g1.jacobian);
    curve.wasm.g1m_neg(point, at);
    return at;
  };
  const ic = (i) => curve.point(g1, key.ic.subarray(64 * i, 64 * i + 64));
  const committed = signals.reduce(
    (sum, signal, i) => curve.add(g1, sum, curve.times(g1, ic(i + 1), signal)),
    ic(0),
  );
  return curve.pairsToOne([
    [a, b],
    [negated(curve.point(g1, key.alpha1)), curve.point(g2, key.beta2)],
    [negated(committed), curve.point(g2, key.gamma2)],
    [negated(c), curve.point(g2, key.delta2)],
  ]);
}

/** As snarkjs writes proofs. */
export function proofDocument(curve, { a, b, c }) {
  const point = ([x, y]) => [`${x}`, `${y}`, '1'];
  const [x0, x1, y0, y1] = curve.coordinates(GROUP.g2, b).map(String);
  return {
    pi_a: point(curve.coordinates(GROUP.g1, a)),
    pi_b: [
      [x0, x1],
      [y0, y1],
      ['1', '0'],
    ],
    pi_c: point(curve.coordinates(GROUP.g1, c)),
    protocol: 'groth16',
    curve: 'bn128',
  };
}
