import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  assemble,
  broken,
  cancel,
  complete,
  endDrain,
  fail,
  history,
  later,
  local,
  notUndone,
  paid,
  planOf,
  resolveRollback,
  retryRollback,
  reversible,
  start,
  T0,
  toExecution,
  told,
  unavailable,
  undo,
  undoAgain,
  undoHere,
  undone,
} from '../../../test/kit/runs.js';
import type { Plan } from '../../events/plan.js';
import { toMicros } from '../../kernel/money.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const run = (plan: Plan, ...commands: readonly WorkflowCommand[]) =>
  history(...toExecution(plan), ...commands);
/** What the newest of these commands led to. */
const last = (plan: Plan, ...commands: readonly WorkflowCommand[]) =>
  told(run(plan, ...commands).slice(run(plan, ...commands.slice(0, -1)).length));

/** One step, two beside each other that need it, and one that fails. */
const diamond = planOf(
  paid('step_1', [], reversible),
  paid('step_2', ['step_1'], reversible),
  paid('step_3', ['step_1'], reversible),
  paid('step_4', ['step_2', 'step_3']),
  assemble('step_5', ['step_4']),
);
const failing = [
  ...['step_1', 'step_2', 'step_3'].map((id) => complete(id)),
  fail('step_4', { error: broken }),
];

describe('the rollback of a run that failed', () => {
  it('T26 begins with what ran last; steps that do not need each other are undone side by side', () =>
    expect(last(diamond, ...failing)).toEqual([
      'StepAttemptFailed step_4',
      'StepFailed step_4',
      'WorkflowFailed step_4',
      'CompensationStarted',
      'StepCompensationScheduled step_3',
      'StepCompensationScheduled step_2',
    ]));

  it('T26 waits for what is still running, and undoes what that did as well', () => {
    const both = planOf(
      paid('step_1', [], reversible),
      paid('step_2'),
      assemble('step_3', ['step_1', 'step_2']),
    );
    const before = [start('step_1'), start('step_2'), fail('step_2', { error: broken })];
    expect(last(both, ...before)).not.toContain('CompensationStarted');
    expect(last(both, ...before, complete('step_1'))).toEqual([
      'StepCompleted step_1',
      'CompensationStarted',
      'StepCompensationScheduled step_1',
    ]);
    // what never completed has nothing to undo
    expect(last(both, ...before, endDrain())).toEqual([
      'StepCancelled step_1',
      'RollbackNotNeeded',
      'RunClosed',
    ]);
  });

  it('T26 is for steps that are reversible and say how', () => {
    const plan = planOf(
      paid('step_1', [], { sideEffect: 'irreversible' }),
      paid('step_2', ['step_1'], { sideEffect: 'reversible' }),
      paid('step_3', ['step_2']),
      assemble('step_4', ['step_3']),
    );
    const events = run(plan, complete('step_1'), complete('step_2'), fail('step_3', { error: broken }));
    expect(events.at(-1)).toMatchObject({ type: 'RunClosed', rollback: 'none' });
  });

  it('T29 goes on to a step when everything that came after it is undone', () => {
    expect(last(diamond, ...failing, undone('step_3'))).toEqual(['StepCompensated step_3']);
    expect(last(diamond, ...failing, undone('step_3'), undone('step_2'))).toEqual([
      'StepCompensated step_2',
      'StepCompensationScheduled step_1',
    ]);
  });

  it('T29 keeps the order through steps that have nothing to undo', () => {
    const chain = planOf(
      paid('step_1', [], reversible),
      local('step_2', ['step_1']),
      paid('step_3', ['step_2'], reversible),
      paid('step_4', ['step_3']),
      assemble('step_5', ['step_4']),
    );
    const done = ['step_1', 'step_2', 'step_3'].map((id) => complete(id));
    const before = [...done, fail('step_4', { error: broken })];
    expect(last(chain, ...before).at(-1)).toBe('StepCompensationScheduled step_3');
    expect(last(chain, ...before, undone('step_3')).at(-1)).toBe('StepCompensationScheduled step_1');
  });

  it('T32 that is whole closes the run as failed, with what undoing cost', () => {
    const events = run(diamond, ...failing, undone('step_3', 1, 5_000n), undone('step_2'), undone('step_1'));
    expect(told(events).slice(-2)).toEqual(['CompensationCompleted', 'RunClosed']);
    expect(events.at(-1)).toMatchObject({
      outcome: 'failed',
      rollback: 'completed',
      totalCost: '5000',
      holdId: 'hold_1',
    });
  });

  it('T32 is partial when a step that cannot be undone was done', () => {
    const plan = planOf(
      paid('step_1', [], reversible),
      paid('step_2', [], { sideEffect: 'irreversible' }),
      paid('step_3', ['step_1', 'step_2']),
      assemble('step_4', ['step_3']),
    );
    const done = [complete('step_1'), complete('step_2'), fail('step_3', { error: broken })];
    const events = run(plan, ...done, undone('step_1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', rollback: 'partial' });
  });

  it('tells whether a service is called or an expression evaluated', () => {
    const plan = planOf(
      local('step_1', [], { sideEffect: 'reversible', compensation: undoHere }),
      paid('step_2', ['step_1']),
      assemble('step_3', ['step_2']),
    );
    expect(run(diamond, ...failing).at(-1)).toMatchObject({ kind: 'service_call' });
    const here = run(plan, complete('step_1'), fail('step_2', { error: broken }));
    expect(here.at(-1)).toMatchObject({ type: 'StepCompensationScheduled', kind: 'data_transform' });
  });
});

describe('the rollback of a run that is cancelled', () => {
  const plan = planOf(
    paid('step_1', [], reversible),
    paid('step_2', ['step_1']),
    assemble('step_3', ['step_2']),
  );

  it('T32 ends cancelled, after what was done is undone', () => {
    const events = run(plan, complete('step_1'), cancel(), undone('step_1'));
    expect(told(events).slice(-4)).toEqual([
      'StepCompensated step_1',
      'CompensationCompleted',
      'WorkflowCancelled',
      'RunClosed',
    ]);
    expect(events.at(-1)).toMatchObject({ outcome: 'cancelled', rollback: 'completed' });
  });

  it('T28 keeps what was done when the owner says so', () => {
    const keep = { ...cancel(), rollback: false } as WorkflowCommand;
    const events = run(plan, complete('step_1'), start('step_2'), keep, endDrain());
    expect(told(events).slice(-2)).toEqual(['WorkflowCancelled', 'RunClosed']);
    expect(events.at(-1)).toMatchObject({ outcome: 'cancelled', rollback: 'none' });
  });

  it('T40 cannot be cancelled again, and says nothing when it was', () => {
    given(decider, run(plan, complete('step_1'), cancel()))
      .when(cancel())
      .thenNothing();
    given(decider, run(diamond, ...failing))
      .when(cancel())
      .refuses('WRONG_STATE', { status: 'compensating', asked: 'cancel', allowed: [] });
  });
});

describe('an attempt to undo that fails', () => {
  const plan = planOf(
    paid('step_1', [], reversible),
    paid('step_2', [], reversible),
    paid('step_3', ['step_1', 'step_2']),
    assemble('step_4', ['step_3']),
  );
  const rolling = [complete('step_1'), complete('step_2'), fail('step_3', { error: broken })];
  const given2 = [notUndone('step_2'), undoAgain('step_2', 2), notUndone('step_2', 2)];
  const stuck = [...rolling, ...given2, undone('step_1')];

  it('T30 is made again after its backoff, by a policy of its own', () => {
    given(decider, run(plan, ...rolling))
      .when(notUndone('step_2', 1, unavailable, later(3), 0.5))
      .then([
        {
          type: 'StepCompensationRetryScheduled',
          v: 1,
          runNo: 1,
          stepId: 'step_2',
          attempt: 2,
          at: later(3.75),
          error: unavailable,
        },
      ]);
    expect(last(plan, ...rolling, notUndone('step_2'), undoAgain('step_2', 2))).toEqual([
      'StepCompensationScheduled step_2',
    ]);
  });

  it('T30 is made again when it is of use', () => {
    const refused = { ...notUndone('step_2', 1, unavailable, later(3), 0.5), notBefore: later(40) };
    expect(run(plan, ...rolling, refused).at(-1)).toMatchObject({
      type: 'StepCompensationRetryScheduled',
      at: later(40.75),
    });
  });

  it('T30 is made again long after the deadline of the run', () =>
    expect(last(plan, ...rolling, notUndone('step_2', 1, unavailable, later(9_999)))).toEqual([
      'StepCompensationRetryScheduled step_2',
    ]));

  it('T31 for the last time leaves the others to go on', () => {
    expect(last(plan, ...rolling, ...given2)).toEqual(['StepCompensationFailed step_2']);
    expect(last(plan, ...rolling, notUndone('step_2', 1, broken))).toEqual(['StepCompensationFailed step_2']);
  });

  it('T33 leaves the run open for an operator when all were tried', () =>
    expect(run(plan, ...stuck).slice(-2)).toMatchObject([
      { type: 'StepCompensated', stepId: 'step_1' },
      { type: 'CompensationFailed', userId: 'user_01', steps: ['step_2'] },
    ]));

  it('T34 an operator has it tried again, with all its attempts and never what is done', () => {
    given(decider, run(plan, ...stuck))
      .when(retryRollback())
      .then([
        { type: 'CompensationRestarted', v: 1, runNo: 1, by: 'user_operator', restartedAt: T0 },
        {
          type: 'StepCompensationScheduled',
          v: 1,
          runNo: 1,
          stepId: 'step_2',
          attempt: 3,
          kind: 'service_call',
          timeoutMs: 30_000,
          scheduledAt: T0,
        },
      ]);
    expect(last(plan, ...stuck, retryRollback(), notUndone('step_2', 3))).toEqual([
      'StepCompensationRetryScheduled step_2',
    ]);
    const again = run(plan, ...stuck, retryRollback(), undone('step_2', 3));
    expect(again.at(-1)).toMatchObject({ type: 'RunClosed', rollback: 'completed' });
  });

  it('T34 that fails again is the operator’s again', () =>
    expect(last(plan, ...stuck, retryRollback(), notUndone('step_2', 3, broken))).toEqual([
      'StepCompensationFailed step_2',
      'CompensationFailed',
    ]));

  it('T35 an operator sees to it by hand: the run is closed and says so', () => {
    given(decider, run(plan, ...stuck))
      .when(resolveRollback('Refunded by hand.'))
      .then([
        {
          type: 'CompensationResolved',
          v: 1,
          runNo: 1,
          by: 'user_operator',
          note: 'Refunded by hand.',
          resolvedAt: T0,
        },
        {
          type: 'RunClosed',
          v: 1,
          runNo: 1,
          userId: 'user_01',
          outcome: 'failed',
          rollback: 'resolved',
          totalCost: '0',
          closedAt: T0,
          holdId: 'hold_1',
          openPayments: ['pay_01r1s2undo', 'pay_01r1s3'],
        },
      ]);
  });

  it('T35 of a cancelled run ends cancelled', () => {
    const one = planOf(
      paid('step_1', [], reversible),
      paid('step_2', ['step_1']),
      assemble('step_3', ['step_2']),
    );
    const events = run(one, complete('step_1'), cancel(), notUndone('step_1', 1, broken), resolveRollback());
    expect(told(events).slice(-3)).toEqual(['CompensationResolved', 'WorkflowCancelled', 'RunClosed']);
  });

  it.each([
    ['that runs', []],
    ['that is being rolled back, resolved', rolling],
    ['that is closed', [cancel()]],
  ])('T34, T35 are refused of a run %s', (_which, commands) => {
    given(decider, run(plan, ...commands))
      .when(resolveRollback())
      .refuses('WRONG_STATE');
    if (commands === rolling)
      given(decider, run(plan, ...rolling))
        .when(retryRollback())
        .thenNothing();
    else
      given(decider, run(plan, ...commands))
        .when(retryRollback())
        .refuses('WRONG_STATE');
  });
});

describe('undoing, at most once to success (I8)', () => {
  const plan = planOf(
    paid('step_1', [], reversible),
    paid('step_2', ['step_1']),
    assemble('step_3', ['step_2']),
  );
  const rolling = [complete('step_1'), fail('step_2', { error: broken })];

  it('is taken by one worker; a second time changes nothing', () => {
    given(decider, run(plan, ...rolling))
      .when(undo('step_1'))
      .then([
        {
          type: 'StepCompensationStarted',
          v: 1,
          stepId: 'step_1',
          attempt: 1,
          worker: 'worker-1',
          startedAt: T0,
        },
      ]);
    given(decider, run(plan, ...rolling))
      .when(undo('step_1', 2))
      .refuses('WRONG_STATE');
    given(decider, run(plan, ...rolling))
      .when(undo('step_2'))
      .refuses('WRONG_STATE');
  });

  it('a late success of an earlier attempt counts: it is not done again', () => {
    const late = run(plan, ...rolling, notUndone('step_1'), undone('step_1', 1));
    expect(late.at(-1)).toMatchObject({ type: 'RunClosed', rollback: 'completed' });
    const failed = [notUndone('step_1'), undoAgain('step_1', 2), notUndone('step_1', 2)];
    const stuck = run(plan, ...rolling, ...failed, undone('step_1', 2));
    expect(told(stuck).slice(-4)).toEqual([
      'CompensationFailed',
      'StepCompensated step_1',
      'CompensationCompleted',
      'RunClosed',
    ]);
  });

  it('a report that is repeated, of an attempt to come, or of a closed run says nothing', () => {
    const two = planOf(
      paid('step_1', [], reversible),
      paid('step_2', ['step_1'], reversible),
      paid('step_3', ['step_2']),
      assemble('step_4', ['step_3']),
    );
    const before = [complete('step_1'), complete('step_2'), fail('step_3', { error: broken })];
    for (const command of [undone('step_2'), notUndone('step_2'), undoAgain('step_2', 2)])
      given(decider, run(two, ...before, undone('step_2')))
        .when(command)
        .thenNothing();
    for (const command of [undone('step_1', 2), notUndone('step_1', 2), undone('step_2')])
      given(decider, run(plan, ...rolling))
        .when(command)
        .thenNothing();
    given(decider, run(plan, ...rolling, undone('step_1')))
      .when(undone('step_1'))
      .thenNothing();
  });

  it('cannot report more than its ceiling', () =>
    given(decider, run(plan, ...rolling))
      .when(undone('step_1', 1, 5_001n))
      .refuses('COST_ABOVE_CEILING', { cost: '5001', ceiling: '5000' }));

  it('T41 a late result of a step that was given up changes nothing of the rollback', () => {
    const both = planOf(
      paid('step_1', [], reversible),
      paid('step_2', [], reversible),
      assemble('step_3', ['step_1', 'step_2']),
    );
    const before = [start('step_1'), complete('step_2'), cancel(), endDrain()];
    expect(last(both, ...before, complete('step_1', { cost: toMicros(9n) }))).toEqual([
      'StaleStepResultRecorded step_1',
    ]);
  });
});
