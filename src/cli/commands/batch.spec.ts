import { describe, expect, it } from '@jest/globals';
import { itemsOf } from './batch.js';

describe('the lines of a batch', () => {
  it('are items as JSON, and requests in words', () =>
    expect(itemsOf('{"values": {"a": 1}}\n\n"Do the first."\r\nDo the second.\n')).toEqual([
      { values: { a: 1 } },
      { input: 'Do the first.' },
      { input: 'Do the second.' },
    ]));

  it.each([
    ['no JSON', '{"a": 1}\n{"a":', 2],
    ['a list', '[1]', 1],
  ])('are refused by their number: %s', (_name, text, line) =>
    expect(() => itemsOf(text)).toThrow(
      expect.objectContaining({ code: 'ITEMS_INVALID', figures: { line } }),
    ),
  );

  it('are at least one', () => expect(() => itemsOf('\n \n')).toThrow(/no items/));
});
