import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  assemble,
  broken,
  cancel,
  complete,
  condition,
  create,
  diamond,
  endDrain,
  fail,
  history,
  later,
  local,
  paid,
  planOf,
  propose,
  retry,
  settle,
  start,
  startExecution,
  T0,
  timeOut,
  toExecution,
  told,
  unavailable,
} from '../../../test/kit/runs.js';
import type { Plan } from '../../events/plan.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const run = (plan: Plan, ...commands: readonly WorkflowCommand[]) =>
  history(...toExecution(plan), ...commands);
const stateOf = (events: ReturnType<typeof history>) => events.reduce(decider.evolve, decider.initial);
/** What the newest of these commands led to. */
const last = (plan: Plan, ...commands: readonly WorkflowCommand[]) => {
  const before = run(plan, ...commands.slice(0, -1));
  return told(decider.decide(commands.at(-1)!, stateOf(before)));
};

describe('scheduling a diamond', () => {
  it('starts with what depends on nothing', () =>
    expect(told(run(diamond)).at(-1)).toBe('StepScheduled step_1'));

  it('T14 schedules both branches with the completion that unlocks them, one append', () =>
    expect(last(diamond, complete('step_1'))).toEqual([
      'StepCompleted step_1',
      'StepScheduled step_2',
      'StepScheduled step_3',
    ]));

  it('joins only when both branches are through', () => {
    expect(last(diamond, complete('step_1'), complete('step_3'))).toEqual(['StepCompleted step_3']);
    expect(last(diamond, complete('step_1'), complete('step_3'), complete('step_2'))).toEqual([
      'StepCompleted step_2',
      'StepScheduled step_4',
    ]);
  });

  it('T15 the last step closes the run with its result; RunClosed is the last event', () =>
    expect(
      last(diamond, ...['step_1', 'step_2', 'step_3', 'step_4'].map((stepId) => complete(stepId))),
    ).toEqual(['StepCompleted step_4', 'ResultAssembled', 'WorkflowCompleted', 'RunClosed']));

  it('T15 the total is what the steps cost, and their order is counted from 1', () => {
    const cost = { cost: toMicros(7n) };
    const events = run(
      diamond,
      complete('step_1', cost),
      complete('step_3', cost),
      complete('step_2'),
      complete('step_4'),
    );
    expect(events.at(-1)).toMatchObject({ outcome: 'completed', totalCost: '14', holdId: 'hold_1' });
    expect(events.flatMap((event) => (event.type === 'StepCompleted' ? [event.seq] : []))).toEqual([
      1, 2, 3, 4,
    ]);
  });
});

describe('concurrency', () => {
  const wide = Array.from({ length: LIMITS.concurrentSteps + 2 }, (_, index) => `step_${index + 1}`);
  const plan = planOf(...wide.map((id) => paid(id)), assemble('step_9', wide));

  it('T13 is bounded: what is ready beyond it waits', () =>
    expect(told(run(plan)).slice(-LIMITS.concurrentSteps)).toEqual(
      wide.slice(0, LIMITS.concurrentSteps).map((id) => `StepScheduled ${id}`),
    ));

  it('T13 lets the next one in when one ends, in the order of the plan', () =>
    expect(last(plan, start('step_3'), complete('step_3'))).toEqual([
      'StepCompleted step_3',
      `StepScheduled step_${LIMITS.concurrentSteps + 1}`,
    ]));

  it('T16 a step that waits for its retry leaves its place to another', () =>
    expect(last(plan, fail('step_3'))).toEqual([
      'StepAttemptFailed step_3',
      'StepRetryScheduled step_3',
      `StepScheduled step_${LIMITS.concurrentSteps + 1}`,
    ]));
});

describe('a condition', () => {
  const branches = planOf(
    condition('step_1'),
    paid('step_2', ['step_1'], { when: { step: 'step_1', branch: 'then' } }),
    paid('step_3', ['step_1'], { when: { step: 'step_1', branch: 'else' } }),
    paid('step_4', ['step_3']),
    local('step_5', ['step_2', 'step_4'], { toleratesSkipped: true }),
    assemble('step_6', ['step_5']),
  );

  it('T14 runs one branch; the other is skipped with everything that needs it', () => {
    const events = decider.decide(complete('step_1', { branch: 'then' }), stateOf(run(branches)));
    expect(told(events)).toEqual([
      'StepCompleted step_1',
      'StepSkipped step_3',
      'StepSkipped step_4',
      'StepScheduled step_2',
    ]);
    expect(events.slice(1, 3)).toMatchObject([
      { seq: 2, reason: 'condition_false' },
      { seq: 3, reason: 'dependency_skipped' },
    ]);
  });

  it('a join that tolerates skips runs with the branch that ran', () =>
    expect(last(branches, complete('step_1', { branch: 'then' }), complete('step_2'))).toEqual([
      'StepCompleted step_2',
      'StepScheduled step_5',
    ]));

  it('a skipped step keeps the count of what happened without a gap', () => {
    const events = run(branches, complete('step_1', { branch: 'then' }), complete('step_2'));
    expect(events.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual([1, 2, 3, 4]);
  });

  it('T15 a run with skipped branches completes, and is not partial', () => {
    const done = ['step_2', 'step_5', 'step_6'].map((stepId) => complete(stepId));
    const events = run(branches, complete('step_1', { branch: 'then' }), ...done);
    expect(events.at(-2)).toMatchObject({ type: 'WorkflowCompleted', partial: false });
  });

  it('that leaves nothing of the result fails the run with NO_RESULT', () => {
    const only = planOf(
      condition('step_1'),
      paid('step_2', ['step_1'], { when: { step: 'step_1', branch: 'then' } }),
      assemble('step_3', ['step_2']),
    );
    const events = run(only, complete('step_1', { branch: 'else' }));
    expect(told(events).slice(-4)).toEqual([
      'StepCompleted step_1',
      'WorkflowFailed step_3',
      'RollbackNotNeeded',
      'RunClosed',
    ]);
    expect(events.at(-3)).toMatchObject({ code: 'NO_RESULT' });
  });
});

describe('an attempt that fails', () => {
  it.each([
    [0, 0.5],
    [0.999999, 1],
  ])('T16 is retried after its backoff with jitter (random %d)', (random, part) =>
    given(decider, run(diamond))
      .when(fail('step_1', { at: later(10), random }))
      .then([
        {
          type: 'StepAttemptFailed',
          v: 1,
          stepId: 'step_1',
          attempt: 1,
          error: unavailable,
          failedAt: later(10),
        },
        { type: 'StepRetryScheduled', v: 1, runNo: 1, stepId: 'step_1', attempt: 2, at: later(10 + part) },
      ]),
  );

  it('T16 waits longer after the second attempt', () => {
    const events = run(diamond, fail('step_1'), retry('step_1', 2), fail('step_1', { attempt: 2 }));
    expect(events.at(-1)).toMatchObject({ attempt: 3, at: later(1) });
  });

  it.each([
    ['later than its backoff', later(30), 30.5],
    ['earlier', later(-5), 10.5],
  ])('T16 is retried after its backoff from when it is of use, where that is %s', (_, notBefore, at) =>
    expect(run(diamond, fail('step_1', { at: later(10), notBefore, random: 0 })).at(-1)).toMatchObject({
      type: 'StepRetryScheduled',
      at: later(at),
    }),
  );

  it('T16 is not retried when it is of no use before the deadline', () => {
    const notBefore = later(299.6);
    expect(last(diamond, fail('step_1', { notBefore, random: 0 }))).toContain('WorkflowFailed step_1');
  });

  it('T16 whose outcome is unknown is retried as well: the next attempt asks with the same bytes', () =>
    expect(last(diamond, fail('step_1', { error: { ...unavailable, kind: 'unknown' } }))).toContain(
      'StepRetryScheduled step_1',
    ));

  it('T16 begins anew when its timer runs out', () =>
    given(decider, run(diamond, fail('step_1')))
      .when(retry('step_1', 2, later(1)))
      .then([
        {
          type: 'StepScheduled',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 2,
          kind: 'service_call',
          timeoutMs: 30_000,
          scheduledAt: later(1),
        },
      ]));

  it('T16 is not retried when the next attempt would begin after the deadline', () => {
    const late = last(diamond, start('step_1'), fail('step_1', { at: later(299.6), random: 0 }));
    expect(late).toContain('WorkflowFailed step_1');
    const intime = last(diamond, start('step_1'), fail('step_1', { at: later(299.4), random: 0 }));
    expect(intime).toContain('StepRetryScheduled step_1');
  });

  it('T19 for good ends the run when nothing else is in flight', () =>
    expect(last(diamond, start('step_1'), fail('step_1', { error: broken }))).toEqual([
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'RollbackNotNeeded',
      'RunClosed',
    ]));

  it('T19 the third time is for good', () => {
    const events = run(
      diamond,
      fail('step_1'),
      retry('step_1', 2),
      fail('step_1', { attempt: 2 }),
      retry('step_1', 3),
      fail('step_1', { attempt: 3 }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'RunClosed', outcome: 'failed' });
  });

  it('T19 keeps the run open while another step runs, and drops what has not begun', () => {
    const plan = planOf(
      paid('step_1'),
      paid('step_2'),
      paid('step_3'),
      assemble('step_4', ['step_1', 'step_2', 'step_3']),
    );
    expect(last(plan, start('step_1'), start('step_2'), fail('step_1', { error: broken }))).toEqual([
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'StepCancelled step_3',
    ]);
  });

  const skips = { onFailure: 'skip_dependants' } as const;
  const sides = planOf(
    paid('step_1', [], skips),
    paid('step_2', ['step_1']),
    paid('step_3'),
    assemble('step_4', ['step_2', 'step_3']),
  );

  it('T18 may take only its dependants with it; the run ends partial', () => {
    const events = run(sides, fail('step_1', { error: broken }), complete('step_3'), complete('step_4'));
    expect(told(events).slice(-9)).toEqual([
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'StepSkipped step_2',
      'StepCompleted step_3',
      'StepScheduled step_4',
      'StepCompleted step_4',
      'ResultAssembled',
      'WorkflowCompleted',
      'RunClosed',
    ]);
    expect(events.at(-2)).toMatchObject({ partial: true });
    expect(events.find(({ type }) => type === 'StepSkipped')).toMatchObject({ reason: 'dependency_failed' });
  });

  it('T18 that takes everything the result needs ends the run with NO_RESULT', () => {
    const plan = planOf(paid('step_1', [], skips), assemble('step_2', ['step_1']));
    const events = run(plan, fail('step_1', { error: broken }));
    expect(events.at(-3)).toMatchObject({ type: 'WorkflowFailed', code: 'NO_RESULT' });
    expect(events.at(-1)).toMatchObject({ type: 'RunClosed', outcome: 'failed' });
  });

  it('T18 of the last step fails the run: nothing depends on it', () => {
    const plan = planOf(paid('step_1'), local('step_2', ['step_1'], skips));
    const events = run(plan, complete('step_1'), fail('step_2', { error: broken }));
    expect(events.at(-1)).toMatchObject({ type: 'RunClosed', outcome: 'failed' });
  });
});

describe('a worker', () => {
  it('T13 takes a scheduled step, and a second time changes nothing', () =>
    given(decider, run(diamond))
      .when(start('step_1'))
      .then([
        {
          type: 'StepStarted',
          v: 1,
          stepId: 'step_1',
          attempt: 1,
          worker: 'worker-1',
          startedAt: T0,
          runNo: 1,
          timeoutMs: 30_000,
        },
      ]));

  it.each([
    ['that waits for others', 'step_4', 1],
    ['at an attempt to come', 'step_1', 2],
    ['that the plan does not have', 'step_9', 1],
  ])('T13 cannot take a step %s', (_which, stepId, attempt) =>
    given(decider, run(diamond)).when(start(stepId, attempt)).refuses('WRONG_STATE'),
  );

  it('T13 cannot take a step of a run that is being given up', () => {
    const plan = planOf(paid('step_1'), paid('step_2'), assemble('step_3', ['step_1', 'step_2']));
    given(decider, run(plan, start('step_1'), cancel()))
      .when(start('step_2'))
      .refuses('WRONG_STATE');
  });

  it('T14 cannot report more than the ceiling of its step', () => {
    const ceiling = BigInt(diamond.steps[0]!.maxCost);
    given(decider, run(diamond))
      .when(complete('step_1', { cost: toMicros(ceiling + 1n) }))
      .refuses('COST_ABOVE_CEILING', { cost: `${ceiling + 1n}`, ceiling: `${ceiling}` });
    expect(last(diamond, complete('step_1', { cost: toMicros(ceiling) }))).toContain('StepCompleted step_1');
  });
});

describe('a late result', () => {
  const stale = (outcome: 'completed' | 'failed', cost: string) =>
    ({ type: 'StaleStepResultRecorded', v: 1, stepId: 'step_1', attempt: 1, outcome, cost }) as const;
  const retried = run(diamond, start('step_1'), fail('step_1'), retry('step_1', 2));

  it('T41 of an old attempt is kept with its cost, and changes nothing', () =>
    given(decider, retried)
      .when(complete('step_1', { cost: toMicros(20_000n) }))
      .then([stale('completed', '20000')]));

  it('T41 of a closed run is kept, after RunClosed', () => {
    const closed = run(diamond, start('step_1'), cancel(), endDrain());
    expect(told(closed).at(-1)).toBe('RunClosed');
    given(decider, closed)
      .when(complete('step_1', { cost: toMicros(20_000n) }))
      .then([stale('completed', '20000')]);
  });

  it('T41 that was recorded before is a repetition', () => {
    given(decider, run(diamond, complete('step_1')))
      .when(complete('step_1'))
      .thenNothing();
    given(decider, run(diamond, fail('step_1')))
      .when(fail('step_1'))
      .thenNothing();
  });

  it('T41 of a step that never ran here is refused', () => {
    given(decider, run(diamond)).when(complete('step_9')).refuses('WRONG_STATE');
    given(decider, history(create(), cancel())).when(complete('step_1')).refuses('WRONG_STATE');
  });

  it('a step timer that outlived its attempt says nothing', () => {
    const timer = fail('step_1', {
      error: { code: 'STEP_TIMEOUT', message: 'No result in time.', kind: 'retryable' },
    });
    given(decider, run(diamond, complete('step_1')))
      .when(timer)
      .thenNothing();
    given(decider, retried).when(timer).thenNothing();
  });

  it('T16 a retry timer that outlived its run or its attempt says nothing', () => {
    given(decider, run(diamond, fail('step_1'), cancel()))
      .when(retry('step_1', 2))
      .thenNothing();
    given(decider, retried).when(retry('step_1', 2)).thenNothing();
  });
});

describe('the deadline', () => {
  const deadline = later(300);

  it('T21 fails the run with TIMEOUT and drains it', () => {
    const events = run(diamond, start('step_1'), timeOut(deadline));
    expect(told(events).slice(-2)).toEqual(['WorkflowTimedOut', 'WorkflowFailed']);
    expect(events.at(-1)).toMatchObject({ code: 'TIMEOUT', terminal: false });
  });

  it('T21 with nothing running closes the run at once', () =>
    expect(last(diamond, timeOut(deadline))).toEqual([
      'WorkflowTimedOut',
      'WorkflowFailed',
      'StepCancelled step_1',
      'RollbackNotNeeded',
      'RunClosed',
    ]));

  it('T21 does nothing before its time, to another run, or once the run drains', () => {
    given(decider, run(diamond))
      .when(timeOut(later(299)))
      .thenNothing();
    given(decider, run(diamond)).when({ type: 'TimeOutWorkflow', at: deadline, runNo: 2 }).thenNothing();
    given(decider, run(diamond, start('step_1'), cancel()))
      .when(timeOut(deadline))
      .thenNothing();
  });
});

describe('draining', () => {
  const both = planOf(paid('step_1'), paid('step_2'), assemble('step_3', ['step_1', 'step_2']));
  const failing = [start('step_1'), start('step_2'), fail('step_1', { error: broken })];

  it('T22 records what still completes, with its cost, and schedules nothing', () => {
    const cost = toMicros(9n);
    const events = run(both, ...failing, complete('step_2', { cost }));
    expect(told(events).slice(-3)).toEqual(['StepCompleted step_2', 'RollbackNotNeeded', 'RunClosed']);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', totalCost: '9', holdId: 'hold_1' });
  });

  it('T22 does not retry what fails', () =>
    expect(last(both, ...failing, fail('step_2'))).toEqual([
      'StepAttemptFailed step_2',
      'StepCancelled step_2',
      'RollbackNotNeeded',
      'RunClosed',
    ]));

  it('T22 gives up what is in flight when its time is over', () =>
    expect(last(both, ...failing, endDrain())).toEqual([
      'StepCancelled step_2',
      'RollbackNotNeeded',
      'RunClosed',
    ]));

  it('T27 ends failed, T28 ends cancelled', () => {
    expect(run(both, ...failing, endDrain()).at(-1)).toMatchObject({ outcome: 'failed' });
    const events = run(both, start('step_1'), cancel(), endDrain());
    expect(told(events).slice(-2)).toEqual(['WorkflowCancelled', 'RunClosed']);
    expect(events.at(-1)).toMatchObject({ outcome: 'cancelled' });
  });

  it('T22 the drain timer of a run that is not draining does nothing', () => {
    given(decider, run(both)).when(endDrain()).thenNothing();
    given(decider, run(both, cancel())).when(endDrain()).thenNothing();
  });
});

describe('cancelling', () => {
  it.each([
    ['T05 while planning', [create()], undefined],
    ['T09 while it awaits approval', [create(), propose(diamond)], undefined],
    ['T12 when approved, giving its hold back', [create(), propose(diamond), approve(diamond)], 'hold_1'],
  ] as const)('%s closes the run at once', (_when, commands, holdId) => {
    const events = decider.decide(cancel(), stateOf(history(...commands)));
    const settled = holdId === undefined ? ['WorkflowSettled'] : [];
    expect(told(events)).toEqual(['WorkflowCancelled', 'RunClosed', ...settled]);
    expect(events[1]).toMatchObject({ outcome: 'cancelled', totalCost: '0' });
    expect((events[1] as { holdId?: string }).holdId).toBe(holdId);
  });

  it('T20 while executing stops what has not begun and waits for what runs', () => {
    expect(last(diamond, start('step_1'), cancel())).toEqual(['CancellationRequested']);
    expect(last(diamond, cancel())).toEqual([
      'CancellationRequested',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
    ]);
  });

  it('T20 drops retries that were waiting', () =>
    expect(last(diamond, fail('step_1'), cancel())).toEqual([
      'CancellationRequested',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
    ]));

  it('T40 twice is cancelling once, also when it is through', () => {
    given(decider, run(diamond, start('step_1'), cancel()))
      .when(cancel())
      .thenNothing();
    given(decider, run(diamond, cancel())).when(cancel()).thenNothing();
  });

  it('T40 what has failed or is over is refused', () => {
    const both = planOf(paid('step_1'), paid('step_2'), assemble('step_3', ['step_1', 'step_2']));
    const failing = run(both, start('step_1'), start('step_2'), fail('step_1', { error: broken }));
    given(decider, failing)
      .when(cancel())
      .refuses('WRONG_STATE', { status: 'draining', asked: 'cancel', allowed: [] });
    given(decider, run(both, start('step_1'), fail('step_1', { error: broken })))
      .when(cancel())
      .refuses('WRONG_STATE', { status: 'failed', asked: 'cancel', allowed: ['retry'] });
  });
});

describe('settling', () => {
  const closed = run(diamond, cancel());

  it('records once what was estimated, spent and saved', () =>
    given(decider, closed)
      .when(settle(20_000n))
      .then([
        { type: 'WorkflowSettled', v: 1, runNo: 1, estimated: '60000', actual: '20000', saved: '40000' },
      ]));

  it('never says that more was saved than nothing', () =>
    expect(decider.decide(settle(70_000n), stateOf(closed))).toMatchObject([{ saved: '0' }]));

  it('with another figure later changes nothing', () =>
    given(decider, [...closed, ...decider.decide(settle(20_000n), stateOf(closed))])
      .when(settle(1n))
      .thenNothing());

  it('an open run, or with the hold of another, changes nothing', () => {
    given(decider, run(diamond)).when(settle()).thenNothing();
    given(decider, closed).when(settle(0n, 'hold_2')).thenNothing();
  });

  const settleFree = { type: 'RecordSettlement', at: T0, spent: toMicros(0n) } as const;

  it('a run that needed no hold is settled as it closes, and not again', () => {
    const events = history(create(), cancel());
    expect(events.at(-1)).toMatchObject({ type: 'WorkflowSettled', actual: '0', saved: '0' });
    given(decider, events).when(settleFree).thenNothing();
  });

  it('one that an earlier version closed without settling it is settled when asked', () =>
    given(decider, history(create(), cancel()).slice(0, -1))
      .when(settleFree)
      .then([{ type: 'WorkflowSettled', v: 1, runNo: 1, estimated: '0', actual: '0', saved: '0' }]));
});

it('a run with a hold but nothing to start with still starts at StartExecution only', () =>
  expect(told(history(create(), propose(diamond), approve(diamond), startExecution())).slice(-2)).toEqual([
    'ExecutionStarted',
    'StepScheduled step_1',
  ]));
