import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  cancel,
  create,
  diamond,
  history,
  later,
  planOf,
  propose,
  T0,
  toApproval,
  told,
} from '../../../test/kit/runs.js';
import { sampleSealed } from '../../events/samples.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import { workflowDecider as decider } from './decide.js';

const created = history(create());
const fail = {
  type: 'FailPlanning',
  at: later(60),
  runNo: 1,
  code: 'PLANNING_TIMEOUT',
  message: 'No plan was found in time.',
  recoverable: true,
} as const;

describe('creating', () => {
  it('T01 starts planning, with the time it may take', () => {
    const { type: _type, at: _at, maxCost, ...fields } = create();
    given(decider, [])
      .when(create())
      .then([
        { type: 'WorkflowCreated', v: 1, ...fields, maxCost: `${maxCost}` },
        { type: 'PlanningStarted', v: 1, runNo: 1, expiresAt: plusMs(T0, LIMITS.planningTimeout) },
      ]);
  });

  it('T01 under an id that is taken is refused', () =>
    given(decider, created)
      .when(create({ secret: { ...sampleSealed, data: 'AAAA' } }))
      .refuses('WRONG_STATE', { workflowId: 'wf_01' }));

  it('comes before everything else: other commands find nothing', () =>
    given(decider, []).when(fail).refuses('NOT_FOUND'));
});

describe('a proposed plan', () => {
  it('T02 within the limits asks its owner, for a time', () => {
    const proposed = decider.decide(propose(diamond), stateOf(created));
    expect(told(proposed)).toEqual(['IntentClassified', 'PlanProposed', 'ApprovalRequested']);
    given(decider, created).when(propose(diamond)).then(proposed);
    expect(proposed[2]).toEqual({
      type: 'ApprovalRequested',
      v: 1,
      requestId: 'apr_1',
      reason: 'initial',
      expiresAt: plusMs(T0, LIMITS.approvalTtl),
    });
  });

  it('T02 at exactly both limits is still within them', () => {
    const { maxCost, criticalPathTime } = diamond.totals;
    const limits = create({ maxCost: toMicros(BigInt(maxCost)), maxTime: criticalPathTime });
    expect(told(history(limits, propose(diamond))).at(-1)).toBe('ApprovalRequested');
  });

  it('T03 one micro-USDC over the limit fails, saying both figures', () => {
    const limit = toMicros(BigInt(diamond.totals.maxCost) - 1n);
    const events = history(create({ maxCost: limit }), propose(diamond));
    expect(told(events).slice(2)).toEqual([
      'PlanningFailed',
      'WorkflowFailed',
      'RunClosed',
      'WorkflowSettled',
    ]);
    expect(events[2]).toMatchObject({ code: 'PLAN_OVER_BUDGET', recoverable: true });
    expect(events[2]).toHaveProperty('message', expect.stringContaining(`${limit}`));
    expect(events[4]).toMatchObject({ outcome: 'failed', totalCost: '0' });
  });

  it('T03 one millisecond over the time fails', () => {
    const events = history(create({ maxTime: diamond.totals.criticalPathTime - 1 }), propose(diamond));
    expect(events[2]).toMatchObject({ type: 'PlanningFailed', code: 'PLAN_OVER_TIME' });
  });

  it('T05 that comes late is ignored: after a failure, a cancel, another plan, or of another run', () => {
    for (const before of [[fail], [cancel()], [propose(diamond)], [propose(diamond), approve(diamond)]])
      given(decider, history(create(), ...before))
        .when(propose(planOf(...diamond.steps)))
        .thenNothing();
    given(decider, created)
      .when({ ...propose(diamond), runNo: 2 })
      .thenNothing();
  });
});

describe('planning that fails', () => {
  it('T04 says why, and the run closes without cost', () =>
    given(decider, created)
      .when(fail)
      .then([
        { type: 'PlanningFailed', v: 1, code: fail.code, message: fail.message, recoverable: true },
        {
          type: 'WorkflowFailed',
          v: 1,
          runNo: 1,
          code: fail.code,
          message: fail.message,
          terminal: true,
        },
        {
          type: 'RunClosed',
          v: 1,
          runNo: 1,
          userId: 'user_01',
          outcome: 'failed',
          rollback: 'none',
          totalCost: '0',
          closedAt: later(60),
        },
        { type: 'WorkflowSettled', v: 1, runNo: 1, estimated: '0', actual: '0', saved: '0' },
      ]));

  it('T04 after the plan came changes nothing: the timer was late', () =>
    given(decider, history(...toApproval(diamond)))
      .when(fail)
      .thenNothing());
});

const stateOf = (events: ReturnType<typeof history>) => events.reduce(decider.evolve, decider.initial);
