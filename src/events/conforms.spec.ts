import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { eventCatalogue } from './catalogue.js';
import { conforms } from './conforms.js';
import type { EventDefinition } from './define.js';

const events: readonly EventDefinition[] = Object.values(eventCatalogue).flat();

const junk = fc.oneof(
  fc.constantFrom(undefined, null, true, '', 'x', '0', '-1', 0, -1, 1.5, 2 ** 53, Number.NaN, [], {}),
  fc.constantFrom(
    Number.POSITIVE_INFINITY,
    'x'.repeat(600),
    '2026-11-21T10:00:00Z',
    '2026-11-21T10:00:00.000Z',
  ),
  fc.string(),
  fc.jsonValue(),
);

/** The same value with one thing in it, at any depth, put in, left out or replaced. */
const harmed = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== 'object' || value === null) return junk;
  const own = value as Record<string, unknown>;
  const names = Object.keys(own);
  const added = junk.map((more) => (Array.isArray(value) ? [...value, more] : { ...own, more }));
  const here = fc.oneof(junk, added);
  if (names.length === 0) return here;
  const inside = fc.constantFrom(...names).chain((name) =>
    fc.oneof(fc.constant(undefined), harmed(own[name])).map((member) => {
      const changed = Array.isArray(value) ? [...value] : { ...own };
      if (member === undefined) delete (changed as Record<string, unknown>)[name];
      else (changed as Record<string, unknown>)[name] = member;
      return changed;
    }),
  );
  return fc.oneof({ arbitrary: inside, weight: 4 }, { arbitrary: here, weight: 1 });
};

describe('an event conforms to its schema', () => {
  it.each(events.map((definition) => [definition.type, definition] as const))(
    'just when zod would take it: %s',
    (_type, { schema, sample }) => {
      const accepts = conforms(schema);
      expect(accepts(sample)).toBe(true);
      fc.assert(
        fc.property(harmed(sample), (event) => {
          expect(accepts(event)).toBe(schema.safeParse(event).success);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('a schema of a kind that events do not have', () => {
  it.each([
    ['a pattern that remembers where it was', z.string().regex(/a/g), 'a'],
    ['a rule of its own', z.string().refine((text) => text !== 'b'), 'a'],
    ['a change of the value', z.string().transform(Number), 'a'],
    ['members that nobody named', z.looseObject({ a: z.string() }), { a: 'a', b: 1 }],
    ['a number made of what is none', z.coerce.number(), '1'],
    ['an address', z.url(), 'https://example.com/'],
    ['an address that may be missing', z.url().optional(), 'https://example.com/'],
    ['a list of addresses', z.array(z.url()), ['https://example.com/']],
    ['anything that is there', z.unknown(), 'a'],
  ])('is judged by zod: %s', (_name, schema, good) => {
    const accepts = conforms(z.strictObject({ inside: schema }));
    for (let times = 0; times < 2; times++) expect(accepts({ inside: good })).toBe(true);
    expect(accepts({})).toBe(z.strictObject({ inside: schema }).safeParse({}).success);
    for (const bad of ['b', {}, null, undefined, ['b']])
      expect(accepts({ inside: bad })).toBe(
        z.strictObject({ inside: schema }).safeParse({ inside: bad }).success,
      );
  });
});
