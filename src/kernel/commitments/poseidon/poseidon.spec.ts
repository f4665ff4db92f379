import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import * as reference from 'poseidon-lite';
import { FIELD } from '../field.js';
import { ARITY, poseidon } from '../poseidon.js';
import { Arena } from './arena.js';
import { ELEMENT_BYTES, montgomeryModule } from './montgomery.js';
import { parametersOf } from './parameters.js';
import { Permutation } from './permutation.js';
import { plainPoseidon } from './plain.js';

const references = { ...reference } as unknown as Readonly<Record<string, (inputs: bigint[]) => bigint>>;
const referenceHash = (inputs: readonly bigint[]): bigint =>
  references[`poseidon${inputs.length}`]!([...inputs]);

const edges = [0n, 1n, 2n, FIELD - 1n, FIELD - 2n, (FIELD - 1n) / 2n, (1n << 253n) + 1n, (1n << 232n) - 1n];
const element = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: FIELD - 1n }));
const elements = (count: number) => fc.array(element, { minLength: count, maxLength: count });
const widths = Array.from({ length: ARITY }, (_, i) => i + 1);

describe.each(widths)('the hash of %i', (count) => {
  it("is circomlib's, for any elements", () => {
    fc.assert(
      fc.property(elements(count), (inputs) => poseidon(inputs) === referenceHash(inputs)),
      { numRuns: 12 },
    );
  });

  it.each(edges)("is circomlib's, of nothing but %i", (edge) => {
    const inputs = new Array<bigint>(count).fill(edge);
    expect(poseidon(inputs)).toBe(referenceHash(inputs));
  });

  it('is the same without WebAssembly', () => {
    const parameters = parametersOf(count);
    fc.assert(
      fc.property(elements(count), (inputs) => plainPoseidon(parameters, inputs) === poseidon(inputs)),
      { numRuns: 5 },
    );
  });

  it('refuses what is no element, in every place', () => {
    for (let place = 0; place < count; place++)
      for (const wrong of [-1n, FIELD, FIELD + 1n, 1n << 256n])
        expect(() => poseidon(new Array<bigint>(count).fill(1n).with(place, wrong))).toThrow(RangeError);
  });
});

describe('the hash', () => {
  it.each([[0], [17]])('refuses %i inputs', (count) => {
    expect(() => poseidon(new Array<bigint>(count).fill(1n))).toThrow(RangeError);
  });

  it('does not depend on what was hashed before, of any width', () => {
    const inputs = [[5n], [6n, 7n], new Array<bigint>(16).fill(8n)];
    const alone = inputs.map(referenceHash);
    for (let i = 0; i < 3; i++) expect(inputs.map(poseidon)).toEqual(alone);
    expect([...inputs].reverse().map(poseidon)).toEqual(alone.reverse());
  });

  it('is the same where WebAssembly is forbidden', async () => {
    const global = globalThis as { WebAssembly?: unknown };
    const { WebAssembly } = global;
    delete global.WebAssembly;
    try {
      jest.resetModules();
      const forbidden = await import('../poseidon.js');
      expect(forbidden.poseidon).not.toBe(poseidon);
      expect(forbidden.poseidon([1n, 2n])).toBe(poseidon([1n, 2n]));
    } finally {
      global.WebAssembly = WebAssembly;
    }
  });

  it.each([true, false])('is a module small enough to be compiled at once (with vectors: %p)', (isVector) => {
    expect(montgomeryModule(1, isVector).length).toBeLessThan(12_000);
  });
});

describe.each([
  ['with', true],
  ['without', false],
])('arithmetic in Montgomery form %s vectors', (_with, canUseVectors) => {
  const arena = new Arena(canUseVectors);
  const { math } = arena;
  const left = arena.allot(40);
  const right = arena.allot(40);
  const result = arena.allot(1);
  const fill = (at: number, numbers: readonly bigint[]) =>
    numbers.forEach((number, i) => {
      arena.put(number, at + i * ELEMENT_BYTES);
    });

  it('reads what was put', () => {
    fc.assert(
      fc.property(element, (number) => {
        arena.put(number, left);
        return arena.read(left) % FIELD === number;
      }),
    );
  });

  it('carries in time, however many products are summed', () => {
    const pairs = fc.integer({ min: 1, max: 40 }).chain((n) => fc.tuple(elements(n), elements(n)));
    fc.assert(
      fc.property(pairs, ([lefts, rights]) => {
        fill(left, lefts);
        fill(right, rights);
        math.dotProduct(left, right, lefts.length, result);
        const expected = lefts.reduce((sum, each, i) => sum + each * rights[i]!, 0n) % FIELD;
        return arena.read(result) % FIELD === expected;
      }),
    );
  });

  it('holds with every limb full, which is more than any element of a hash', () => {
    const full = (1n << 256n) - 1n;
    const number = arena.allot(1);
    new BigUint64Array(math.memory.buffer, number, 4).fill(full);
    for (let i = 0; i < 40; i++) for (const at of [left, right]) math.unpack(number, at + i * ELEMENT_BYTES);
    // read takes the result out of Montgomery form once more than the bare limbs were in it
    for (let count = 1; count <= 40; count++) {
      math.dotProduct(left, right, count, result);
      expect((arena.read(result) << (2n * 261n)) % FIELD).toBe((BigInt(count) * full * full) % FIELD);
    }
  });

  it('raises a sum to the fifth power, in place too', () => {
    fc.assert(
      fc.property(element, element, (base, added) => {
        arena.put(base, left);
        arena.put(added, right);
        math.fifthPower(left, right, left);
        return arena.read(left) % FIELD === (base + added) ** 5n % FIELD;
      }),
    );
  });

  it('hashes as circomlib does', () => {
    for (const count of [1, 2, 5]) {
      const permutation = new Permutation(arena, parametersOf(count));
      const some = fc.property(
        elements(count),
        (inputs) => permutation.hash(inputs) === referenceHash(inputs),
      );
      fc.assert(some, { numRuns: 12 });
    }
  });

  it('refuses to run out of its memory', () => {
    expect(() => arena.allot(20_000)).toThrow(RangeError);
  });
});
