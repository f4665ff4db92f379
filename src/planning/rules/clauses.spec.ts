import { describe, expect, it } from '@jest/globals';
import { clausesOf } from './clauses.js';

describe('A request with a condition is divided', () => {
  it.each<[string, string, string, string, string, boolean]>([
    [
      'find outliers in my sales.csv; if there are any, draw a chart of them',
      'find outliers in my sales.csv',
      'there are any',
      'draw a chart of them',
      '',
      false,
    ],
    [
      'Find outliers and draw a chart only if there are any',
      'Find outliers',
      'there are any',
      'and draw a chart',
      '',
      false,
    ],
    [
      'Find the trend, and only when it is rising forecast the next year',
      'Find the trend',
      'it is rising',
      'forecast the next year',
      '',
      false,
    ],
    [
      'If the difference is significant, then write a report, otherwise draw a chart',
      '',
      'the difference is significant',
      'write a report',
      'draw a chart',
      false,
    ],
    [
      'Compare both. If they differ, write a report. Otherwise draw a chart. Thanks',
      'Compare both. Thanks',
      'they differ',
      'write a report',
      'draw a chart.',
      false,
    ],
    [
      'Show the trend. Unless it is falling, forecast it',
      'Show the trend',
      'it is falling',
      'forecast it',
      '',
      true,
    ],
    [
      'Find outliers. If there are no outliers, summarise the data',
      'Find outliers',
      'there are no outliers',
      'summarise the data',
      '',
      true,
    ],
  ])('%s', (text, always, test, held, otherwise, negated) => {
    const clauses = clausesOf(text);
    expect(clauses.always).toBe(always);
    expect(clauses.condition).toMatchObject({ test, held, negated });
    expect(clauses.condition!.otherwise.replace(/\.$/, '')).toBe(otherwise.replace(/\.$/, ''));
  });

  it.each(['Draw a chart of stocks', 'Check if there are outliers', 'Tell me if sales are rising, please'])(
    'and is left whole when it has none: %s',
    (text) => expect(clausesOf(text)).toEqual({ always: text }),
  );
});
