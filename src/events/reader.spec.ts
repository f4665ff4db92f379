import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { givenPlanSchema } from '../planning/draft-schema.js';
import { createBodySchema } from '../requests/create-body.js';
import { REFUSED, readerOf } from './reader.js';

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'x',
    'a b',
    '0',
    0,
    -1,
    1.5,
    2 ** 53,
    1e9,
    [],
    {},
    'x'.repeat(400),
  ),
  fc.constantFrom<unknown>(undefined, 'service_call', 'wait', 'signal', 'workflow', 'fallback', 'reversible'),
  fc.jsonValue(),
);

/** The same value with one thing in it, at any depth, put in, left out or replaced. */
const changed = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== 'object' || value === null) return junk;
  const own = value as Record<string, unknown>;
  const names = Object.keys(own);
  const added = fc
    .tuple(fc.constantFrom('more', 'title', 'input', 'for', 'maxCost', 'wallet', 'metadata', 'params'), junk)
    .map(([name, more]) => (Array.isArray(value) ? [...value, more] : { ...own, [name]: more }));
  if (names.length === 0) return fc.oneof(junk, added);
  const inside = fc.constantFrom(...names).chain((name) =>
    fc.oneof(fc.constant(undefined), changed(own[name])).map((member) => {
      const copy = Array.isArray(value) ? [...value] : { ...own };
      if (member === undefined) delete (copy as Record<string, unknown>)[name];
      else (copy as Record<string, unknown>)[name] = member;
      return copy;
    }),
  );
  return fc.oneof({ arbitrary: inside, weight: 5 }, { arbitrary: fc.oneof(junk, added), weight: 1 });
};

const steps = [
  { key: 'a', kind: 'data_transform', dependsOn: [], input: '{"n": 1}', title: 'first' },
  { key: 'b', kind: 'conditional', dependsOn: ['a'], params: { deep: [1, { x: null }] } },
  { kind: 'service_call', key: 'c', capability: 'trend', input: '{}', onFailure: 'fallback' },
  { key: 'd', kind: 'wait', for: 5, when: { step: 'b', branch: 'then' } },
  { key: 'e', kind: 'signal', signal: 'paid', for: 9, dependsOn: ['d'] },
  { key: 'f', kind: 'workflow', maxCost: 0.5, input: '{"input": "x"}', requiresConfirmation: true },
  { key: 'g', kind: 'data_transform', input: '1', compensation: { input: '2' }, sideEffect: 'reversible' },
];
const plan = { result: { step: 'a', mediaType: 'text/plain' }, steps };
const bodies = [
  { plan, autoApprove: true },
  { input: '  Tell me what these figures say.  ', maxCost: 1.5, maxTime: 5_000, metadata: { a: 1, b: null } },
  {
    userId: 'user_1',
    input: 'Tell me what these figures say.',
    files: [{ name: 'a.csv', mediaType: 'text/csv', content: 'a,b' }],
    serviceFilters: { minUptime: 0.5, excludeServices: ['x'] },
    verificationLevel: 'full',
    onExhausted: 'pause',
    priority: 'high',
    funding: 'client',
    wallet: '7'.repeat(40),
  },
];

/** Order of members included: what is sealed and compared is text. */
const textOf = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, member: unknown) => (member === undefined ? 'undefined' : member));
const agrees = (schema: z.ZodType, value: unknown): void => {
  const parsed = schema.safeParse(value);
  const read = readerOf(schema)(value);
  expect(read === REFUSED ? REFUSED : textOf(read)).toBe(parsed.success ? textOf(parsed.data) : REFUSED);
};

describe('a body is read', () => {
  it.each(bodies.map((body) => [Object.keys(body).join(', '), body]))('as zod reads it: %s', (_, body) => {
    expect(readerOf(createBodySchema)(body)).not.toBe(REFUSED);
    agrees(createBodySchema, body);
    fc.assert(
      fc.property(changed(body), (other) => agrees(createBodySchema, other)),
      { numRuns: 300 },
    );
  });

  it('as zod reads it: a plan', () => {
    agrees(givenPlanSchema, plan);
    fc.assert(
      fc.property(changed(plan), (other) => agrees(givenPlanSchema, other)),
      { numRuns: 400 },
    );
  });

  it.each<[string, z.ZodType, readonly unknown[]]>([
    ['an optional default', z.strictObject({ a: z.number().default(1).optional() }), [{}, { a: undefined }]],
    ['a default of an optional', z.strictObject({ a: z.number().optional().default(1) }), [{}, { a: 2 }]],
    [
      'what may be missing and null',
      z.strictObject({ a: z.string().nullable() }),
      [{}, { a: null }, { a: '' }],
    ],
    [
      'numbers in text',
      z.strictObject({ a: z.coerce.number().int().default(3) }),
      [{}, { a: '4' }, { a: 'x' }],
    ],
    ['text that is changed', z.strictObject({ a: z.string().trim().min(1) }), [{ a: ' x ' }, { a: ' ' }]],
    ['anything, if it is there', z.strictObject({ a: z.unknown() }), [{}, { a: undefined }, { a: 1 }]],
    ['more than it names', z.object({ a: z.string() }), [{ a: 'x', b: 1 }]],
    ['no list where an object is wanted', z.strictObject({}), [[], {}, null]],
  ])('as zod reads it: %s', (_, schema, values) => {
    for (const value of values) agrees(schema, value);
  });

  it('with defaults that are nobody else’s', () => {
    const read = readerOf(z.strictObject({ list: z.array(z.string()).default([]) }));
    const [one, two] = [read({}), read({})] as { list: string[] }[];
    one!.list.push('mine');
    expect(two!.list).toEqual([]);
  });
});
