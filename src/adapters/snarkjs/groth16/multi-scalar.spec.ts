import { describe, expect, it } from '@jest/globals';
import { bn254 } from '@noble/curves/bn254.js';
import { type Coordinates, multiScalar } from '../../../../test/kit/multi-scalar.mjs';
import { FIELD } from '../../../kernel/commitments/field.js';

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
type P1 = InstanceType<typeof G1>;
type P2 = InstanceType<typeof G2>;

const BITS = [2, 3, 5, 8, 13];

/** numbers that look like any, and are the same in every run */
function numbers(seed: bigint) {
  let state = seed;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % FIELD;
    state = (state * state + seed) % FIELD;
    return state;
  };
}

const groups = {
  g1: {
    generator: G1.BASE as P1 | P2,
    zero: G1.ZERO as P1 | P2,
    coordinates: (point: P1 | P2): Coordinates => {
      const { x, y } = (point as P1).toAffine();
      return [x, y];
    },
  },
  g2: {
    generator: G2.BASE as P1 | P2,
    zero: G2.ZERO as P1 | P2,
    coordinates: (point: P1 | P2): Coordinates => {
      const { x, y } = (point as P2).toAffine();
      return [x.c0, x.c1, y.c0, y.c1];
    },
  },
};

/** The same by noble's curve, where the points are known multiples of the generator. */
function expected(name: 'g1' | 'g2', multiples: readonly bigint[], scalars: readonly bigint[]) {
  const sum = multiples.reduce((total, multiple, i) => (total + multiple * scalars[i]!) % FIELD, 0n);
  return sum === 0n ? undefined : groups[name].coordinates(groups[name].generator.multiply(sum) as P1);
}

function pointsOf(name: 'g1' | 'g2', multiples: readonly bigint[]) {
  const { generator, coordinates } = groups[name];
  const known = new Map<bigint, Coordinates>();
  return multiples.map((multiple) => {
    if (multiple === 0n) return undefined;
    const point = known.get(multiple) ?? coordinates(generator.multiply(multiple) as P1);
    known.set(multiple, point);
    return point;
  });
}

describe.each(['g1', 'g2'] as const)('the multi-scalar multiplication in %s', (name) => {
  const next = numbers(name === 'g1' ? 7n : 11n);
  const agrees = (multiples: readonly bigint[], scalars: readonly bigint[], bits: number) =>
    expect(multiScalar(name, pointsOf(name, multiples), scalars, bits)).toEqual(
      expected(name, multiples, scalars),
    );

  it.each(BITS)('gives what noble gives for any points and scalars, by windows of %i bits', (bits) => {
    const multiples = Array.from({ length: 12 }, next);
    agrees(multiples, multiples.map(next), bits);
  });

  it.each(BITS)('is right at the edges of a scalar, by windows of %i bits', (bits) => {
    const half = (FIELD - 1n) / 2n;
    const edges = [0n, 1n, 2n, FIELD - 1n, FIELD - 2n, half, half + 1n, 2n ** 253n, 2n ** 253n - 1n];
    const window = 1n << BigInt(bits);
    const scalars = [...edges, window, window - 1n, window / 2n, window / 2n + 1n, 2n ** 252n - 1n];
    agrees(scalars.map(next), scalars, bits);
    for (const scalar of scalars) agrees([5n], [scalar], bits);
  });

  it('leaves out points at infinity and scalars of zero', () => {
    agrees([3n, 0n, 4n, 0n], [9n, 8n, 0n, 0n], 4);
    agrees([0n, 0n], [9n, 8n], 4);
    agrees([6n, 7n], [0n, 0n], 4);
    agrees([], [], 4);
  });

  it('adds a point to itself and to its negative wherever they meet in a bucket', () => {
    const one = [2n, 2n, 2n, 2n, 2n, 2n, 2n];
    agrees(
      one,
      one.map(() => 3n),
      5,
    );
    const pairs = [9n, FIELD - 9n, 9n, FIELD - 9n, 9n];
    agrees(
      pairs,
      pairs.map(() => 6n),
      5,
    );
    agrees([...pairs, 1n], [6n, 6n, FIELD - 6n, FIELD - 6n, 6n, 6n], 5);
    // sums that become equal, or opposite, only after the first round
    agrees([1n, 4n, 2n, 3n], [7n, 7n, 7n, 7n], 5);
    agrees([1n, 4n, FIELD - 2n, FIELD - 3n], [7n, 7n, 7n, 7n], 5);
  });

  it('is right where buckets themselves are equal or opposite', () => {
    agrees([5n, 5n, FIELD - 5n, 5n], [1n, 2n, 3n, 4n], 5);
    agrees([10n, FIELD - 10n], [1n, 2n], 5);
    agrees([5n, 5n, 10n, FIELD - 20n], [1n, 2n, 3n, 4n], 5);
  });

  it('is right for few points many times over, in all mixtures', () => {
    for (let round = 0; round < (name === 'g1' ? 150 : 40); round++) {
      const count = 1 + Number(next() % 24n);
      const pick = <T>(of: readonly T[]) => of[Number(next() % BigInt(of.length))]!;
      const multiples = Array.from({ length: count }, () => pick([0n, 1n, 2n, 3n, FIELD - 1n, FIELD - 2n]));
      const scalars = multiples.map(() => pick([0n, 1n, 2n, 3n, FIELD - 1n, FIELD - 3n, 17n]));
      agrees(multiples, scalars, 2 + (round % 5));
    }
  });
});

it('adds thousands, of which some meet themselves', () => {
  const next = numbers(13n);
  const multiples = Array.from({ length: 5_000 }, (_, i) => BigInt(1 + (i % 50)));
  agreesLarge(
    multiples,
    multiples.map(() => next() % 8n),
  );
  function agreesLarge(given: readonly bigint[], scalars: readonly bigint[]) {
    expect(multiScalar('g1', pointsOf('g1', given), scalars, 4)).toEqual(expected('g1', given, scalars));
  }
});
