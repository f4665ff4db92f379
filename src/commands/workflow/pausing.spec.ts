import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  alternative,
  approve,
  assemble,
  broken,
  cancel,
  complete,
  create,
  diamond,
  drift,
  endDrain,
  fail,
  history,
  later,
  mostOf,
  OWNER,
  paid,
  pause,
  planOf,
  propose,
  resume,
  retry,
  start,
  startExecution,
  timeOut,
  toExecution,
  told,
} from '../../../test/kit/runs.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';
import type { Executing, Paused } from './state.js';

const stateOf = (events: readonly WorkflowEvent[]) => events.reduce(decider.evolve, decider.initial);
const stateOfRun = (...commands: readonly WorkflowCommand[]) => stateOf(history(...commands));
const decided = (commands: readonly WorkflowCommand[], command: WorkflowCommand) =>
  decider.decide(command, stateOfRun(...commands));

const begun = [...toExecution(diamond), start('step_1')];
const dearer = drift(diamond, 'step_1', 25_000n, { at: later(10) });
const drifted = [...begun, dearer];
/** With the hold extended to what the plan costs now. */
const approveAgain = (more: object = {}): WorkflowCommand =>
  approve(diamond, {
    at: later(40),
    requestId: 'apr_1x2',
    planHash: dearer.planHash,
    budget: mostOf(dearer.plan),
    ...more,
  });

describe('a service that asks more than was approved', () => {
  it('T23 pauses the run and asks its owner, with the plan at that price', () =>
    given(decider, history(...begun))
      .when(dearer)
      .then([
        {
          type: 'PriceDriftDetected',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 1,
          serviceId: 'svc_trend',
          approved: '20000',
          quoted: '25000',
          plan: dearer.plan,
          planHash: dearer.planHash,
        },
        {
          type: 'ExecutionPaused',
          v: 1,
          runNo: 1,
          reason: 'price_drift',
          stepId: 'step_1',
          pausedAt: later(10),
        },
        {
          type: 'ApprovalRequested',
          v: 1,
          requestId: 'apr_1x2',
          reason: 'price_drift',
          expiresAt: plusMs(later(10), LIMITS.approvalTtl),
        },
      ]));

  it('T23 offers a plan in which nothing else has changed but its sums', () => {
    const [event] = decided(begun, dearer);
    const { plan } = event as Extract<WorkflowEvent, { type: 'PriceDriftDetected' }>;
    expect(plan.totals).toEqual({ ...diamond.totals, maxCost: '65000', estimatedCost: '65000' });
    expect(plan.steps.slice(1)).toEqual(diamond.steps.slice(1));
    expect(plan.steps[0]).toMatchObject({ maxCost: '25000', service: { price: '25000' } });
  });

  it('T23 is refused with any other change in the plan', () => {
    const [first, ...others] = dearer.plan.steps;
    const redirected = { ...first!, service: { ...first!.service!, payTo: 'THIEF' } };
    given(decider, history(...begun))
      .when({ ...dearer, plan: { ...dearer.plan, steps: [redirected, ...others] } })
      .refuses('PLAN_CHANGED');
  });

  it('T23 is no drift within what was approved', () =>
    given(decider, history(...begun))
      .when(drift(diamond, 'step_1', 20_000n))
      .refuses('NO_DRIFT'));

  it('T23 fails the step when the plan would cost more than its owner ever wanted', () => {
    const poor = [create({ maxCost: toMicros(60_000n) }), propose(diamond), approve(diamond)];
    const events = decided([...poor, startExecution(), start('step_1')], dearer);
    expect(told(events)).toContain('WorkflowFailed step_1');
    expect(events[0]).toMatchObject({ error: { code: 'PRICE_DRIFT', kind: 'terminal' } });
  });

  it('T17 is left for another service that does it for what was approved', () => {
    const plan = planOf(
      paid('step_1', [], { onFailure: 'fallback', alternatives: [alternative('svc_2', '20000')] }),
      assemble('step_2', ['step_1']),
    );
    expect(told(decided(toExecution(plan), drift(plan, 'step_1', 25_000n)))).toEqual([
      'StepAttemptFailed step_1',
      'StepReassigned step_1',
      'StepScheduled step_1',
    ]);
  });

  it('T23 a second one while the owner is asked replaces the question', () => {
    const both = [...toExecution(diamond), complete('step_1'), drift(diamond, 'step_2', 21_000n)];
    const offered = (stateOfRun(...both) as Paused).offer!.plan;
    const second = drift(offered, 'step_3', 22_000n, { planHash: 'd'.repeat(64) });
    expect(told(decided(both, second))).toEqual(['PriceDriftDetected step_3', 'ApprovalRequested']);
    const state = stateOfRun(...both, second) as Paused;
    expect(state.request?.requestId).toBe('apr_1x3');
    expect(state.offer).toMatchObject({ planHash: 'd'.repeat(64), plan: { totals: { maxCost: '63000' } } });
    given(decider, history(...both))
      .when(drift(diamond, 'step_3', 22_000n))
      .refuses('PLAN_CHANGED');
  });

  it('T22 in a run that is ending is a failed attempt, and no question', () =>
    expect(told(decided([...begun, cancel()], dearer))).toEqual([
      'StepAttemptFailed step_1',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
    ]));

  it('T41 reported twice is asked once', () =>
    given(decider, history(...drifted))
      .when(dearer)
      .thenNothing());
});

describe('a hold that no longer covers the run', () => {
  const short: WorkflowCommand = {
    type: 'ReportFundsExhausted',
    at: later(10),
    runNo: 1,
    stepId: 'step_1',
    attempt: 1,
    holdId: 'hold_1',
    required: toMicros(20_000n),
    available: toMicros(0n),
  };
  const lost: WorkflowCommand = { type: 'ReportHoldLost', at: later(10), holdId: 'hold_1' };

  it('T24 pauses the run before the step is paid, and asks its owner', () =>
    given(decider, history(...begun))
      .when(short)
      .then([
        {
          type: 'BudgetExhausted',
          v: 1,
          runNo: 1,
          holdId: 'hold_1',
          stepId: 'step_1',
          attempt: 1,
          required: '20000',
          available: '0',
        },
        {
          type: 'ExecutionPaused',
          v: 1,
          runNo: 1,
          reason: 'funds_exhausted',
          stepId: 'step_1',
          pausedAt: later(10),
        },
        {
          type: 'ApprovalRequested',
          v: 1,
          requestId: 'apr_1x2',
          reason: 'funds_exhausted',
          expiresAt: plusMs(later(10), LIMITS.approvalTtl),
        },
      ]));

  it('T24 that expires in the middle of the run pauses it, for what is still to be paid', () => {
    const events = decided([...begun, complete('step_1')], lost);
    expect(told(events)).toEqual(['BudgetExhausted', 'ExecutionPaused', 'ApprovalRequested']);
    expect(events[0]).toMatchObject({ required: '40000', available: '0' });
  });

  it('T24 that expires when nothing is left to pay changes nothing', () => {
    const paidFor = ['step_1', 'step_2', 'step_3'].map((stepId) => complete(stepId));
    given(decider, history(...toExecution(diamond), ...paidFor))
      .when(lost)
      .thenNothing();
  });

  it('T25 goes on under the same plan once it is covered again', () => {
    const again = approve(diamond, { at: later(20), requestId: 'apr_1x2' });
    expect(told(decided([...begun, short], again))).toEqual([
      'WorkflowApproved',
      'ExecutionResumed',
      'StepScheduled step_1',
    ]);
  });
});

describe('the answer of the owner in the middle of a run', () => {
  it('T25 approves the new plan under the extended hold; the deadline is as much later as the pause was long', () => {
    const { deadline } = stateOfRun(...begun) as Executing;
    given(decider, history(...drifted))
      .when(approveAgain())
      .then([
        {
          type: 'WorkflowApproved',
          v: 1,
          runNo: 1,
          requestId: 'apr_1x2',
          planHash: dearer.planHash,
          approver: OWNER,
          automatic: false,
          holdId: 'hold_1',
          budget: '65000',
        },
        {
          type: 'ExecutionResumed',
          v: 1,
          runNo: 1,
          by: OWNER,
          resumedAt: later(40),
          deadline: plusMs(deadline, 30_000),
        },
        {
          type: 'StepScheduled',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 2,
          kind: 'service_call',
          timeoutMs: 30_000,
          scheduledAt: later(40),
        },
      ]);
  });

  it('T25 makes the new price the ceiling of the step', () => {
    const commands = [...drifted, approveAgain()];
    const done = (cost: bigint) => complete('step_1', { attempt: 2, cost: toMicros(cost) });
    expect((stateOfRun(...commands, done(25_000n)) as Executing).spent).toBe(25_000n);
    given(decider, history(...commands))
      .when(done(25_001n))
      .refuses('COST_ABOVE_CEILING');
  });

  it.each<[string, object, string]>([
    ['the plan that was approved before', { planHash: 'b'.repeat(64) }, 'PLAN_CHANGED'],
    ['the question that was answered before', { requestId: 'apr_1' }, 'WRONG_STATE'],
    ['less than the plan costs now', { budget: toMicros(60_000n) }, 'INSUFFICIENT_ESCROW'],
    ['another hold than the one of the run', { holdId: 'hold_2' }, 'WRONG_STATE'],
    ['somebody else', { approver: 'user_02' }, 'FORBIDDEN'],
    ['nobody in time', { at: plusMs(later(11), LIMITS.approvalTtl) }, 'APPROVAL_EXPIRED'],
  ])('T25 is refused with %s', (_what, more, code) =>
    given(decider, history(...drifted))
      .when(approveAgain(more))
      .refuses(code),
  );

  it('T25 that never comes cancels the run', () => {
    const at = plusMs(later(10), LIMITS.approvalTtl);
    const events = decided(drifted, { type: 'ExpireApproval', at, requestId: 'apr_1x2' });
    expect(told(events)).toEqual([
      'ApprovalExpired',
      'CancellationRequested',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
    ]);
    expect(events.at(-2)).toMatchObject({ reason: 'approval_expired' });
  });

  it('T25 may be to cancel', () =>
    expect(told(decided(drifted, cancel()))).toEqual([
      'CancellationRequested',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
    ]));

  it('T25 does not resume it without approving what it costs', () =>
    given(decider, history(...drifted))
      .when(resume())
      .refuses('WRONG_STATE', { status: 'paused', asked: 'resume', allowed: ['approve', 'cancel'] }));
});

describe('a run that its owner has paused', () => {
  const idle = [...toExecution(diamond), complete('step_1'), start('step_2'), pause(later(10))];

  it('is said to be', () =>
    given(decider, history(...begun))
      .when(pause(later(10)))
      .then([{ type: 'ExecutionPaused', v: 1, runNo: 1, reason: 'by_owner', pausedAt: later(10) }]));

  it('T14 what is in flight finishes and is recorded only', () => {
    expect(told(decided(idle, complete('step_2')))).toEqual(['StepCompleted step_2']);
    expect(told(decided(idle, start('step_3')))).toEqual(['StepStarted step_3']);
  });

  it('T22 what fails in flight is recorded only, and means what it means when the run goes on', () => {
    expect(told(decided(idle, fail('step_2', { error: broken })))).toEqual([
      'StepAttemptFailed step_2',
      'StepHeld step_2',
    ]);
    const failed = [...idle, fail('step_2', { error: broken }), complete('step_3')];
    expect(told(decided(failed, resume(later(20))))).toEqual([
      'ExecutionResumed',
      'StepFailed step_2',
      'WorkflowFailed step_2',
      'RollbackNotNeeded',
      'RunClosed',
    ]);
  });

  it('T16 what waits for its retry is tried when the run goes on, whatever its timer did', () => {
    const waiting = [...idle, fail('step_2'), complete('step_3')];
    given(decider, history(...waiting))
      .when(retry('step_2', 2, later(15)))
      .thenNothing();
    const events = decided(waiting, resume(later(20)));
    expect(told(events)).toEqual(['ExecutionResumed', 'StepScheduled step_2']);
    expect(events[1]).toMatchObject({ attempt: 2 });
  });

  it('T21 has no deadline meanwhile', () => {
    const { deadline } = stateOfRun(...begun) as Executing;
    given(decider, history(...idle))
      .when(timeOut(plusMs(deadline, 1)))
      .thenNothing();
  });

  it('goes on with what became ready, and ends as late as it was paused', () => {
    const events = decided([...idle, complete('step_2'), complete('step_3')], resume(later(70)));
    expect(told(events)).toEqual(['ExecutionResumed', 'StepScheduled step_4']);
    const { deadline } = stateOfRun(...begun) as Executing;
    expect(events[0]).toMatchObject({ deadline: plusMs(deadline, 60_000) });
  });

  it('T13 keeps the bound on what is in flight when it goes on', () => {
    const wide = Array.from({ length: LIMITS.concurrentSteps + 2 }, (_, index) => `step_${index + 1}`);
    const plan = planOf(...wide.map((id) => paid(id)), assemble('step_9', wide));
    const failing = wide.map((id) => fail(id));
    const running = history(...toExecution(plan), ...failing.slice(0, LIMITS.concurrentSteps), pause());
    const events = decider.decide(resume(later(1)), stateOf(running));
    expect(events.filter(({ type }) => type === 'StepScheduled')).toHaveLength(LIMITS.concurrentSteps - 2);
  });

  it('T20 can be cancelled; what is in flight is drained', () => {
    const events = decided(idle, cancel());
    expect(told(events)).toEqual(['CancellationRequested', 'StepCancelled step_3']);
    expect(told(decided([...idle, cancel()], endDrain())).at(-1)).toBe('RunClosed');
  });

  it('twice is paused once, and resumed twice goes on once', () => {
    given(decider, history(...idle))
      .when(pause(later(11)))
      .thenNothing();
    given(decider, history(...idle, resume(later(20))))
      .when(resume(later(21)))
      .thenNothing();
  });

  it.each<[string, readonly WorkflowCommand[], WorkflowCommand, object]>([
    ['planned', [create()], pause(), { status: 'planning', asked: 'pause', allowed: ['cancel'] }],
    [
      'closed',
      [...toExecution(diamond), fail('step_1', { error: broken })],
      pause(),
      { status: 'failed', asked: 'pause', allowed: ['retry'] },
    ],
    [
      'not paused',
      [create(), propose(diamond)],
      resume(),
      { status: 'awaiting approval', asked: 'resume', allowed: ['approve', 'cancel'] },
    ],
  ])('is refused while it is %s, with what would be allowed', (_what, commands, command, figures) =>
    given(decider, history(...commands))
      .when(command)
      .refuses('WRONG_STATE', figures as never),
  );

  it('is nobody else’s to pause or to resume', () => {
    for (const command of [pause(), resume()])
      given(decider, history(...idle))
        .when({ ...command, by: 'user_02' } as WorkflowCommand)
        .refuses('FORBIDDEN');
  });
});

describe('a run that is to pause instead of failing', () => {
  const asked = [
    create({ onExhausted: 'pause' }),
    propose(diamond),
    approve(diamond),
    startExecution(),
    complete('step_1'),
  ];
  const exhausted = [...asked, complete('step_3'), fail('step_2', { error: broken, at: later(10) })];

  it('says which step has used up its attempts', () =>
    expect(
      decided([...asked, complete('step_3')], fail('step_2', { error: broken, at: later(10) })).slice(1),
    ).toEqual([
      { type: 'StepHeld', v: 1, runNo: 1, stepId: 'step_2', attempt: 1, error: broken },
      {
        type: 'ExecutionPaused',
        v: 1,
        runNo: 1,
        reason: 'retries_exhausted',
        stepId: 'step_2',
        pausedAt: later(10),
      },
    ]));

  it('pauses only once its retries are used up', () =>
    expect(told(decided(asked, fail('step_2')))).toEqual([
      'StepAttemptFailed step_2',
      'StepRetryScheduled step_2',
    ]));

  it('tries the step anew when it is resumed, with another set of attempts', () => {
    const events = decided(exhausted, resume(later(20)));
    expect(told(events)).toEqual(['ExecutionResumed', 'StepScheduled step_2']);
    expect(events[1]).toMatchObject({ attempt: 2 });
    const anew = [...exhausted, resume(later(20))];
    expect(told(decided(anew, fail('step_2', { attempt: 2 }))).at(-1)).toBe('StepRetryScheduled step_2');
    const used = [2, 3].flatMap((attempt) => [
      fail('step_2', { attempt }),
      retry('step_2', attempt + 1, later(30)),
    ]);
    expect(told(decided([...anew, ...used], fail('step_2', { attempt: 4 })))).toContain(
      'ExecutionPaused step_2',
    );
  });

  it('goes on without the step when its owner says so', () => {
    const optional = planOf(
      paid('step_1'),
      paid('step_2', ['step_1']),
      assemble('step_3', ['step_1', 'step_2']),
    );
    const held = history(
      create({ onExhausted: 'pause' }),
      propose(optional),
      approve(optional),
      startExecution(),
      complete('step_1'),
      fail('step_2', { error: broken }),
    );
    const events = decider.decide(resume(later(20), 'step_2'), stateOf(held));
    expect(told(events)).toEqual(['StepFailed step_2', 'ExecutionResumed', 'StepScheduled step_3']);
    const end = decider.decide(complete('step_3'), events.reduce(decider.evolve, stateOf(held)));
    expect(end.at(-2)).toMatchObject({ type: 'WorkflowCompleted', partial: true });
  });

  it('does not go on without a step that all of the result needs', () => {
    const chain = planOf(paid('step_1'), assemble('step_2', ['step_1']));
    const held = history(
      create({ onExhausted: 'pause' }),
      propose(chain),
      approve(chain),
      startExecution(),
      fail('step_1', { error: broken }),
    );
    given(decider, held)
      .when(resume(later(20), 'step_1'))
      .refuses('WRONG_STATE');
  });

  it('does not go on without the step that is the result', () => {
    const chain = planOf(paid('step_1'), assemble('step_2', ['step_1']));
    const held = history(
      create({ onExhausted: 'pause' }),
      propose(chain),
      approve(chain),
      startExecution(),
      complete('step_1'),
      fail('step_2', { error: broken }),
    );
    given(decider, held)
      .when(resume(later(20), 'step_2'))
      .refuses('WRONG_STATE');
  });

  it.each(['step_1', 'step_4', 'step_9'])('does not skip %s, which has not used up its attempts', (stepId) =>
    given(decider, history(...exhausted))
      .when(resume(later(20), stepId))
      .refuses('WRONG_STATE'),
  );

  it('can be cancelled', () => expect(told(decided(exhausted, cancel())).at(-1)).toBe('RunClosed'));
});
