import { describe, expect, it } from '@jest/globals';
import { parseStrictJson, readStrictJson } from './strict-json.js';

const refusal = (text: string) => {
  try {
    parseStrictJson(text);
    return 'read';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
};

describe('strict JSON', () => {
  it.each([
    '{"a":[1,-2,0,1.5,1e-7,{"b":null}],"c":"d\\n\\u00e9\\"","e":true,"f":false}',
    ' [ ] ',
    '\t{\r\n}\n',
    '""',
    '0',
    '{"":{"":[[]]}}',
    '"\\ud83d\\ude00"',
    JSON.stringify({ text: 'x'.repeat(3_000_000), escaped: '\\"'.repeat(500_000) }),
  ])('reads what JSON.parse reads (%#)', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1,"a":1}', /^AMBIGUOUS_JSON: a is there twice/],
    ['{"a":{"b":1,"\\u0062":2}}', /^AMBIGUOUS_JSON: a\.b is there twice/],
    ['[{"x":1},{"y":1,"y":2}]', /^AMBIGUOUS_JSON: 1\.y is there twice/],
    ['{"a":1.0}', /^AMBIGUOUS_JSON: a is a number in another form than 1\./],
    ['[1e3]', /another form than 1000/],
    ['[-0]', /another form than 0/],
    ['[1.50]', /another form/],
    ['[1e400]', /another form than Infinity/],
    ['[9007199254740993]', /another form|above 2\^53/],
    ['[9007199254740992]', /above 2\^53/],
    ['"\\ud800"', /half a character/],
    ['{"\\udc00":1}', /half a character/],
    ['{"__proto__":{}}', /something else/],
    ['['.repeat(100_000), /^NOT_JSON: .*deeper than 32 levels/],
    [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, /deeper/],
  ])('refuses %j, which programs read differently', (text, why) => {
    expect(refusal(text)).toMatch(why);
  });

  it.each([
    '',
    ' ',
    '{',
    '[',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '[1,]',
    '{"a":1,}',
    '[1 2]',
    '{} {}',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    '0x1',
    'NaN',
    'Infinity',
    'undefined',
    'tru',
    'nullx',
    '"',
    '"\\x"',
    '"\\u12"',
    '"\n"',
    '"a\u0000"',
    '\uFEFF{}',
    '/* */1',
    '[1]//',
    '\u00a01',
    ']',
    ',',
  ])('says that %j is no JSON', (text) => {
    expect(refusal(text)).toMatch(/^NOT_JSON: This is not JSON: at character \d+ /);
    expect(() => JSON.parse(text)).toThrow();
  });

  it('goes on past what is ambiguous, for who reads several documents in one', () => {
    const { value, ambiguities } = readStrictJson('[{"a":1,"a":2},{"b":1},{"c":1.0}]');
    expect(value).toEqual([{ a: 2 }, { b: 1 }, { c: 1 }]);
    expect(ambiguities.map(({ path }) => path)).toEqual([
      [0, 'a'],
      [2, 'c'],
    ]);
  });

  it('takes time in proportion to what it reads, though a text is never closed', () => {
    expect(refusal(`["${'a\\\\'.repeat(1_000_000)}`)).toMatch(/^NOT_JSON/);
  });
});
