import { describe, expect, it } from '@jest/globals';
import { type ForkOptions, forkBody } from './fork.js';

const body = (options: Partial<ForkOptions>) =>
  forkBody({ from: 'step_2', set: [], expression: [], service: [], ...options });

describe('the flags of a fork', () => {
  it('are parameters, expressions and services by step', () =>
    expect(
      body({
        set: ['step_2.title=Sales = up', 'step_2.rows=12', 'step_3.deep={"a": [1]}'],
        expression: ['step_4={"text": steps.step_3.text}'],
        service: ['step_2=chart-studio'],
        request: 'Do it again, please.',
        maxCost: 0.5,
      }),
    ).toEqual({
      fromStep: 'step_2',
      parameters: {
        step_2: { title: 'Sales = up', rows: 12 },
        step_3: { deep: { a: [1] } },
        step_4: '{"text": steps.step_3.text}',
      },
      service: { step_2: 'chart-studio' },
      request: 'Do it again, please.',
      maxCost: 0.5,
      autoApprove: false,
    }));

  it.each<[string, Partial<ForkOptions>]>([
    ['a parameter without a step', { set: ['title=Sales'] }],
    ['a parameter without a value', { set: ['step_2.title'] }],
    ['a service without a step', { service: ['chart-studio'] }],
    ['an expression without a step', { expression: ['{"a": 1}'] }],
    ['both for one step', { expression: ['step_2={}'], set: ['step_2.title=x'] }],
  ])('are refused: %s', (_name, options) =>
    expect(() => body(options)).toThrow(expect.objectContaining({ code: 'SET_INVALID' })),
  );
});
