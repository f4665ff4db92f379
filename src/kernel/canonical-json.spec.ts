import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('orders members and writes numbers as RFC 8785 says', () =>
    // after the example of RFC 8785, section 3.2.3
    expect(
      canonicalJson({
        numbers: [333333333.5, 4.5, 2e-3, 0.000000000000000000000000001],
        b: 1,
        a: '€',
      }),
    ).toBe('{"a":"€","b":1,"numbers":[333333333.5,4.5,0.002,1e-27]}'));

  it('does not depend on the order members were set in', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
      }),
    ));

  it('is what the library of the standard writes, however deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
        fc.pre(isStrict(value));
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
    let deep: unknown = { b: 1, a: -0 };
    for (let level = 0; level < 200; level++) deep = level % 2 ? [deep] : { deep, a: level };
    expect(canonicalJson(deep)).toBe(canonicalize(deep));
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a hole', new Array(3)],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['an integer two parsers read differently', { n: 2 ** 53 }],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a function', () => 1],
    ['half a character', { text: '\ud800' }],
    ['half a character in a name', { '\udc00': 1 }],
    ['a circle', circle],
  ])('refuses %s', (_what, value) => expect(() => canonicalJson(value)).toThrow(TypeError));

  it('takes the same object twice, which is no circle', () => {
    const twice = { a: 1 };
    expect(canonicalJson([twice, twice])).toBe('[{"a":1},{"a":1}]');
  });
});

const isStrict = (value: unknown): boolean =>
  JSON.stringify(value).isWellFormed() &&
  !/\\ud[89a-f]/i.test(JSON.stringify(value)) &&
  !/\d{16}|e\+/.test(JSON.stringify(value));
