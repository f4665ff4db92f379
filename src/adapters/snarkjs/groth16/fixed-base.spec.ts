import { describe, expect, it } from '@jest/globals';
import { bn254 } from '@noble/curves/bn254.js';
import { FIELD } from '../../../kernel/commitments/field.js';
import { FixedBase } from './fixed-base.mjs';

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** coordinates out of Montgomery form */
const numbers = (bytes: Uint8Array): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) => {
    const value = BigInt(
      `0x${Buffer.from(bytes.slice(32 * i, 32 * i + 32))
        .reverse()
        .toString('hex')}`,
    );
    return (value * inverse256) % Q;
  });
let inverse256 = 1n;
for (let bit = 0; bit < 256; bit++) inverse256 = (inverse256 & 1n ? inverse256 + Q : inverse256) >> 1n;

const edges = [0n, 1n, 2n, 3n, 1023n, 1024n, 1025n, FIELD - 1n, FIELD - 2n, 1n << 253n, (1n << 253n) - 1n];
const scalars = [...edges, ...Array.from({ length: 20 }, (_, i) => (FIELD / 7919n) * BigInt(i + 1) ** 2n)];

describe('multiples of a generator', () => {
  it('are those of noble in the first group, and zeros for none', () => {
    const expected = scalars.flatMap((scalar) => {
      if (scalar === 0n) return [0n, 0n];
      const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
      return [x, y];
    });
    expect(numbers(new FixedBase('g1').multiply(scalars))).toEqual(expected);
  });

  it('are those of noble in the second group', () => {
    const expected = scalars.flatMap((scalar) => {
      if (scalar === 0n) return [0n, 0n, 0n, 0n];
      const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
      return [x.c0, x.c1, y.c0, y.c1];
    });
    expect(numbers(new FixedBase('g2').multiply(scalars))).toEqual(expected);
  });

  it('are many at once, the same whichever others there are', () => {
    const base = new FixedBase('g1');
    const many = Array.from({ length: 5_000 }, (_, i) => scalars[i % scalars.length]!);
    const out = base.multiply(many);
    expect(Buffer.from(out.slice(0, 64 * scalars.length)).equals(base.multiply(scalars))).toBe(true);
    const last = Math.floor(5_000 / scalars.length) * scalars.length - scalars.length;
    expect(
      Buffer.from(out.slice(64 * last, 64 * (last + scalars.length))).equals(base.multiply(scalars)),
    ).toBe(true);
  });

  it('are refused of what is no scalar', () => {
    const base = new FixedBase('g1');
    for (const scalar of [-1n, FIELD, 1n << 256n])
      expect(() => base.multiply([scalar])).toThrow('below the order');
  });
});
