import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '../execution/expression.js';
import { isRefusal } from '../kernel/errors.js';
import { bodyMembers } from './body-members.js';
import { planFromGiven } from './given-plan.js';

const context = { inputs: [], steps: { read: { n: 1 } }, request: {} };
const chart = { key: 'chart', kind: 'service_call', capability: 'chart' };
const codeOf = (given: unknown): string => {
  try {
    planFromGiven(given);
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('A plan that a caller gives', () => {
  it('becomes a draft whose result is its last step', () => {
    const draft = planFromGiven({ steps: [{ ...chart, params: { kind: 'bar' } }] });
    expect(draft).toMatchObject({
      intent: { method: 'given', capabilities: ['chart'] },
      steps: [{ key: 'chart', title: 'chart', dependsOn: [], input: '{"kind":"bar"}' }],
      result: { step: 'chart', mediaType: 'application/json' },
    });
  });

  it('lets an input win over fixed parameters of the same name, and tells the members of both', async () => {
    const { steps } = planFromGiven({
      steps: [
        { ...chart, dependsOn: ['read'], params: { a: 1, b: 2 }, input: '{"b": steps.read.n, "c": 3}' },
      ],
    });
    expect(await evaluate(steps[0]!.input, context)).toEqual({ a: 1, b: 1, c: 3 });
    expect(bodyMembers(steps[0]!.input)).toEqual(['a', 'b', 'c']);
  });

  it('keeps every parameter as it is, whatever is written in it', async () => {
    const member = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
    );
    const name = fc.string({ maxLength: 12 }).filter((s) => s !== '__proto__' && !s.startsWith('_jsonata'));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, member), async (params) => {
        const [step] = planFromGiven({ steps: [{ ...chart, params }] }).steps;
        expect(await evaluate(step!.input, context)).toEqual({ ...params });
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, string, unknown]>([
    ['no steps', 'VALIDATION_FAILED', { steps: [] }],
    ['an unknown field', 'VALIDATION_FAILED', { steps: [{ ...chart, params: {}, price: 1 }] }],
    ['neither input nor params', 'VALIDATION_FAILED', { steps: [chart] }],
    [
      'a service call without a capability',
      'VALIDATION_FAILED',
      { steps: [{ key: 'a', kind: 'service_call', input: '1' }] },
    ],
    [
      'a transform with a service',
      'VALIDATION_FAILED',
      { steps: [{ key: 'a', kind: 'data_transform', capability: 'chart', input: '1' }] },
    ],
    ['a key that is no name', 'VALIDATION_FAILED', { steps: [{ ...chart, key: 'a-b', input: '1' }] }],
    [
      'five hundred steps beside ours',
      'VALIDATION_FAILED',
      { steps: Array.from({ length: 500 }, (_, i) => ({ ...chart, key: `k${i}`, params: {} })) },
    ],
    [
      'an input that closes what it is put into',
      'EXPRESSION_INVALID',
      { steps: [{ ...chart, params: {}, input: '{}]) & $merge([{}' }] },
    ],
    ['not a plan at all', 'VALIDATION_FAILED', 'steps'],
  ])('is refused with %s', (_, code, given) => expect(codeOf(given)).toBe(code));

  it('waits as long as it says, until when it says, or as an expression says', () => {
    const { steps } = planFromGiven({
      steps: [
        { key: 'a', kind: 'wait', for: 60_000 },
        { key: 'b', kind: 'wait', until: '2026-01-02T03:04:05+02:00' },
        { key: 'c', kind: 'wait', dependsOn: ['a'], input: '{"until": steps.a.until}' },
        { key: 'd', kind: 'wait', params: { for: 5 } },
      ],
    });
    expect(steps.map(({ input, waits }) => [input, waits])).toEqual([
      ['{"for":60000}', 60_000],
      ['{"until":"2026-01-02T03:04:05+02:00"}', undefined],
      ['{"until": steps.a.until}', undefined],
      ['{"for":5}', undefined],
    ]);
  });

  it.each([
    ['a wait that does not say how long', { key: 'a', kind: 'wait' }],
    ['a wait that says it twice', { key: 'a', kind: 'wait', for: 1, until: '2026-01-02T03:04:05Z' }],
    ['a wait of less than nothing', { key: 'a', kind: 'wait', for: -1 }],
    ['a wait of parts of milliseconds', { key: 'a', kind: 'wait', for: 0.5 }],
    ['a wait of more than thirty days', { key: 'a', kind: 'wait', for: 30 * 24 * 3_600_000 + 1 }],
    ['a wait until no time', { key: 'a', kind: 'wait', until: 'tomorrow' }],
    ['a wait until a time without its offset', { key: 'a', kind: 'wait', until: '2026-01-02T03:04:05' }],
    ['a wait for a service', { key: 'a', kind: 'wait', for: 1, capability: 'chart' }],
    ['a step that is no wait and says how long', { key: 'a', kind: 'data_transform', input: '1', for: 1 }],
  ])('is refused with %s', (_, step) => expect(codeOf({ steps: [step] })).toBe('VALIDATION_FAILED'));
});
