import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { offer, usdc } from '../../test/kit/offers.js';
import { matchScore, rank } from './match.js';

const quick = offer('quick', {
  capability: 'trend',
  description: 'Fast linear regression.',
  price: usdc(6_000n),
  reputation: 7_200,
  latencyMs: 80,
});
const thorough = offer('thorough', {
  capability: 'trend',
  description: 'Seasonality and Mann-Kendall in depth.',
  price: usdc(24_000n),
  reputation: 9_600,
  latencyMs: 350,
});
const idsFor = (text: string, more = {}) =>
  rank({ capability: 'trend', text, ...more }, [quick, thorough]).map((candidate) => candidate.offer.id);

describe('The match score', () => {
  it('is the formula of domain.md 12', () => {
    const service = offer('a', { price: usdc(5_000n), reputation: 8_000, latencyMs: 2_500 });
    expect(matchScore(service, 0.5, usdc(10_000n))).toBeCloseTo(0.2 + 0.24 + 0.1 + 0.075, 12);
  });

  it('counts a price or a latency beyond its cap as the cap', () => {
    const service = offer('a', { price: usdc(50_000n), reputation: 0, latencyMs: 60_000 });
    expect(matchScore(service, 0, usdc(10_000n))).toBe(0);
  });

  it('stays between 0 and 1 whatever a service says of itself', () => {
    fc.assert(
      fc.property(
        fc.record({ price: fc.bigInt(0n, 10n ** 12n), reputation: fc.integer(), latencyMs: fc.integer() }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ price, ...said }, similarity) => {
          const score = matchScore(offer('a', { ...said, price: usdc(price) }), similarity, usdc(1_000n));
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });
});

describe('Ranking services', () => {
  it('prefers the cheap and quick one for a plain request', () => {
    expect(idsFor('what is the trend')).toEqual(['quick', 'thorough']);
  });

  it('prefers the dear one when the request has its words', () => {
    expect(idsFor('an in-depth look with seasonality and the Mann-Kendall test')[0]).toBe('thorough');
  });

  it('knows a word in its other forms', () => {
    expect(rank({ capability: 'trend', text: 'seasonal' }, [quick, thorough])[0]!.reasons[0]).toContain(
      'season',
    );
  });

  it.each([
    ['a capability', { capability: 'chart' }, []],
    ['a reputation floor', { minReputation: 9_000 }, ['thorough']],
    ['an uptime floor', { minUptime: 1 }, []],
    ['an exclusion', { excluded: ['quick'] }, ['thorough']],
  ])('filters by %s first', (_, filter, left) => {
    expect(idsFor('trend', filter)).toEqual(left);
  });

  it('calls a service below 0.3 unfit, and one at 0.3 fit', () => {
    const poor = { capability: 'trend', price: usdc(10_000n), latencyMs: 10_000 };
    const ranked = rank({ capability: 'trend', text: 'anything' }, [
      offer('at', { ...poor, reputation: 10_000 }),
      offer('below', { ...poor, reputation: 9_900 }),
    ]);
    expect(ranked.map(({ fit, score }) => [fit, score])).toEqual([
      [true, 0.3],
      [false, 0.297],
    ]);
  });

  it('gives the same order whatever the order of the catalogue', () => {
    const twins = [offer('b', { capability: 'trend' }), offer('a', { capability: 'trend' }), quick, thorough];
    const ids = (offers: typeof twins) =>
      rank({ capability: 'trend', text: 'x' }, offers).map(({ offer: { id } }) => id);
    expect(ids([...twins].reverse())).toEqual(ids(twins));
  });

  it('is not impressed by a description that repeats its words', () => {
    const honest = offer('honest', { capability: 'trend', description: 'trend seasonality' });
    const stuffed = offer('stuffed', { capability: 'trend', description: 'trend '.repeat(5_000) });
    const [best] = rank({ capability: 'trend', text: 'trend and seasonality' }, [stuffed, honest]);
    expect(best!.offer.id).toBe('honest');
  });
});
