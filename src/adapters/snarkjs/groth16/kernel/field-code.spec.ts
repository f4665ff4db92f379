import { describe, expect, it } from '@jest/globals';
import { fieldOperation } from '../../../../../test/kit/multi-scalar.mjs';

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const MONTGOMERY = 1n << 261n;

describe.each([
  ['q', Q],
  ['r', R],
] as const)('the kernel modulo %s', (prefix, prime) => {
  const edges = [0n, 1n, 2n, prime - 1n, prime, prime + 1n, 2n * prime - 1n, (1n << 253n) - 1n];
  let state = prime / 3n;
  const any = () => {
    state = (state * state + 12345n) % (2n * prime);
    return state;
  };
  const cases = [
    ...edges.flatMap((a) => edges.map((b) => [a, b] as const)),
    ...Array.from({ length: 500 }, () => [any(), any()] as const),
  ];
  const apply = (name: string, ...operands: bigint[]) =>
    fieldOperation(`${prefix}_${name}`, ...operands) as bigint;
  const mod = (value: bigint) => ((value % prime) + prime) % prime;

  it('multiplies in Montgomery form and stays below twice the prime', () => {
    for (const [a, b] of cases) {
      const product = apply('mul', a, b);
      expect(mod(product * MONTGOMERY)).toBe(mod(a * b));
      expect(product < 2n * prime).toBe(true);
    }
  });

  it('adds and subtracts, and takes operands up to four times the prime', () => {
    for (const [a, b] of cases) {
      expect(apply('add', a, b)).toBe(a + b);
      for (const more of [0n, 2n * prime]) {
        const [sum, difference] = [apply('sum', a + more, b), apply('sub', a, b + more)];
        expect([mod(sum), mod(difference)]).toEqual([mod(a + b), mod(a - b)]);
        expect(sum < 2n * prime && difference < 2n * prime).toBe(true);
      }
    }
  });

  it('knows the number itself below the prime, and zero', () => {
    for (const [a] of cases) {
      expect(apply('canonical', a)).toBe(mod(a));
      expect(fieldOperation(`${prefix}_isZero`, a)).toBe(mod(a) === 0n ? 1 : 0);
    }
  });
});
