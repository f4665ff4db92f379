import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { FIELD } from '../field.js';
import { ARITY, poseidon, poseidonEach, poseidonOnce, poseidonOnceEach, SELDOM } from '../poseidon.js';
import { PAGES, PairArena } from './pair-arena.js';
import { CONSTANT_BYTES, PAIR_BYTES, pairModule } from './pair-module.js';
import { PairPermutation } from './pair-permutation.js';
import { constantLimbs } from './pair-table.js';
import { parametersOf } from './parameters.js';
import { plainPoseidon } from './plain.js';
import { addDoubles, type Code, multiplyDoubles } from './wasm-assembler.js';

const LIMB = 1n << 51n;
/** limbs of nothing but ones, of 2^50 and one less, which are as large as limbs get */
const full = [LIMB / 2n - 1n, LIMB / 2n, LIMB - 1n].map((limb) =>
  [0n, 1n, 2n, 3n].reduce((sum, i) => sum + (limb << (51n * i)), 0n),
);
const edges = [0n, 1n, 2n, FIELD - 1n, FIELD - 2n, (FIELD - 1n) / 2n, (FIELD + 1n) / 2n, ...full];
const element = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: FIELD - 1n }));
const elements = (count: number) => fc.array(element, { minLength: count, maxLength: count });
const widths = Array.from({ length: ARITY }, (_, i) => i + 1);

const unfused = (left: Code, right: Code, added: Code): Code =>
  addDoubles(multiplyDoubles(left, right), added);

describe.each(widths)('two hashes of %i at once', (count) => {
  const parameters = parametersOf(count);
  const permutation = new PairPermutation(new PairArena(), parameters);
  const both = fc.tuple(elements(count), elements(count));

  it('are those that one by one are', () => {
    const some = fc.property(both, ([one, other]) => {
      expect(permutation.hash(one, other)).toEqual([poseidonOnce(one), poseidonOnce(other)]);
    });
    fc.assert(some, { numRuns: 40 });
  });

  it('are the same before and after the time when they begin to be hashed at once', () => {
    const both = [3n, FIELD - 5n].map((each) => new Array<bigint>(count).fill(each));
    const hashes = both.map(poseidonOnce);
    for (let i = 0; i < SELDOM + 2; i++) expect(poseidonOnceEach(both)).toEqual(hashes);
  });

  it('are those of the definition', () => {
    const some = fc.property(both, ([one, other]) => {
      const plain = [plainPoseidon(parameters, one), plainPoseidon(parameters, other)];
      expect(permutation.hash(one, other)).toEqual(plain);
    });
    fc.assert(some, { numRuns: 4 });
  });

  it('are right of nothing but an edge, beside any other, and do not depend on which side they are', () => {
    const hashes = edges.map((edge) => poseidonOnce(new Array<bigint>(count).fill(edge)));
    edges.forEach((one, i) => {
      edges.forEach((other, j) => {
        const inputs = [one, other].map((edge) => new Array<bigint>(count).fill(edge));
        expect(permutation.hash(inputs[0]!, inputs[1]!)).toEqual([hashes[i], hashes[j]]);
      });
    });
  });
});

describe('many hashes', () => {
  const inputs = [[1n, 2n], [3n], [4n, 5n], [6n, 7n], [8n], [1n, 2n], [9n, 10n, 11n]];

  it.each([
    ['remembered', poseidonEach],
    ['not remembered', poseidonOnceEach],
  ])('of several widths come in the order of what is hashed, %s', (_, each) => {
    expect(each(inputs)).toEqual(inputs.map(poseidonOnce));
    expect(each(inputs.toReversed())).toEqual(inputs.map(poseidonOnce).toReversed());
    expect(each([])).toEqual([]);
  });

  it('are found where some are remembered', () => {
    const news = [21n, 22n, 23n].map((first) => [first, 1n]);
    expect(poseidon(news[1]!)).toBe(poseidonOnce(news[1]!));
    expect(poseidonEach(news)).toEqual(news.map(poseidonOnce));
  });

  it.each([[[-1n]], [[FIELD]], [[]], [new Array<bigint>(17).fill(1n)]])(
    'refuse %p, wherever it stands',
    (wrong) => {
      for (const each of [poseidonEach, poseidonOnceEach])
        for (const many of [[wrong, [1n]], [[1n], wrong], [wrong]])
          expect(() => each(many)).toThrow(RangeError);
    },
  );
});

describe('where two cannot be hashed at once, they are hashed one by one', () => {
  const global = globalThis as { WebAssembly?: unknown };
  const WebAssembly = global.WebAssembly as { readonly Module: new (bytes: Uint8Array) => object };
  const inputs = [
    [1n, 2n],
    [3n, 4n],
  ];
  const expected = inputs.map(poseidonOnce);
  const hashedAfresh = async () => {
    jest.resetModules();
    const fresh = await import('../poseidon.js');
    for (let i = 1; i < SELDOM; i++) fresh.poseidonOnceEach(inputs);
    return fresh.poseidonOnceEach(inputs);
  };
  afterEach(() => {
    global.WebAssembly = WebAssembly;
  });

  it.each([
    ['does not know the instruction', undefined],
    ['rounds products before it adds', unfused],
  ])('as on what %s', async (_what, multiplyAdd) => {
    const pairs = pairModule(PAGES);
    const instead = multiplyAdd ? pairModule(PAGES, multiplyAdd) : new Uint8Array();
    let times = 0;
    const Module = new Proxy(WebAssembly.Module, {
      construct: (target, [bytes]: [Uint8Array]) => {
        const isOfPairs = pairs.every((byte, i) => bytes[i] === byte);
        if (isOfPairs) times++;
        return new target(isOfPairs ? instead : bytes);
      },
    });
    global.WebAssembly = Object.create(WebAssembly, { Module: { value: Module } });
    expect(await hashedAfresh()).toEqual(expected);
    expect(times).toBe(1);
  });

  it('as without WebAssembly', async () => {
    delete global.WebAssembly;
    expect(await hashedAfresh()).toEqual(expected);
  });

  it('because the arithmetic says that products are rounded', () => {
    expect(() => new PairArena(unfused)).toThrow('products are rounded');
  });
});

describe('arithmetic of pairs', () => {
  const arena = new PairArena();
  const constants = arena.hold(new Array<bigint>(33).fill(0n));
  const pairs = arena.allot(33);
  const result = arena.allot(1);
  const one = arena.holdPlain([1n]);
  const doubles = new Float64Array(arena.math.memory.buffer);
  const fill = (at: number, limbs: readonly number[]) => doubles.set(limbs, at / 8);
  const numberOf = (limbs: readonly number[]) =>
    limbs.reduceRight((sum, limb) => (sum << 51n) + BigInt(limb), 0n);
  const modulo = (value: bigint) => ((value % FIELD) + FIELD) % FIELD;
  const R = modulo(1n << 306n);

  it('reads what was put', () => {
    const both = fc.property(element, element, (left, right) => {
      arena.put(left, right, pairs);
      arena.math.dotProduct(one, pairs, 1, result);
      expect(arena.readPlain(result)).toEqual([left, right]);
    });
    fc.assert(both);
  });

  // a constant has at most 2^50 - 2^9, a result 2^50 + 2^9, and the highest limb of it 2^50.5
  const largest = 2 ** 50 - 2 ** 9;
  const signs = fc.array(fc.constantFrom(-1, 0, 1), { minLength: 5, maxLength: 5 });
  const constantLimb = signs.map((all) => all.map((sign, i) => sign * (i < 4 ? largest : 2 ** 49)));
  const elementLimb = signs.map((all) =>
    all.map((sign, i) => sign * (i < 4 ? 2 ** 50 + 2 ** 9 : 2 ** 50.5)).map(Math.trunc),
  );

  it('sums 33 products of the largest limbs there are, of any signs', () => {
    const extreme = fc.property(constantLimb, elementLimb, elementLimb, (left, a, b) => {
      for (let i = 0; i < 33; i++) {
        fill(constants + i * CONSTANT_BYTES, left);
        fill(
          pairs + i * PAIR_BYTES,
          a.flatMap((limb, j) => [limb, b[j]!]),
        );
      }
      arena.math.dotProduct(constants, pairs, 33, result);
      const found = arena.readPlain(result);
      const wanted = [a, b].map((right) => modulo(33n * numberOf(left) * numberOf(right)));
      expect(found.map((each) => modulo(each * R))).toEqual(wanted);
    });
    fc.assert(extreme, { numRuns: 300 });
  });

  it('raises sums of the largest limbs to the fifth power', () => {
    const extreme = fc.property(constantLimb, elementLimb, elementLimb, (plus, a, b) => {
      fill(constants, plus);
      fill(
        pairs,
        a.flatMap((limb, j) => [limb, b[j]!]),
      );
      arena.math.fifthPower(pairs, constants, result);
      const found = arena.readPlain(result);
      // the square is divided by R once, its square three times, and so the fifth power four times
      const wanted = [a, b].map((of) => modulo((numberOf(of) + numberOf(plus)) ** 5n));
      expect(found.map((each) => modulo(each * R ** 4n))).toEqual(wanted);
    });
    fc.assert(extreme, { numRuns: 300 });
  });

  it('refuses a constant whose limbs leave no room', () => {
    expect(constantLimbs(FIELD - 1n)).toEqual([-1, 0, 0, 0, 0]);
    expect(() => constantLimbs(1n << 50n)).toThrow(RangeError);
    expect(() => arena.allot(20_000)).toThrow(RangeError);
  });

  it('is a module small enough to be compiled at once', () => {
    expect(pairModule(1).length).toBeLessThan(16_000);
  });
});
