import { describe, expect, it } from '@jest/globals';
import { offerOf } from '../services/declaration.js';
import { DECLARATIONS } from '../services/declarations.js';
import { bazaarOf } from '../services/discovery/bazaar.js';
import { WORKSHOP } from '../services/workshop.js';
import { fitsSchema } from './stated-schema.js';

const at = { baseUrl: 'https://bazaar.example', payTo: 'payee', network: 'solana:x', asset: 'usdc' };
const declared = DECLARATIONS.map((one) => [one.id, one] as const);

describe('what a service says of itself', () => {
  it.each(declared)('%s: its example is a call that it takes', (id, { example }) => {
    const service = WORKSHOP.find(({ declaration }) => declaration.id === id)!;
    expect(example).toBeDefined();
    expect(() => service.read(example)).not.toThrow();
  });

  it.each(declared)('%s: what it declares fits the schema it declares, in short and whole', (_, one) => {
    const offer = offerOf(one, at);
    for (const size of ['short', 'whole'] as const) {
      const { info, schema } = bazaarOf(offer, one.example, size);
      expect(fitsSchema(info, schema)).toBe(true);
      const elsewhere = { ...info, input: { ...info.input, method: 'GET' } };
      expect(fitsSchema(elsewhere, schema)).toBe(false);
    }
  });

  it.each(declared)('%s: what stands in the 402 answer is short enough for a header', (_, one) => {
    const { info, schema } = bazaarOf(offerOf(one, at), one.example, 'short');
    expect(JSON.stringify({ info, schema }).length).toBeLessThan(2_200);
  });
});

describe('a schema of a stranger', () => {
  const nested = (levels: number): unknown =>
    levels === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(levels - 1) } };
  const doubling = {
    $ref: '#/$defs/a0',
    $defs: Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `a${n}`,
        n === 29
          ? { type: 'object' }
          : { allOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] },
      ]),
    ),
  };

  it.each<[string, unknown]>([
    ['none', undefined],
    ['a word', 'object'],
    ['one that refers to a web page', { $ref: 'https://evil.example/schema.json' }],
    ['one that refers to a file', { $ref: 'file:///etc/passwd' }],
    ['one that doubles thirty times', doubling],
    ['one without an end', { $ref: '#' }],
    ['one of words that are not read', { type: 'object', dependentRequired: { a: ['b'] } }],
    ['one two thousand deep', nested(2_000)],
  ])('fits nothing where it is %s', (_, schema) => {
    expect(fitsSchema({ a: 1 }, schema)).toBe(false);
  });

  it('has no patterns run, and is asked for the rest', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', pattern: '^(a+)+$' }, format: { type: 'string' } },
      required: ['name'],
    };
    expect(fitsSchema({ name: `${'a'.repeat(60)}!` }, schema)).toBe(true);
    expect(fitsSchema({ name: 7 }, schema)).toBe(false);
    expect(fitsSchema({ name: 'a', format: 7 }, schema)).toBe(false);
  });
});
