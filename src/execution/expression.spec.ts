import { describe, expect, it, jest } from '@jest/globals';
import { type ExpressionContext, evaluate } from './expression.js';

const context: ExpressionContext = {
  inputs: [{ name: 'prices.csv', content: 'a,b\n1,2' }],
  steps: {
    step_1: {
      rows: [
        { city: 'Bonn', n: 3 },
        { city: 'Ulm', n: 5 },
        { city: 'Bonn', n: 4 },
      ],
    },
    step_2: { findings: [] },
  },
  request: { text: 'compare' },
};
const frozen = (value: ExpressionContext): ExpressionContext => {
  const freeze = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) Object.values(Object.freeze(part)).forEach(freeze);
  };
  freeze(value);
  return value;
};
const result = (text: string) => evaluate(text, frozen(context));
const refusal = (text: string) =>
  evaluate(text, context).then(
    (value) => ({ code: 'none', value }),
    (error: { code?: string; figures?: unknown; message: string }) => error,
  );

describe('An expression', () => {
  it.each([
    ['{"content": inputs[0].content}', { content: 'a,b\n1,2' }],
    ['steps.step_1.rows[n > 3].city', ['Ulm', 'Bonn']],
    ['$count(steps.step_2.findings) > 0', false],
    ['steps.step_1.rows{city: $sum(n)}', { Bonn: 7, Ulm: 5 }],
    ['$distinct(steps.step_1.rows.city)', ['Bonn', 'Ulm']],
    ['steps.step_1.rows^(>n)[0].city', 'Ulm'],
    ['$map(steps.step_1.rows, function($r) { $r.n * 2 })', [6, 10, 8]],
    ['(steps.step_1.rows.{"c": $$.request.text, "n": n})[0]', { c: 'compare', n: 3 }],
    ['steps.step_9.nothing', null],
    ['{"a": steps.step_9, "b": 1}', { b: 1 }],
    ['-0', 0],
  ])('%s gives plain JSON', async (text, expected) => {
    const got = await result(text);
    expect(got).toStrictEqual(expected);
    expect(JSON.parse(JSON.stringify(got))).toStrictEqual(got);
  });

  it('gives arrays without the flags of the interpreter', async () => {
    expect(Object.keys((await result('steps.step_1.rows.n')) as object)).toEqual(['0', '1', '2']);
  });

  it('may recurse as deep as its bound allows and group twenty times as wide', async () => {
    const sum = '($f := function($n) { $n = 0 ? 0 : $n + $f($n - 1) }; $f(40))';
    expect(await result(sum)).toBe(820);
    expect(await result('$count($keys([1..3000]{$string($): 1}))')).toBe(3000);
  });

  it('counts distinct values of a long column at once', async () => {
    const steps = { step_1: Array.from({ length: 20_000 }, (_, i) => `v${i % 15_000}`) };
    expect(await evaluate('$count($distinct(steps.step_1))', { ...context, steps })).toBe(15_000);
  });
});

describe('An expression is refused before it runs', () => {
  it.each([
    'inputs[',
    '',
    '$now()',
    '$millis()',
    '$random()',
    '$shuffle([1,2])',
    '$toMillis("2020-01-01T00:00:00")',
    '$eval("1+1")',
    '$clone(inputs)',
    '$pad("x", 1000000000)',
    '$match(request.text, /(a+)+$/)',
    '($n := $now; $n())',
    '[1].$now()',
    '$sum ~> |$|{"implementation": 1}|',
    'request ~> |text|{"x": 1}|',
    '$unheardOf(1)',
    'process.env',
    'constructor.constructor("return process")()',
    'steps',
    '$lookup(steps, "step_1")',
    'steps.*',
    '(steps).step_1',
    '**.rows',
    '$$',
    'inputs.$$.steps.*',
    'rows[0]',
    '1 '.repeat(10_001),
    `${'('.repeat(9_000)}1${')'.repeat(9_000)}`,
  ])('%.60s', async (text) => {
    expect(await refusal(text)).toMatchObject({ code: 'EXPRESSION_INVALID' });
  });
});

describe('A hostile expression is stopped', () => {
  it.each([
    ['endless recursion', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'depth'],
    // slow to nest: whichever bound is reached first on this machine
    ['recursion through a grouping', '($f := function($n) { [1]{"k": $f($n)} }; $f(0))', 'depth or time'],
    ['a range without end', '$sum([1..10000000])', 'items'],
    ['a string doubled in a loop', '$reduce([1..60], function($a, $b) { $a & $a }, "x")', 'characters'],
    [
      'a list of long strings',
      '($s := $reduce([1..20], function($a, $b) { $a & $a }, "x"); $map([1..20], function() { $s }))',
      'characters',
    ],
  ])('%s', async (_, text, what) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code: 'EXPRESSION_LIMIT', figures: { limit: expect.any(String) } });
    expect(what).toContain((error as { figures: { limit: string } }).figures.limit);
  });

  it('when it loops for ever, without holding the process meanwhile', async () => {
    let turns = 0;
    const beat = setInterval(() => {
      turns += 1;
    }, 20);
    const error = await refusal('($f := function($n) { $f($n + 1) }; $f(0))');
    clearInterval(beat);
    expect(error).toMatchObject({ code: 'EXPRESSION_LIMIT', figures: { limit: 'time', allowed: 2000 } });
    // it was stopped after two seconds of work, of which one look counts a quarter at most
    expect(turns).toBeGreaterThan(4);
  });

  it('but not for a pause of the process in its middle, however long', async () => {
    const now = performance.now.bind(performance);
    let looks = 0;
    let paused = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => {
      if (++looks === 4) paused = 60_000;
      return now() + paused;
    });
    const value = await result('{"a": [1, 2, {"b": 1 + 2}]}').finally(() => clock.mockRestore());
    expect([value, paused]).toEqual([{ a: [1, 2, { b: 3 }] }, 60_000]);
  });
});

describe('An expression cannot reach what is not data', () => {
  it.each([
    'inputs[0].constructor',
    'inputs.__proto__',
    '$lookup(request, "constructor")',
    'request.text.length',
    '($f := function() { 1 }; $f.environment)',
    '($f := function() { 1 }; $lookup([$f], "environment"))',
    '$sum.implementation',
  ])('%s finds nothing', async (text) => expect(await result(text)).toBeNull());

  it.each([
    ['a function as result', '$sum'],
    ['a function inside a result', '[{"a": function() { 1 }}]'],
    ['a field called __proto__', '{"__proto__": {"admin": true}}'],
    ['a number beyond what JSON carries', '$power(2, 60)'],
    ['half a character', '$substring("😀", 0) ~> $encodeUrl() ~> $error()'],
    ['a type that does not fit', 'request.text + 1'],
    ['a forged function in the data', 'inputs()'],
  ])('refuses %s', async (_, text) => {
    expect(await refusal(text)).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it.each([
    ['$error()', 'D3137'],
    ['$error("no rows")', 'D3137'],
    ['$assert(false, "no rows")', 'D3141'],
    ['steps.step_1.rows.$assert(n > 3)', 'D3141'],
    ['$error(1)', 'T0410'],
    ['$assert("yes")', 'T0410'],
  ])('%s fails, and says how', async (text, jsonata) => {
    expect(await refusal(text)).toMatchObject({ code: 'EXPRESSION_FAILED', figures: { jsonata } });
  });
  it('an assertion that holds is nothing', async () =>
    expect(await result('[$assert(true), $assert(1 = 1, "never"), 2]')).toEqual([2]));

  it('never quotes the data in an error', async () => {
    const { message, figures } = (await refusal('request.text + 1')) as { message: string; figures: unknown };
    expect(message + JSON.stringify(figures)).not.toContain('compare');
  });

  it('gives a function to nobody else: one evaluation cannot change another', async () => {
    await refusal('($sum := function() { 42 }; $sum([1]))');
    expect(await result('$sum([1, 2])')).toBe(3);
  });
});
