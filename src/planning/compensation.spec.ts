import { describe, expect, it } from '@jest/globals';
import { input, offer, usdc } from '../../test/kit/offers.js';
import { isRefusal } from '../kernel/errors.js';
import { toMicros } from '../kernel/money.js';
import { planFromGiven } from './given-plan.js';
import { propose } from './propose.js';

const text = [input('text', 'text')];
const offers = [
  offer('book', { capability: 'booking', price: usdc(20_000n), inputs: text }),
  offer('unbook', { capability: 'refund', price: usdc(3_000n), inputs: [input('booking', 'json')] }),
];
const planned = (steps: readonly object[], maxCost = 1_000_000n) =>
  propose(planFromGiven({ steps }), { offers, request: '', maxCost: toMicros(maxCost), maxTime: 300_000 });
const book = { key: 'room', kind: 'service_call', capability: 'booking', input: '{"text": "a room"}' };
const here = { key: 'note', kind: 'data_transform', input: '1' };
const codeOf = (step: object): string => {
  try {
    planned([step]);
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('what undoes a step', () => {
  it('is bound like the step, at the price of the catalogue; the reserve is what all of it may cost', () => {
    const compensation = { capability: 'refund', input: '{"booking": steps.room.id}' };
    const { plan, details } = planned([
      { ...book, compensation },
      { ...book, key: 'flight', compensation: { input: '{"text": "undo"}' } },
    ]);
    expect(plan.steps[0]).toMatchObject({
      sideEffect: 'reversible',
      compensation: { service: { id: 'unbook', price: '3000' }, maxCost: '3000', retry: { maxAttempts: 5 } },
    });
    expect(details['step_1']!.compensation).toBe('{"booking": steps.step_1.id}');
    // without another service it is undone by the one that did it
    expect(plan.steps[1]!.compensation).toMatchObject({ service: { id: 'book' }, maxCost: '20000' });
    expect(plan.totals).toMatchObject({ maxCost: '40000', compensationReserve: '23000' });
  });

  it('of a step that needs no service is an expression, and costs nothing', () => {
    const { plan } = planned([{ ...here, compensation: { input: 'steps.note' } }]);
    expect(plan.steps[0]!.compensation).not.toHaveProperty('service');
    expect(plan.totals.compensationReserve).toBe('0');
  });

  it('counts against the limit of the run: it is held as well', () => {
    const step = { ...book, compensation: { capability: 'refund', input: '{"booking": 1}' } };
    expect(planned([step], 23_000n).plan.totals.compensationReserve).toBe('3000');
    expect(() => planned([step], 22_999n)).toThrow(/more than the allowed/);
  });

  it.each<[string, string, object]>([
    [
      'for a step that cannot be undone',
      'VALIDATION_FAILED',
      { ...here, sideEffect: 'irreversible', compensation: { input: '1' } },
    ],
    ['without an input', 'VALIDATION_FAILED', { ...here, compensation: {} }],
    ['with a price of its own', 'VALIDATION_FAILED', { ...here, compensation: { input: '1', price: 1 } }],
    [
      'by a service that does not take this',
      'VALIDATION_FAILED',
      { ...book, compensation: { capability: 'refund', input: '{"room": 1}' } },
    ],
    ['by nobody', 'NO_SERVICE', { ...book, compensation: { capability: 'magic', input: '{}' } }],
    [
      'that reads what it does not depend on',
      'INVALID_DAG',
      { ...here, compensation: { input: 'steps.other' } },
    ],
    ['that is no expression', 'EXPRESSION_INVALID', { ...here, compensation: { input: '1 +' } }],
  ])('is refused %s', (_what, code, step) => expect(codeOf(step)).toBe(code));

  it('may be told to be impossible', () =>
    expect(planned([{ ...here, sideEffect: 'irreversible' }]).plan.steps[0]).toMatchObject({
      sideEffect: 'irreversible',
    }));
});
