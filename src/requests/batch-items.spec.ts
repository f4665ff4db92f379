import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '../kernel/errors.js';
import { type BatchBody, batchBodySchema } from './batch-body.js';
import { bodyOf, checkItems } from './batch-items.js';

const parsed = (body: object): BatchBody => batchBodySchema.parse(body);
const bodies = (body: object) => {
  const { template, items } = parsed(body);
  checkItems(template, items);
  return items.map((item) => bodyOf(template, item));
};
const step = { key: 'greet', kind: 'data_transform', params: { word: 'Hello', to: 'all' } };

describe('the items of a batch', () => {
  it('fill the places of the request they share', () =>
    expect(
      bodies({
        template: { input: 'Analyse the sales of {region} in {year}.', maxCost: 2 },
        items: [
          { values: { region: 'the {year}', year: 2025 } },
          { values: { region: 'south', year: '2026' } },
        ],
      }),
    ).toMatchObject([
      { input: 'Analyse the sales of the {year} in 2025.', maxCost: 2, verificationLevel: 'basic' },
      { input: 'Analyse the sales of south in 2026.' },
    ]));

  it('put their params over those of the plan they share', () =>
    expect(
      bodies({
        template: { plan: { steps: [step] }, metadata: { project: 'a', n: 0 } },
        items: [{ params: { greet: { to: 'you' } }, metadata: { n: 1 } }, {}],
      }),
    ).toMatchObject([
      { plan: { steps: [{ params: { word: 'Hello', to: 'you' } }] }, metadata: { project: 'a', n: 1 } },
      { plan: { steps: [{ params: { word: 'Hello', to: 'all' } }] }, metadata: { project: 'a', n: 0 } },
    ]));

  it('are requests of their own', () =>
    expect(
      bodies({ items: [{ input: 'Do the first thing.' }, { input: 'Do the second thing.' }] }),
    ).toMatchObject([{ input: 'Do the first thing.' }, { input: 'Do the second thing.' }]));

  it.each<[string, object, string]>([
    ['no request at all', { items: [{}] }, 'items.0: neither it nor the template has an input'],
    [
      'no value for a place',
      { template: { input: 'Analyse {region}, please.' }, items: [{ values: { region: 'x' } }, {}] },
      'items.1: no value for {region}',
    ],
    [
      'a value for no place',
      { template: { input: 'Analyse {region}, please.' }, items: [{ values: { region: 'x', year: 1 } }] },
      'items.0: the input has no {year}',
    ],
    [
      'a request that becomes too long',
      {
        template: { input: `{a}${'{b}'.repeat(3)} and so on` },
        items: [{ values: { a: 'x'.repeat(2000), b: 'y'.repeat(2000) } }],
      },
      'items.0: its request has 8010 characters, not 10 to 5000',
    ],
    [
      'a step the plan does not have',
      { template: { plan: { steps: [step] } }, items: [{ params: { part: {} } }] },
      'items.0: the plan has no step part',
    ],
    [
      'a request beside a plan',
      { template: { plan: { steps: [step] } }, items: [{ input: 'Do something else.' }] },
      'items.0: the template has a plan: send params',
    ],
    [
      'params without a plan',
      { items: [{ input: 'Do something.', params: {} }] },
      'items.0: the template has no plan',
    ],
  ])('are refused with %s', (_name, body, problem) => {
    const { template, items } = parsed(body);
    expect(() => checkItems(template, items)).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', figures: { problems: [problem] } }),
    );
  });

  it('are told ten at most', () => {
    const { template, items } = parsed({ items: Array.from({ length: 50 }, () => ({})) });
    let problems: unknown;
    try {
      checkItems(template, items);
    } catch (error) {
      problems = (error as Refusal).figures['problems'];
    }
    expect(problems).toHaveLength(10);
  });

  it.each<[string, object]>([
    ['none', { items: [] }],
    ['more than there may be', { items: Array.from({ length: 10_001 }, () => ({})) }],
    ['with strangers', { items: [{ stranger: 1 }] }],
    [
      'with a request and a plan',
      { template: { input: 'Do it, please.', plan: { steps: [step] } }, items: [{}] },
    ],
    ['of no priority there is', { items: [{}], priority: 'urgent' }],
  ])('are no batch: %s', (_name, body) => expect(batchBodySchema.safeParse(body).success).toBe(false));
});
