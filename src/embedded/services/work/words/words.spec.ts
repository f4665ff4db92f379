import { describe, expect, it } from '@jest/globals';
import { months, tableOf } from '../kit.js';
import { describeTable } from '../statistics/describe-table.js';
import { analyseTrend } from '../trend/analyse.js';
import { figure, pValue } from './figures.js';
import { lexRank } from './lexrank.js';
import { narrate } from './narrate.js';
import { summarise } from './summarise.js';

const ARTICLE =
  'Solar panels turn sunlight into electricity. The price of solar panels has fallen by ninety per cent. ' +
  'My neighbour has a dog. Cheap solar panels make solar electricity the cheapest electricity in sunny countries. ' +
  'Dr. Smith, however, prefers tea.';

describe('an extractive summary', () => {
  it('takes the sentences that share most with the others, in their order', () => {
    const { sentences, text, note } = summarise({ text: ARTICLE, sentences: 2 });
    expect(sentences[1]).toContain('Cheap solar panels');
    expect(sentences[0]).toContain('olar panels');
    expect(text).not.toContain('dog');
    expect(note).toMatch(/^2 of \d sentences/);
  });

  it('ranks by a distribution: equal where all are alike, and summing to one', () => {
    const scores = lexRank(['red fox', 'red fox', 'red fox']);
    expect(scores).toEqual([1, 1, 1].map(() => expect.closeTo(1 / 3, 9)));
    expect(lexRank(['one fish', 'blue sky', 'tall tree', 'red fox red']).reduce((a, b) => a + b)).toBeCloseTo(
      1,
      9,
    );
  });

  it('refuses a text without words', () => {
    expect(() => summarise({ text: '… !!! 。' })).toThrow(expect.objectContaining({ code: 'NO_SENTENCES' }));
  });

  it('refuses more sentences than it can compare', () => {
    const text = Array.from({ length: 1_001 }, (_, i) => `Number ${i} walks.`).join(' ');
    expect(() => summarise({ text })).toThrow(expect.objectContaining({ code: 'TEXT_TOO_LONG' }));
  });
});

describe('a narrative', () => {
  it('says the figures it was given', () => {
    const table = tableOf({ date: months(2024, 6), sales: [100, 110, 120, 130, 140, 150] });
    const { text } = narrate({
      trend: analyseTrend({ table }, 'quick'),
      statistics: describeTable({ table }),
    });
    expect(text).toContain('sales went from 100 to 150 (+50 %) between 2024-01-01 and 2024-06-01');
    expect(text).toContain('The trend is rising (regression, p < 0.001)');
    expect(text).toContain('sales runs from 100 to 150, with mean 125, median 125');
  });

  it('does not call a trend what may be chance', () => {
    const table = tableOf({ date: months(2024, 8), n: [5, 3, 6, 2, 5, 4, 6, 3] });
    const { text } = narrate({ trend: analyseTrend({ table }, 'thorough') });
    expect(text).toContain('No trend beyond chance shows');
    expect(text).not.toContain('rising');
  });

  it('writes numbers for people', () => {
    expect([1234567.8, 2.71449, 0.00001, null].map(figure)).toEqual(['1,234,568', '2.714', '1.00e-5', '–']);
    expect([0, 0.0499, null].map(pValue)).toEqual(['p < 0.001', 'p = 0.050', 'not tested']);
  });
});
