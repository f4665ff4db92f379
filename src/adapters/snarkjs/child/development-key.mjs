import { createHash } from 'node:crypto';
import { FixedBase } from '../groth16/fixed-base.mjs';
import { Q } from '../groth16/kernel/limbs.mjs';
import { inverse, inverses, littleEndian, mod, pow, R, rootOfUnity } from './field.mjs';
import { readR1cs } from './r1cs.mjs';

/**
 * A Groth16 proving key in seconds, for development. Its trapdoor follows from a seed that everyone can read, so
 * anybody can forge proofs for it: key, receipt and verifier say `development`, and a production verifier refuses
 * it. A key for production comes from a ceremony.
 *
 * Knowing the trapdoor, every point of the key is a known multiple of a generator, so that no powers of tau are
 * needed. Groth, "On the Size of Pairing-based Non-interactive Arguments" (2016), section 3.2; the layout is that
 * of snarkjs's .zkey, version 1.
 */
export function developmentKey(r1csBytes, seed, progress = () => {}) {
  const secret = (name) => {
    const wide = createHash('sha512').update(`quittance/development-key/v1|${seed}|${name}`).digest('hex');
    return (BigInt(`0x${wide}`) % (R - 1n)) + 1n;
  };
  const [tau, alpha, beta, gamma, delta] = ['tau', 'alpha', 'beta', 'gamma', 'delta'].map(secret);
  const r1cs = readR1cs(r1csBytes);
  let bits = 1;
  while (1 << bits < r1cs.constraints + r1cs.publics + 1) bits++;
  progress('evaluating the constraints at a secret point');
  const { a, b, c, coefficients } = evaluate(r1cs, lagrange(tau, bits));
  const combined = a.map((value, wire) => mod(beta * value + alpha * b[wire] + c[wire]));
  const divided = (values, by) => {
    const inverted = inverse(by);
    return values.map((value) => (value * inverted) % R);
  };
  const publics = r1cs.publics + 1;
  progress(`multiplying ${4 * r1cs.wires + (1 << bits)} points`);
  const [g1, g2] = ['g1', 'g2'].map((name) => {
    const base = new FixedBase(name);
    return (scalars) => base.multiply(scalars);
  });
  const [alpha1, beta1, delta1] = [[alpha], [beta], [delta]].map(g1);
  const [beta2, gamma2, delta2] = [[beta], [gamma], [delta]].map(g2);
  const header = [u32(32), littleEndian(Q), u32(32), littleEndian(R)];
  header.push(u32(r1cs.wires, r1cs.publics, 1 << bits), alpha1, beta1, beta2, gamma2, delta1, delta2);
  return zkey([
    [1, [u32(1)]],
    [2, header],
    [3, [g1(divided(combined.slice(0, publics), gamma))]],
    [4, [coefficients]],
    [9, [g1(divided(oddLagrange(tau, bits), delta))]],
    [8, [g1(divided(combined.slice(publics), delta))]],
    [5, [g1(a)]],
    [6, [g1(b)]],
    [7, [g2(b)]],
    // no contribution: this is what `snarkjs zkey verify` would object to
    [10, [new Uint8Array(64), u32(0)]],
  ]);
}

/** Every Lagrange polynomial of the domain, at tau: L_i = (tau^m - 1) / m · w^i / (tau - w^i). */
const lagrange = (tau, bits) =>
  atTau(tau, 1n, rootOfUnity(bits), bits, (pow(tau, 1n << BigInt(bits)) - 1n) * inverse(1n << BigInt(bits)));

/** snarkjs evaluates the quotient on the odd half of a domain twice as large. */
const oddLagrange = (tau, bits) =>
  atTau(
    tau,
    rootOfUnity(bits + 1),
    rootOfUnity(bits),
    bits,
    (pow(tau, 2n << BigInt(bits)) - 1n) * inverse(2n << BigInt(bits)),
  );

function atTau(tau, start, step, bits, factor) {
  const points = new Array(1 << bits);
  for (let i = 0, x = start; i < points.length; i++, x = (x * step) % R) points[i] = x;
  const scale = mod(factor);
  return inverses(points.map((x) => mod(tau - x))).map(
    (inverted, i) => (((scale * points[i]) % R) * inverted) % R,
  );
}

/** A, B and C of every wire at tau, and the coefficients of A and B as the proving key lists them. */
function evaluate(r1cs, basis) {
  const [a, b, c] = [0, 1, 2].map(() => new Array(r1cs.wires).fill(0n));
  const sides = [a, b, c];
  const rows = [];
  const montgomery = new Map();
  const encoded = (value) => {
    let bytes = montgomery.get(value);
    // the prover multiplies by two Montgomery factors
    if (!bytes) {
      bytes = littleEndian((value * R_SQUARED) % R);
      montgomery.set(value, bytes);
    }
    return bytes;
  };
  let row = 0;
  for (const constraint of r1cs.each()) {
    constraint.forEach((terms, side) => {
      for (const [wire, value] of terms) {
        sides[side][wire] = (sides[side][wire] + value * basis[row]) % R;
        if (side < 2) rows.push([side, row, wire, encoded(value)]);
      }
    });
    row++;
  }
  // one more row for each public signal, so that none can be dropped
  for (let wire = 0; wire <= r1cs.publics; wire++, row++) {
    a[wire] = (a[wire] + basis[row]) % R;
    rows.push([0, row, wire, encoded(1n)]);
  }
  return { a, b, c, coefficients: coefficientTable(rows) };
}

const R_SQUARED = pow(2n, 512n);

function coefficientTable(rows) {
  const table = Buffer.alloc(4 + 44 * rows.length);
  table.writeUInt32LE(rows.length);
  rows.forEach(([side, row, wire, bytes], i) => {
    const at = 4 + 44 * i;
    table.writeUInt32LE(side, at);
    table.writeUInt32LE(row, at + 4);
    table.writeUInt32LE(wire, at + 8);
    table.set(bytes, at + 12);
  });
  return table;
}

const u32 = (...values) => new Uint8Array(new Uint32Array(values).buffer);

function zkey(sections) {
  const parts = [new TextEncoder().encode('zkey'), u32(1, sections.length)];
  for (const [type, content] of sections) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(content.reduce((sum, part) => sum + part.length, 0)));
    parts.push(u32(type), length, ...content);
  }
  return Buffer.concat(parts);
}
