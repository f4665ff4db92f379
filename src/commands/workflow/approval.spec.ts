import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  assemble,
  cancel,
  create,
  diamond,
  history,
  later,
  local,
  PLAN_HASH,
  planOf,
  propose,
  startExecution,
  T0,
  toApproval,
  toExecution,
  told,
} from '../../../test/kit/runs.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import { workflowDecider } from './decide.js';

const decider = workflowDecider;
const free = planOf(local('step_1'), assemble('step_2', ['step_1']));
const expiresAt = plusMs(T0, LIMITS.approvalTtl);
const awaiting = history(...toApproval(diamond));
const approved = history(...toApproval(diamond), approve(diamond));
const WorkflowApproved = {
  type: 'WorkflowApproved',
  v: 1,
  runNo: 1,
  requestId: 'apr_1',
  planHash: PLAN_HASH,
  approver: 'user_01',
  automatic: false,
  holdId: 'hold_1',
  budget: diamond.totals.maxCost,
} as const;

describe('approving a plan', () => {
  it('T06 by its owner, covered by a hold, is recorded; execution waits for T10', () =>
    given(decider, awaiting).when(approve(diamond)).then([WorkflowApproved]));

  it('T06 that costs nothing needs no hold and starts in the same append', () => {
    const events = decider.decide(approve(free), stateOf(history(...toApproval(free))));
    expect(told(events)).toEqual(['WorkflowApproved', 'ExecutionStarted', 'StepScheduled step_1']);
  });

  it('that costs nothing happens by itself when the request says so', () => {
    const events = history(create({ autoApprove: true }), propose(free));
    expect(told(events).slice(4)).toEqual([
      'ApprovalRequested',
      'WorkflowApproved',
      'ExecutionStarted',
      'StepScheduled step_1',
    ]);
  });

  it('that costs something is asked for even when the request says to approve by itself', () =>
    expect(told(history(create({ autoApprove: true }), propose(diamond))).at(-1)).toBe('ApprovalRequested'));

  it('without naming its hash approves the one that is open', () =>
    given(decider, awaiting)
      .when(approve(diamond, { planHash: undefined }))
      .then([WorkflowApproved]));

  it('twice is approving once', () => given(decider, approved).when(approve(diamond)).thenNothing());

  it('twice with another hold is refused: the first one covers it', () =>
    given(decider, approved)
      .when(approve(diamond, { holdId: 'hold_2' }))
      .refuses('WRONG_STATE'));

  it('twice with another hash is refused: that is not what was approved', () =>
    given(decider, approved)
      .when(approve(diamond, { planHash: 'c'.repeat(64) }))
      .refuses('WRONG_STATE'));

  it.each([
    ['that awaits it', awaiting],
    ['approved already', approved],
    ['still planned', history(create())],
  ])('of someone else is refused, %s', (_when, events) =>
    given(decider, events)
      .when(approve(diamond, { approver: 'user_02' }))
      .refuses('FORBIDDEN'),
  );

  it('after it expired is refused, at its last moment not', () => {
    given(decider, awaiting)
      .when(approve(diamond, { at: plusMs(expiresAt, 1) }))
      .refuses('APPROVAL_EXPIRED', { expiresAt });
    given(decider, awaiting)
      .when(approve(diamond, { at: expiresAt }))
      .then([WorkflowApproved]);
  });

  it('whose hash has changed is refused with both hashes', () =>
    given(decider, awaiting)
      .when(approve(diamond, { planHash: 'c'.repeat(64) }))
      .refuses('PLAN_CHANGED', { proposed: PLAN_HASH, approved: 'c'.repeat(64) }));

  it('in answer to another question is refused', () =>
    given(decider, awaiting)
      .when(approve(diamond, { requestId: 'apr_2' }))
      .refuses('WRONG_STATE'));

  it('T07 without a hold, or with one too small, is refused with both amounts', () => {
    const required = diamond.totals.maxCost;
    given(decider, awaiting)
      .when(approve(diamond, { holdId: undefined }))
      .refuses('INSUFFICIENT_ESCROW');
    given(decider, awaiting)
      .when(approve(diamond, { budget: toMicros(BigInt(required) - 1n) }))
      .refuses('INSUFFICIENT_ESCROW', { required, available: `${BigInt(required) - 1n}` });
  });

  it.each([
    ['none', [], 'NOT_FOUND'],
    ['planning', history(create()), 'WRONG_STATE'],
    ['executing', history(...toExecution(free)), 'WRONG_STATE'],
    ['cancelled', history(create(), cancel()), 'WRONG_STATE'],
  ] as const)('is refused while the workflow is %s', (_status, events, code) =>
    given(decider, events)
      .when(approve(diamond, { requestId: 'apr_7' }))
      .refuses(code),
  );
});

describe('an offer', () => {
  const expire = { type: 'ExpireApproval', at: expiresAt, requestId: 'apr_1' } as const;

  it('T08 expires at its time, and the run closes with it', () =>
    given(decider, awaiting)
      .when(expire)
      .then([
        { type: 'ApprovalExpired', v: 1, requestId: 'apr_1' },
        {
          type: 'RunClosed',
          v: 1,
          runNo: 1,
          userId: 'user_01',
          outcome: 'expired',
          rollback: 'none',
          totalCost: '0',
          closedAt: expiresAt,
        },
        { type: 'WorkflowSettled', v: 1, runNo: 1, estimated: '60000', actual: '0', saved: '60000' },
      ]));

  it('T08 does not expire before its time', () =>
    given(decider, awaiting)
      .when({ ...expire, at: later(1) })
      .refuses('WRONG_STATE'));

  it('T08 that was answered, or replaced by a newer one, does not expire', () => {
    given(decider, approved).when(expire).thenNothing();
    given(decider, awaiting)
      .when({ ...expire, requestId: 'apr_0' })
      .thenNothing();
  });
});

describe('a hold that is lost', () => {
  const lost = { type: 'ReportHoldLost', at: later(5), holdId: 'hold_1' } as const;

  it('T11 before the start asks the owner again, with a question of its own', () =>
    given(decider, approved)
      .when(lost)
      .then([
        { type: 'FundsReservationLost', v: 1, holdId: 'hold_1' },
        {
          type: 'ApprovalRequested',
          v: 1,
          requestId: 'apr_1x2',
          reason: 'funds_lost',
          expiresAt: plusMs(later(5), LIMITS.approvalTtl),
        },
      ]));

  it('T11 again and again asks with ever new questions', () => {
    const again = approve(diamond, { requestId: 'apr_1x2', holdId: 'hold_2' });
    const events = history(...toApproval(diamond), approve(diamond), lost, again, {
      ...lost,
      holdId: 'hold_2',
    });
    expect(events.at(-1)).toMatchObject({ type: 'ApprovalRequested', requestId: 'apr_1x3' });
  });

  it('T11 the old answer does not approve the new question', () => {
    const events = history(...toApproval(diamond), approve(diamond), lost);
    given(decider, events).when(approve(diamond)).refuses('WRONG_STATE');
  });

  it('of another approval, or after the end, changes nothing', () => {
    given(decider, approved)
      .when({ ...lost, holdId: 'hold_9' })
      .thenNothing();
    given(decider, history(...toExecution(diamond), cancel()))
      .when(lost)
      .thenNothing();
  });
});

describe('starting', () => {
  it('T10 an approved run sets its deadline and schedules what is ready, one append', () => {
    const [started, first, ...rest] = decider.decide(startExecution(later(2)), stateOf(approved));
    expect(started).toEqual({
      type: 'ExecutionStarted',
      v: 1,
      runNo: 1,
      startedAt: later(2),
      deadline: later(302),
    });
    expect([first?.type, rest]).toEqual(['StepScheduled', []]);
  });

  it.each([
    ['twice', history(...toExecution(diamond))],
    ['before it is approved', awaiting],
    ['after it was cancelled', history(...toApproval(diamond), cancel())],
  ])('%s changes nothing', (_when, events) => given(decider, events).when(startExecution()).thenNothing());

  it('of another run changes nothing', () =>
    given(decider, approved).when({ type: 'StartExecution', at: T0, runNo: 2 }).thenNothing());
});

function stateOf(events: ReturnType<typeof history>) {
  return events.reduce(decider.evolve, decider.initial);
}
