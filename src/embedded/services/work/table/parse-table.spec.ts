import { describe, expect, it } from '@jest/globals';
import { parseTable } from './parse-table.js';

describe('reading a table', () => {
  it('finds the delimiter, the types and the missing values of a CSV', () => {
    const table = parseTable({ content: 'day;city;temp\n2024-01-31;Bern;1.5\n2024-02-01;Chur;NA\n' });
    expect(table.columns).toEqual([
      { name: 'day', type: 'date' },
      { name: 'city', type: 'string' },
      { name: 'temp', type: 'number' },
    ]);
    expect(table.rows).toEqual([
      { day: '2024-01-31', city: 'Bern', temp: 1.5 },
      { day: '2024-02-01', city: 'Chur', temp: null },
    ]);
  });

  it.each([
    ['Jan 1 2000', '2000-01-01'],
    ['31 December 1999', '1999-12-31'],
    ['2024/3/9', '2024-03-09'],
    ['2024-03', '2024-03-01'],
    ['2024 Q2', '2024-04-01'],
    ['29.02.2024', '2024-02-29'],
    ['2000-01-01T08:00:00+01:00', '2000-01-01T07:00:00.000Z'],
  ])('reads the date %s as %s', (written, iso) => {
    const table = parseTable({ content: `when,n\n"${written}",1\n`, format: 'csv' });
    expect(table.rows[0]!['when']).toBe(iso);
  });

  it('takes slashed dates month first, unless the column shows that the day stands first', () => {
    const first = (dates: string[]) =>
      parseTable({ content: `d,n\n${dates.map((d) => `${d},1`).join('\n')}` }).rows[0]!['d'];
    expect(first(['2/1/2024', '3/1/2024'])).toBe('2024-02-01');
    expect(first(['2/1/2024', '13/1/2024'])).toBe('2024-01-02');
  });

  it.each(['2023-02-29', '2024-13-01', '31.11.2024'])('does not take %s for a date', (text) => {
    const table = parseTable({ content: `d,n\n${text},1` });
    expect(table.columns[0]).toEqual({ name: 'd', type: 'string' });
    expect(table.rows[0]!['d']).toBe(text);
  });

  it('keeps as text what a number would mutilate', () => {
    const table = parseTable({ content: 'zip,account,n\n00501,12345678901234567890,"1,234.5"\n' });
    expect(table.rows[0]).toEqual({ zip: '00501', account: '12345678901234567890', n: 1234.5 });
  });

  it('keeps a column of numbers with one word in it as text', () => {
    const table = parseTable({ content: 'n,m\n1,1\ntwo,2\n' });
    expect(table.columns[0]!.type).toBe('string');
  });

  it('reads a JSON list of objects, also inside another object, with members that are not everywhere', () => {
    const rows = [
      { a: 1, b: 'x' },
      { a: 2, c: true },
    ];
    const expected = [
      { a: 1, b: 'x', c: null },
      { a: 2, b: null, c: 'true' },
    ];
    expect(parseTable({ content: JSON.stringify(rows) }).rows).toEqual(expected);
    expect(parseTable({ content: JSON.stringify({ ok: 1, rows }) }).rows).toEqual(expected);
  });

  it.each([
    ['prose', 'To be, or not to be.\nThat is the question: whether, indeed, it is.'],
    ['one column of words', 'Hello world\nhow are you\n'],
    ['a header alone', 'a,b,c\n'],
    ['rows of another width', 'a,b\n1,2\n1,2,3\n'],
    ['an open quotation mark', 'a,b\n"1,2\n3,4\n'],
    ['no header', '1,2\n3,4\n'],
    ['two columns of one name', 'a,a\n1,2\n'],
    ['a column without a name', 'a,\n1,2\n'],
    ['a binary file', 'PK\u0003\u0004,a\n1,2\n'],
    ['broken JSON', '[{"a": 1}, {'],
    ['a JSON number', '[1, 2, 3]'],
    ['nested values', '[{"a": {"b": 1}}]'],
    ['an empty list', '[]'],
    ['a column that would reach into objects', '[{"__proto__x": 1, "__proto__": 2}]'],
  ])('refuses %s', (_, content) => {
    expect(() => parseTable({ content })).toThrow(expect.objectContaining({ code: 'NOT_A_TABLE' }));
  });

  it('refuses more rows than a table may have, and says how many', () => {
    const content = `n,m\n${'1,2\n'.repeat(20_001)}`;
    expect(() => parseTable({ content })).toThrow(
      expect.objectContaining({
        code: 'TABLE_TOO_LARGE',
        figures: expect.objectContaining({ rows: 20_001 }),
      }),
    );
  });
});
