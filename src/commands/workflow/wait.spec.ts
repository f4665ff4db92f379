import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  assemble,
  cancel,
  fail,
  history,
  later,
  local,
  OWNER,
  ofRun,
  paid,
  planOf,
  retryRun,
  settle,
  start,
  startExecution,
  startWait,
  stateAfter,
  T0,
  timeOut,
  toExecution,
  told,
  waitStep,
  wake,
} from '../../../test/kit/runs.js';
import { LIMITS } from '../../kernel/limits.js';
import { workflowDecider as decider } from './decide.js';

const TEN = later(10);
/** wait, then a local step, then the end */
const plan = planOf(waitStep('step_1'), local('step_2', ['step_1']), assemble('step_3', ['step_2']));
const waiting = [...toExecution(plan), startWait('step_1', TEN)];

describe('a step that waits', () => {
  it('is recorded with its end and with what it will have given', () =>
    given(decider, history(...toExecution(plan)))
      .when(startWait('step_1', TEN))
      .then([
        {
          type: 'StepWaitStarted',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 1,
          until: TEN,
          output: startWait('step_1', TEN).output,
          inputHash: '11',
          outputHash: '22',
          startedAt: T0,
        },
      ]));

  it('has given it when its time has come, and the next step follows in the same append', () => {
    const events = decider.decide(wake('step_1', TEN), stateAfter(...waiting));
    expect(told(events)).toEqual(['StepCompleted step_1', 'StepScheduled step_2']);
    expect(events[0]).toMatchObject({
      seq: 1,
      cost: '0',
      inputHash: '11',
      outputHash: '22',
      startedAt: T0,
      completedAt: TEN,
    });
  });

  it.each([
    ['before its time', wake('step_1', later(9))],
    ['for another attempt', wake('step_1', TEN, 2)],
    ['for another run', wake('step_1', TEN, 1, 2)],
    ['for a step that does not wait', wake('step_2', TEN)],
    ['for a step that is not in the plan', wake('step_9', TEN)],
  ])('is not woken %s', (_, command) =>
    given(decider, history(...waiting))
      .when(command)
      .thenNothing(),
  );

  it.each([
    ['a second time: its first end counts', [], startWait('step_1', later(99))],
    ['for another attempt', [], startWait('step_1', TEN, { attempt: 2 })],
    ['in another run', [], startWait('step_1', TEN, { runNo: 2 })],
    ['once it is over', [wake('step_1', TEN)], startWait('step_1', later(99))],
    ['in a run that was cancelled', [cancel()], startWait('step_1', later(99))],
  ])('does not begin %s', (_, before, command) =>
    given(decider, history(...waiting, ...before))
      .when(command)
      .thenNothing(),
  );

  it('takes no place among the steps in flight', () => {
    const many = Array.from({ length: 20 }, (_, n) => waitStep(`step_${n + 1}`));
    const wide = planOf(
      ...many,
      paid('step_21'),
      assemble('step_22', [...many.map(({ id }) => id), 'step_21']),
    );
    const started = many.map(({ id }) => startWait(id, TEN));
    const events = history(...toExecution(wide), ...started);
    expect(told(events).filter((line) => line.startsWith('StepWaitStarted'))).toHaveLength(20);
    expect(told(events)).toContain('StepScheduled step_21');
    expect(LIMITS.concurrentSteps).toBeLessThan(20);
  });

  it('that would outlive its run fails at once, and says why', () => {
    const events = decider.decide(startWait('step_1', later(301)), stateAfter(...toExecution(plan)));
    expect(told(events)).toEqual([
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'RollbackNotNeeded',
      'RunClosed',
      'WorkflowSettled',
    ]);
    expect(events[1]).toMatchObject({
      error: {
        code: 'WAIT_TOO_LONG',
        message: `The wait would end at ${later(301)}, after the deadline of the run, ${later(300)}.`,
      },
    });
  });

  it('ends with its run when the owner cancels it: at once, and the timer is told', () => {
    const events = decider.decide(cancel(), stateAfter(...waiting));
    expect(events).toContainEqual({
      type: 'StepCancelled',
      v: 1,
      stepId: 'step_1',
      attempt: 1,
      waitOfRun: 1,
    });
    expect(told(events).slice(-2)).toEqual(['RunClosed', 'WorkflowSettled']);
    given(decider, history(...waiting, cancel()))
      .when(wake('step_1', TEN))
      .thenNothing();
  });

  it('ends with its run at the deadline', () =>
    expect(told(decider.decide(timeOut(later(300)), stateAfter(...waiting)))).toEqual([
      'WorkflowTimedOut',
      'WorkflowFailed',
      'StepCancelled step_1',
      'RollbackNotNeeded',
      'RunClosed',
      'WorkflowSettled',
    ]));

  it('ends with its run when another step fails for good, and the drain does not wait for it', () => {
    const forked = planOf(waitStep('step_1'), paid('step_2'), assemble('step_3', ['step_1', 'step_2']));
    const before = [...toExecution(forked), startWait('step_1', TEN), start('step_2')];
    const error = { code: 'SERVICE_REFUSED', message: 'It cannot.', kind: 'terminal' } as const;
    const events = decider.decide(fail('step_2', { error }), stateAfter(...before));
    expect(told(events)).toContain('StepCancelled step_1');
    expect(told(events).at(-1)).toBe('RunClosed');
  });

  it('that is over is kept when the run is tried again', () => {
    const late = planOf(waitStep('step_1'), paid('step_2', ['step_1']), assemble('step_3', ['step_2']));
    const error = { code: 'SERVICE_REFUSED', message: 'It cannot.', kind: 'terminal' } as const;
    const failed = [
      ...toExecution(late),
      startWait('step_1', TEN),
      wake('step_1', TEN),
      start('step_2', 1, later(11)),
      fail('step_2', { at: later(12), error }),
      settle(),
    ];
    const state = stateAfter(...failed, retryRun());
    expect(state).toMatchObject({
      status: 'awaiting_approval',
      kept: { step_1: { status: 'completed', runNo: 1 } },
    });
  });

  it('that was not over waits anew in the next run', () => {
    const failed = [
      ...waiting,
      timeOut(later(300)),
      ofRun(1, { type: 'RecordSettlement', at: T0, spent: 0n as never }),
    ];
    const again = [
      retryRun(),
      { type: 'Approve', at: later(400), approver: OWNER, automatic: false, budget: 0n as never } as const,
    ];
    const events = history(...failed, ...again, ofRun(2, startExecution(later(400))));
    expect(told(events).at(-1)).toBe('StepScheduled step_1');
    given(decider, events)
      .when(wake('step_1', later(401)))
      .thenNothing();
  });
});
