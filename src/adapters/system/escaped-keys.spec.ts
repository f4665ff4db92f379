import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import './escaped-keys.js';
import { hasEscapedKey } from './escaped-keys.js';

/** As `JSON.parse` reads an object that has one key, which no engine gets wrong, put together. */
const members = (entries: readonly (readonly [string, unknown])[]) => Object.fromEntries(entries);
const written = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

describe('escaped keys of JSON', () => {
  it('are read as they are after a text of the same form had a key with a backslash', () => {
    expect(JSON.parse('{"a":1,"caf\\\\":2}')).toEqual({ a: 1, 'caf\\': 2 });
    expect(JSON.parse('{"a":1,"caf\\u00e9":2}')).toEqual({ a: 1, café: 2 });
    expect(JSON.parse('{"h":[],"\\\\":0}')).toEqual({ h: [], '\\': 0 });
    for (const key of ['"', '\n', '\u0001', '/', '\\'])
      expect(JSON.parse(written([['h', 1] as const, [key, 2] as const]))).toEqual({ h: 1, [key]: 2 });
  });

  it('whatever was read before', () => {
    const text = fc
      .array(fc.constantFrom('a', '\\', '"', '\n', '\u0001', '😀', '\\u0000', ':', '{'), { maxLength: 3 })
      .map((parts) => parts.join(''));
    const inner = fc.array(fc.tuple(text, text), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), inner, (entries, within) => {
        const nested = `[${written(entries)},{"in" : ${written(within)}}]`;
        expect(JSON.parse(nested)).toEqual([members(entries), { in: members(within) }]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep their order, and of two of one name the last counts, at the place of the first', () => {
    const read = JSON.parse('{"b":1,"\\u0061":2,"c":3,"a":4,"\\u0062":5,"\\u0031":6}') as object;
    expect(Object.entries(read)).toEqual([
      ['1', 6],
      ['b', 5],
      ['a', 4],
      ['c', 3],
    ]);
  });

  it('are members, also __proto__', () => {
    const read = JSON.parse('{"__pro\\u0074o__":{"x":1},"y":{"\\n":[{"\\t":null}]}}') as Record<
      string,
      unknown
    >;
    expect(Object.keys(read)).toEqual(['__proto__', 'y']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read['y']).toEqual({ '\n': [{ '\t': null }] });
  });

  it('are refused where they are no JSON', () => {
    for (const text of [
      '{"\\q":1}',
      '{"a\\":1}',
      '{"\\u12":1}',
      '{"\\n" 1}',
      '{"\n\\n":1}',
      '["\\n":1]',
      '{"\\n":}',
    ])
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('are refused in the words of V8, about the text that was given', () => {
    const text = '{"\\n":1,"\\t":}';
    expect(() => JSON.parse(text)).toThrow(`Unexpected token '}', "${text}" is not valid JSON`);
  });

  it('are told from texts that hold a backslash', () => {
    for (const text of ['"\\n"', '{"a":"\\":1"}', '{"a":"\\\\"}', '["\\"","b"]', '{"a":"\\n","b":1}', ''])
      expect(hasEscapedKey(text)).toBe(false);
    for (const text of ['{"\\n":1}', '{"a":"\\n","\\u0062" :1}', '{"\\"":1}', '{"\\\\"\n:1}'])
      expect(hasEscapedKey(text)).toBe(true);
  });

  it('take a time in proportion to the text', () => {
    const many = '\\"'.repeat(500_000);
    expect(JSON.parse(`{"a":"${many}","${many}":1}`)).toHaveProperty('a', '"'.repeat(500_000));
    const long = 'a\\"'.repeat(7_000_000);
    expect(JSON.parse(`{"a":"${long}","\\n":1}`)).toHaveProperty('\n', 1);
    const deep = `${'{"\\n":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect(JSON.parse(deep)).toHaveProperty('\n');
  });

  it.each(['main', 'cli/main', 'cli/verification-thread', 'composition/verification-thread'])(
    'are seen to before anything else where %s begins: libraries keep the function they find',
    (entry) => {
      const source = readFileSync(new URL(`../../${entry}.ts`, import.meta.url), 'utf8');
      expect(source.split('\n')[0]).toMatch(/^import '[./]+\/adapters\/system\/escaped-keys\.js';$/);
    },
  );
});
