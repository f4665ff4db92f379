import { describe, expect, it } from '@jest/globals';
import { tableOf } from '../kit.js';
import { findAnomalies } from './find-anomalies.js';

describe('unusual values', () => {
  it('are beyond 3.5 modified z-scores, as Iglewicz and Hoaglin define them', () => {
    // Median 3, MAD 1: 0.6745·(100 − 3) = 65.4; the fences stand at 3 ± 3.5 / 0.6745.
    const { checked, findings } = findAnomalies({ table: tableOf({ n: [1, 2, 3, 4, 100] }) });
    expect(findings).toEqual([
      { row: 5, column: 'n', label: 'row 5', value: 100, score: expect.closeTo(65.4265, 4) },
    ]);
    expect(checked[0]).toMatchObject({ high: expect.closeTo(3 + 3.5 / 0.6745, 9), outliers: 1 });
  });

  it('are beyond one and a half quartile ranges, as Tukey defines them, where that is asked for', () => {
    // Quartiles 3.25 and 7.75: fences at −3.5 and 14.5.
    const table = tableOf({ n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 14.4] });
    expect(findAnomalies({ table, method: 'iqr' })).toMatchObject({
      findings: [],
      checked: [{ low: -3.5, high: 14.5 }],
    });
    table.rows[9]!['n'] = 14.6;
    expect(findAnomalies({ table, method: 'iqr' }).findings).toHaveLength(1);
  });

  it('are found among values most of which are equal, and not among values all of which are', () => {
    expect(findAnomalies({ table: tableOf({ n: [...Array(20).fill(5), 50] }) }).findings).toHaveLength(1);
    expect(findAnomalies({ table: tableOf({ n: Array(20).fill(5) }) }).findings).toEqual([]);
  });

  it('carry the name and the time of their row, and time itself is never unusual', () => {
    const table = tableOf({
      Year: [1, 2000, 2001, 2002, 2003, 2004],
      city: [...'abcdef'],
      n: [1, 2, 3, 2, 1, 99],
    });
    expect(findAnomalies({ table }).findings).toMatchObject([{ column: 'n', label: 'f, 2004', value: 99 }]);
  });

  it.each([
    ['TOO_FEW_POINTS', tableOf({ n: [1, 2, 3] })],
    ['NO_VALUE_COLUMN', tableOf({ s: ['a', 'b'] })],
  ])('refuses with %s', (code, table) => {
    expect(() => findAnomalies({ table })).toThrow(expect.objectContaining({ code }));
  });
});
