import { createHash } from 'node:crypto';
import { readR1cs, type Terms } from '../../src/adapters/snarkjs/child/r1cs.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';

const mod = (value: bigint) => ((value % FIELD) + FIELD) % FIELD;

function power(base: bigint, exponent: bigint): bigint {
  let [out, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) out = (out * square) % FIELD;
    square = (square * square) % FIELD;
  }
  return out;
}

const inverse = (value: bigint) => power(value, FIELD - 2n);

/**
 * What a proof under a development key must be, as multiples of the generators: with the trapdoor known, it is
 * arithmetic in the field alone, without a proving key, a transform or a sum of points.
 * Groth, "On the Size of Pairing-based Non-interactive Arguments" (2016), section 3.2.
 */
export function trapdoorProver(
  r1csBytes: Uint8Array,
  seed: string,
  witness: readonly bigint[],
): (r: bigint, s: bigint) => { readonly a: bigint; readonly b: bigint; readonly c: bigint } {
  const secret = (name: string) => {
    const wide = createHash('sha512').update(`quittance/development-key/v1|${seed}|${name}`).digest('hex');
    return (BigInt(`0x${wide}`) % (FIELD - 1n)) + 1n;
  };
  const [tau, alpha, beta, delta] = ['tau', 'alpha', 'beta', 'delta'].map(secret) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const r1cs = readR1cs(r1csBytes);
  const rows = r1cs.constraints + r1cs.publics + 1;
  const bits = Math.ceil(Math.log2(rows));
  const root = power(5n, (FIELD - 1n) >> BigInt(bits));
  const scale = mod((power(tau, 1n << BigInt(bits)) - 1n) * inverse(1n << BigInt(bits)));

  /** of the constraints' polynomials at tau, for all wires and for those that are public */
  const all = [0n, 0n, 0n];
  const known = [0n, 0n, 0n];
  const count = (side: number, wire: number, value: bigint) => {
    const times = mod(value * witness[wire]!);
    all[side] = (all[side]! + times) % FIELD;
    if (wire <= r1cs.publics) known[side] = (known[side]! + times) % FIELD;
  };
  let point = 1n;
  const lagrange = () => {
    const value = mod(scale * point * inverse(mod(tau - point)));
    point = (point * root) % FIELD;
    return value;
  };
  for (const sides of r1cs.each()) {
    const at = lagrange();
    sides.forEach((terms: Terms, side) => {
      for (const [wire, coefficient] of terms) count(side, wire, coefficient * at);
    });
  }
  for (let wire = 0; wire <= r1cs.publics; wire++) count(0, wire, lagrange());

  const combined = ([u, v, w]: readonly bigint[]) => beta * u! + alpha * v! + w!;
  const quotient = all[0]! * all[1]! - all[2]!;
  const hidden = mod(combined(all) - combined(known) + quotient) * inverse(delta);
  return (r, s) => {
    const a = mod(alpha + all[0]! + r * delta);
    const b = mod(beta + all[1]! + s * delta);
    return { a, b, c: mod(hidden + s * a + r * b - r * s * delta) };
  };
}
