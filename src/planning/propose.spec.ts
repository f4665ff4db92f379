import { describe, expect, it } from '@jest/globals';
import { input, offer, usdc } from '../../test/kit/offers.js';
import { planDetailsSchema, planStepSchema } from '../events/plan.js';
import { Refusal } from '../kernel/errors.js';
import type { DraftStep, PlanDraft } from '../ports/planner.js';
import { type ProposalTerms, propose } from './propose.js';

const offers = [
  offer('source', { price: usdc(4_000n), inputs: [input('topic', 'string')], latencyMs: 100 }),
  offer('trend', { price: usdc(6_000n), inputs: [input('table', 'table')], latencyMs: 200 }),
  offer('trend-dear', {
    capability: 'trend',
    price: usdc(60_000n),
    inputs: [input('table', 'table')],
    reputation: 5_000,
  }),
  offer('chart', { price: usdc(5_000n), inputs: [input('table', 'table')], latencyMs: 900, uptime: 0.75 }),
  offer('report', {
    price: usdc(9_000n),
    inputs: [input('trend', 'trend', true), input('charts', 'chart', true)],
    latencyMs: 50,
  }),
];
const terms: ProposalTerms = { offers, request: 'a report', maxCost: usdc(100_000n), maxTime: 60_000 };

const call = (
  key: string,
  text: string,
  dependsOn: string[] = [],
  more: Partial<DraftStep> = {},
): DraftStep => ({
  key,
  kind: 'service_call',
  title: key,
  capability: key,
  dependsOn,
  input: text,
  ...more,
});
const report = call('report', '{"trend": steps.trend, "charts": steps.chart}', ['trend', 'chart']);
const diamond = [
  report,
  call('chart', '{"table": steps.source}', ['source']),
  call('trend', '{"table": steps.source}', ['source']),
  call('source', '{"topic": "stocks"}'),
];
const draft = (steps: readonly DraftStep[], result = steps[0]!.key): PlanDraft => ({
  intent: { classification: 'report', capabilities: [], confidence: 1, method: 'rule' },
  steps,
  result: { step: result, mediaType: 'text/html' },
});
const refused = (
  steps: readonly DraftStep[],
  more: Partial<ProposalTerms> = {},
  result?: string,
): Refusal => {
  try {
    propose(draft(steps, result), { ...terms, ...more });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('the plan was accepted');
};

describe('A proposed plan', () => {
  const { plan, details } = propose(draft(diamond), terms);

  it('puts its steps in an order in which each stands after what it depends on', () => {
    expect(plan.steps.map(({ id, action, dependencies }) => [id, action, dependencies])).toEqual([
      ['step_1', 'source', []],
      ['step_2', 'chart', ['step_1']],
      ['step_3', 'trend', ['step_1']],
      ['step_4', 'report', ['step_3', 'step_2']],
      ['step_5', 'assemble', ['step_4']],
    ]);
  });

  it('speaks of its own ids in every expression', () => {
    expect(details['step_4']?.input).toBe('{"trend": steps.step_3, "charts": steps.step_2}');
    expect(details['step_5']?.input).toBe('{"mediaType": "text/html", "value": steps.step_4}');
  });

  it('adds up cost and the longest path by time, not by steps', () => {
    expect(plan.totals.estimatedCost).toBe('24000');
    expect(plan.criticalPath).toEqual(['step_1', 'step_2', 'step_4', 'step_5']);
    expect(plan.totals.criticalPathTime).toBe(220 + 1_020 + 170 + 5);
    expect(plan.parallelGroups).toEqual([['step_2', 'step_3']]);
  });

  it('takes price, recipient and address from the catalogue', () => {
    expect(plan.steps[2]!.service).toMatchObject({
      id: 'trend',
      price: '6000',
      payTo: 'payee',
      url: 'http://127.0.0.1:5402/svc/trend',
    });
  });

  it('gives an unsteady service more attempts', () => {
    expect(plan.steps.map(({ retry }) => retry.maxAttempts)).toEqual([3, 5, 3, 3, 1]);
  });

  it('is what the event store keeps', () => {
    for (const step of plan.steps) expect(planStepSchema.parse(step)).toEqual(step);
    expect(planDetailsSchema.parse(details)).toEqual(details);
  });

  it('uses the named service where only that one will do', () => {
    const named = diamond.map((step) => (step.key === 'trend' ? { ...step, serviceId: 'trend-dear' } : step));
    expect(propose(draft(named), terms).plan.steps[2]!.service?.id).toBe('trend-dear');
  });
});

describe('Conditional steps', () => {
  const steps: DraftStep[] = [
    call('source', '{"topic": "x"}'),
    call('trend', '{"table": steps.source}', ['source']),
    { key: 'rising', kind: 'conditional', title: '?', dependsOn: ['trend'], input: 'steps.trend.up' },
    call('chart', '{"table": steps.source}', ['source', 'rising'], {
      when: { step: 'rising', branch: 'then' },
    }),
    {
      key: 'label',
      kind: 'data_transform',
      title: 'l',
      dependsOn: ['chart'],
      input: '{"svg": steps.chart.svg}',
    },
    report,
  ];
  const { plan } = propose(draft(steps, 'report'), terms);
  const step = (action: string) => plan.steps.find((one) => one.action === action)!;

  it('name the branch by our ids', () => {
    expect(step('chart').when).toEqual({ step: step('conditional').id, branch: 'then' });
  });

  it('let a join and the assembly go on without a skipped branch, and skip what stands wholly in it', () => {
    expect([step('report'), step('assemble')].map((one) => one.toleratesSkipped)).toEqual([true, true]);
    expect([step('chart'), step('data_transform')].map((one) => one.toleratesSkipped)).toEqual([
      false,
      false,
    ]);
  });

  it('end in an assembly that waits for every loose end', () => {
    expect(step('assemble').dependencies).toEqual([step('report').id, step('data_transform').id].sort());
  });
});

describe('A draft is refused', () => {
  const source = call('source', '{"topic": "x"}');
  const trend = (text: string, dependsOn: string[], more: Partial<DraftStep> = {}) => [
    call('trend', text, dependsOn, more),
    source,
  ];
  it.each<[string, string, readonly DraftStep[], Partial<ProposalTerms>]>([
    ['when steps wait in a circle', 'INVALID_DAG', [call('a', '1', ['b']), call('b', '1', ['a'])], {}],
    ['when a step waits for itself', 'INVALID_DAG', [call('a', '1', ['a'])], {}],
    ['when a dependency is unknown', 'INVALID_DAG', trend('{"table": 1}', ['nowhere']), {}],
    ['when two steps share a key', 'INVALID_DAG', [source, source], {}],
    ['when it has too many steps', 'INVALID_DAG', diamond, { maxSteps: 4 }],
    [
      'when a branch belongs to no conditional step',
      'INVALID_DAG',
      trend('{"table": 1}', ['source'], { when: { step: 'source', branch: 'then' } }),
      {},
    ],
    ['when it reads an undeclared step', 'INVALID_DAG', trend('{"table": steps.source}', []), {}],
    ['when it reads an unknown step', 'INVALID_DAG', trend('{"table": $$.steps.other}', ['source']), {}],
    ['when an expression does not parse', 'EXPRESSION_INVALID', trend('{"table": ', ['source']), {}],
    ['when an expression reads the clock', 'EXPRESSION_INVALID', trend('{"table": $now()}', []), {}],
    ['when nobody offers the capability', 'NO_SERVICE', [call('translate', '{}')], {}],
    [
      'when the named service is unknown',
      'NO_SERVICE',
      trend('{"table": 1}', [], { serviceId: 'ghost' }),
      {},
    ],
    [
      'when the named service offers something else',
      'NO_SERVICE',
      trend('{"table": 1}', [], { serviceId: 'chart' }),
      {},
    ],
    ['when filters leave nobody', 'NO_SERVICE', [source], { filters: { excludeServices: ['source'] } }],
    [
      'when nobody matches well',
      'NO_SERVICE',
      [call('poor', '{}', [], { title: 'unrelated' })],
      { offers: [offer('poor', { reputation: 0, latencyMs: 10_000 })] },
    ],
    ['when a body lacks what the service needs', 'VALIDATION_FAILED', trend('{}', []), {}],
    [
      'when a body has what the service does not take',
      'VALIDATION_FAILED',
      trend('{"table": 1, "payTo": "me"}', []),
      {},
    ],
  ])('%s', (_, code, steps, more) => {
    expect(refused(steps, more).code).toBe(code);
  });

  it('when it costs more than allowed by one micro-USDC, with both figures', () => {
    expect(propose(draft(diamond), { ...terms, maxCost: usdc(24_000n) }).plan.steps).toHaveLength(5);
    expect(refused(diamond, { maxCost: usdc(23_999n) })).toMatchObject({
      code: 'PLAN_OVER_BUDGET',
      figures: { costMicro: '24000', maxCostMicro: '23999' },
    });
  });

  it('when its longest path is longer than allowed, with both figures', () => {
    expect(refused(diamond, { maxTime: 1_414 })).toMatchObject({
      code: 'PLAN_OVER_TIME',
      figures: { timeMs: 1_415, maxTimeMs: 1_414 },
    });
  });

  it('when the result is no step, or a condition', () => {
    expect(refused(diamond, {}, 'nothing').code).toBe('INVALID_DAG');
    const condition: DraftStep = { key: 'c', kind: 'conditional', title: 'c', dependsOn: [], input: 'true' };
    expect(refused([condition], {}, 'c').code).toBe('INVALID_DAG');
  });

  it('with the name of the circle', () => {
    const circle = [call('a', '1', ['b']), call('b', '1', ['c']), call('c', '1', ['b']), source];
    expect(refused(circle).figures['steps']).toEqual(['a', 'b', 'c']);
  });
});

describe('a step that may go to another service', () => {
  const trend = (more: Partial<DraftStep> = {}) => [
    call('trend', '{"table": 1}', [], { onFailure: 'fallback', ...more }),
  ];
  const first = (steps: readonly DraftStep[], more: Partial<ProposalTerms> = {}) =>
    propose(draft(steps), { ...terms, ...more }).plan.steps[0]!;

  it('T17 names those that match, with their price, recipient and score, the best first', () => {
    const third = offer('trend-third', {
      capability: 'trend',
      price: usdc(7_000n),
      inputs: [input('table', 'table')],
      reputation: 8_000,
    });
    const { service, alternatives } = first(trend(), { offers: [...offers, third] });
    expect(service!.id).toBe('trend');
    expect(alternatives!.map((each) => [each.service.id, each.service.price])).toEqual([
      ['trend-third', '7000'],
      ['trend-dear', '60000'],
    ]);
    expect(alternatives![0]!.matchScore).toBeGreaterThan(alternatives![1]!.matchScore);
    expect(alternatives![0]!.service).toMatchObject({ payTo: third.payTo, url: third.url });
  });

  it('T17 names none that match too badly, cannot take the input or are excluded', () => {
    const others = [
      offer('unfit', {
        capability: 'trend',
        price: usdc(60_000n),
        inputs: [input('table', 'table')],
        reputation: 0,
        latencyMs: 10_000,
      }),
      offer('other-input', { capability: 'trend', inputs: [input('text', 'text')] }),
      offer('excluded', { capability: 'trend', inputs: [input('table', 'table')] }),
    ];
    const filters = { excludeServices: ['excluded'] };
    const found = first(trend(), { offers: [offers[1]!, ...others], filters });
    expect(found.alternatives).toBeUndefined();
  });

  it('T17 names none when it is not asked for, nor where only the service that did it can undo it', () => {
    expect(first(trend({ onFailure: 'abort' })).alternatives).toBeUndefined();
    const undo = { sideEffect: 'reversible', compensation: { input: '{"table": 2}' } } as const;
    expect(first(trend(undo)).alternatives).toBeUndefined();
  });

  it('costs no more for it: the ceiling is the price of the service it is bound to', () =>
    expect(propose(draft(trend()), terms).plan.totals.maxCost).toBe('6000'));
});
