import { describe, expect, it } from '@jest/globals';
import { weightOf } from './weight.js';

describe('the weight of a value', () => {
  it('grows with its texts, however deep they stand', () => {
    const event = (length: number) => ({
      type: 'StepCompleted',
      output: { inline: { data: 'x'.repeat(length) } },
    });
    expect(weightOf(event(8_000)) - weightOf(event(0))).toBe(8_000);
  });

  it('grows with the number of members and items', () => {
    const plan = (steps: number) => ({
      plan: { steps: Array.from({ length: steps }, () => ({ id: 'a', maxCost: '1' })) },
    });
    expect(weightOf(plan(500))).toBeGreaterThan(400 * weightOf(plan(1)) - 400 * weightOf(plan(0)));
  });

  it.each([null, undefined, 1, 10n ** 100n, true])('of %s is a small figure', (value) => {
    expect(weightOf(value)).toBeGreaterThan(0);
    expect(weightOf(value)).toBeLessThan(100);
  });

  it('comes to an end for what is nested without one', () => {
    const endless: Record<string, unknown> = {};
    endless['itself'] = endless;
    expect(weightOf(endless)).toBeLessThan(1_000);
  });
});
