import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../kernel/canonical-json.js';
import { EXPRESSION_BOUNDS } from './expression-language.js';
import { plainResult } from './expression-result.js';
import { BEYOND, templateOf } from './expression-template.js';
import { type Node, parse } from './expression-tree.js';

const templateFor = (text: string) => templateOf(parse(text).ast() as unknown as Node);
/** What the interpreter makes of it, or the code of its error. */
const interpreted = async (text: string, context: Json): Promise<unknown> => {
  try {
    return plainResult(await parse(text).evaluate(context));
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};
const filled = (text: string, context: Json): unknown => {
  const value = templateFor(text)?.(context);
  if (value === BEYOND) return BEYOND;
  try {
    return plainResult(value);
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

const names = ['a', 'b', '1', '0', 'length', 'constructor', '_jsonata_function'] as const;
const name = fc.constantFrom(...names);
const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constantFrom<Json>(null, true, false, 0, -1, 2.5, '', '[', 'text'),
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const literal = data.map((value) => JSON.stringify(value));
const path = fc
  .tuple(fc.constantFrom('steps', 'inputs', 'request'), fc.array(name, { maxLength: 3 }))
  .map(([root, rest]) => [root, ...rest.map((part) => `\`${part}\``)].join('.'));
const expression = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    path,
    literal,
    fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(name, tie('node')), { maxLength: 4 })
      .map((pairs) => `{${pairs.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`),
  ),
})).node;
const context = fc.record({ steps: data, inputs: data, request: data });

describe('A template', () => {
  it('gives what the interpreter gives, or leaves it to the interpreter', async () => {
    let both = 0;
    await fc.assert(
      fc.asyncProperty(expression, context, async (text, its) => {
        if (!templateFor(text)) return;
        const mine = filled(text, its);
        if (mine === BEYOND) return;
        both += 1;
        // as text: members stand in the same order, too
        expect(JSON.stringify(mine)).toBe(JSON.stringify(await interpreted(text, its)));
      }),
      { numRuns: 1_000 },
    );
    expect(both).toBeGreaterThan(300);
  });

  const its: Json = {
    steps: { s: { list: [1, 2], one: { deep: 'x' }, nothing: null } },
    inputs: [],
    request: {},
  };

  it.each([
    ['{"text": steps.s.one.deep, "n": 1, "none": steps.s.missing}', { text: 'x', n: 1 }],
    ['steps.s.list', [1, 2]],
    ['[steps.s.one, [1, [2]], null, steps.s.none]', [{ deep: 'x' }, [1, [2]], null]],
    ['steps.s.nothing.more', null],
    ['-0', 0],
  ])('%s is one', (text, expected) => expect(filled(text, its)).toStrictEqual(expected));

  it.each([
    'steps.s.list[0]',
    'steps.s.*',
    'steps.s.list.$string()',
    'steps.s.list[]',
    '$count(steps.s.list)',
    '1 + 1',
    '{"a": 1, "a": 2}',
    '{request.text: 1}',
    '{"__proto__": 1}',
    '[1..3]',
    'steps.s{"a": one}',
    '$$.steps.s',
  ])('%s is none', (text) => expect(templateFor(text)).toBeUndefined());

  it.each([
    ['members of the items of a list', 'steps.s.list.one', its],
    ['a list that becomes part of another', '[steps.s.list]', its],
    [
      'a list as long as no expression may give',
      'steps.s',
      { steps: { s: Array(EXPRESSION_BOUNDS.sequenceItems + 1).fill(0) } },
    ],
    [
      'a member of what looks like a function',
      'steps.s.a',
      { steps: { s: { _jsonata_lambda: true, a: 1 } } },
    ],
  ])('leaves %s to the interpreter', (_, text, data) => expect(filled(text, data as Json)).toBe(BEYOND));

  it('is none with more nodes than the depth that is allowed', () => {
    const list = (length: number) => `[${Array(length).fill('1').join(',')}]`;
    expect(templateFor(list(499))).toBeDefined();
    expect(templateFor(list(500))).toBeUndefined();
  });
});
