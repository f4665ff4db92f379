import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  assemble,
  cancel,
  complete,
  history,
  later,
  local,
  OWNER,
  ofRun,
  pause,
  planOf,
  resume,
  retryRun,
  sendSignal,
  signalStep,
  startWait,
  stateAfter,
  T0,
  toApproval,
  toExecution,
  told,
  wake,
} from '../../../test/kit/runs.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const MONTH = later(30 * 24 * 3_600);
/** two steps that wait for the same word, one for another, then the end */
const plan = planOf(
  signalStep('step_1', 'go'),
  signalStep('step_2', 'go', ['step_1']),
  signalStep('step_3', 'stop', [], { onTimeout: 'input' }),
  assemble('step_4', ['step_2', 'step_3']),
);
const begun = toExecution(plan);
const sleeping = [...begun, startWait('step_1', MONTH), startWait('step_3', MONTH)];
const decided = (commands: readonly WorkflowCommand[], command: WorkflowCommand) =>
  decider.decide(command, stateAfter(...commands));

describe('a step that waits for a signal', () => {
  it('says which, and is no slower than the deadline of its run', () => {
    const [started] = decided(begun, startWait('step_1', MONTH));
    expect(started).toMatchObject({ type: 'StepWaitStarted', stepId: 'step_1', signal: 'go', until: MONTH });
  });

  it('goes on with the one that comes, and only the first step that waits for that name', () => {
    const events = decided(sleeping, sendSignal('go'));
    expect(told(events)).toEqual(['SignalReceived', 'StepSignalled step_1']);
    expect(events[0]).toMatchObject({ runNo: 1, name: 'go', signalId: 'sig_go', by: OWNER, receivedAt: T0 });
    const state = stateAfter(...sleeping, sendSignal('go'));
    expect('steps' in state && [state.steps['step_1'], state.steps['step_3']]).toMatchObject([
      { status: 'scheduled', attempt: 1, signalId: 'sig_go' },
      { status: 'sleeping' },
    ]);
  });

  it('need not wait for one that came before, however early', () => {
    expect(told(decided(begun, sendSignal('go')))).toEqual(['SignalReceived']);
    expect(told(decided([...begun, sendSignal('go')], startWait('step_1', MONTH)))).toEqual([
      'StepWaitStarted step_1',
      'StepSignalled step_1',
    ]);
  });

  it('takes them in the order they came, one each', () => {
    const early = [...begun, sendSignal('go', 'first'), sendSignal('go', 'second')];
    const one = decided(early, startWait('step_1', MONTH));
    expect(one[1]).toMatchObject({ stepId: 'step_1', signalId: 'first' });
    const then = [...early, startWait('step_1', MONTH), complete('step_1')];
    expect(decided(then, startWait('step_2', MONTH))[1]).toMatchObject({
      stepId: 'step_2',
      signalId: 'second',
    });
  });

  it('is told before its plan is approved, and has it when it begins', () => {
    const state = stateAfter(...toApproval(plan), sendSignal('go'));
    expect('signals' in state && state.signals).toMatchObject({ sig_go: { name: 'go' } });
    const [first, ...rest] = [...toApproval(plan), sendSignal('go'), ...begun.slice(toApproval(plan).length)];
    expect(told(decided([first!, ...rest], startWait('step_1', MONTH)))).toEqual([
      'StepWaitStarted step_1',
      'StepSignalled step_1',
    ]);
  });

  it('is told while its run is paused, and what it unlocks begins when the run goes on', () => {
    const paused = [...sleeping, pause()];
    expect(told(decided(paused, sendSignal('go')))).toEqual(['SignalReceived', 'StepSignalled step_1']);
    const done = [...paused, sendSignal('go')];
    expect(told(decided(done, complete('step_1')))).toEqual(['StepCompleted step_1']);
    expect(told(decided([...done, complete('step_1')], resume()))).toEqual([
      'ExecutionResumed',
      'StepScheduled step_2',
    ]);
  });

  it('fails when none came in time', () =>
    expect(decided(sleeping, wake('step_1', MONTH))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'StepFailed',
          error: expect.objectContaining({ code: 'SIGNAL_TIMEOUT', kind: 'terminal' }),
        }),
      ]),
    ));

  it('gives what its input says when none came in time, where it says something', () =>
    expect(decided(sleeping, wake('step_3', MONTH))[0]).toMatchObject({
      type: 'StepCompleted',
      stepId: 'step_3',
      outputHash: '22',
    }));

  it('that has its signal is not woken by its timer', () =>
    given(decider, history(...sleeping, sendSignal('go')))
      .when(wake('step_1', MONTH))
      .thenNothing());

  it('is given up with its run', () =>
    expect(told(decided(sleeping, cancel()))).toEqual(
      expect.arrayContaining(['StepCancelled step_1', 'StepCancelled step_3', 'RunClosed']),
    ));
});

describe('a signal', () => {
  it.each([
    ['while a step waits for it', sleeping],
    ['that is kept', begun],
  ])('sent twice is one: %s', (_, commands) =>
    given(decider, history(...commands, sendSignal('go')))
      .when(sendSignal('go'))
      .thenNothing(),
  );

  it('that no step of the plan waits for is refused with those that some do', () =>
    given(decider, history(...begun))
      .when(sendSignal('og'))
      .refuses('SIGNAL_UNKNOWN', { name: 'og', names: ['go', 'stop'] }));

  it('is refused when every step that waits for it has one', () =>
    given(decider, history(...begun, sendSignal('stop')))
      .when(sendSignal('stop', 'another'))
      .refuses('SIGNAL_NOT_AWAITED', { name: 'stop', waiting: 1, kept: 1, awaited: ['go'] }));

  it.each([
    ['is planned', [begun[0]!]],
    ['was cancelled', [...sleeping, cancel()]],
  ])('is refused by a run that %s', (_, commands) =>
    given(decider, history(...commands))
      .when(sendSignal('go'))
      .refuses('WRONG_STATE'),
  );

  it('of another run, or of somebody else, is refused', () => {
    given(decider, history(...begun))
      .when(sendSignal('go', 'x', { runNo: 2 }))
      .refuses('WRONG_STATE');
    given(decider, history(...begun))
      .when(sendSignal('go', 'x', { by: 'user_other' }))
      .refuses('FORBIDDEN');
  });

  it('changes nothing for a plan without one', () =>
    given(decider, history(...toExecution(planOf(local('step_1'), assemble('step_2', ['step_1'])))))
      .when(sendSignal('go'))
      .refuses('SIGNAL_UNKNOWN', { name: 'go', names: [] }));
});

describe('a run that follows one that failed', () => {
  const plan = planOf(
    signalStep('step_1', 'go'),
    signalStep('step_2', 'said', ['step_1']),
    signalStep('step_3', 'more', ['step_1']),
    assemble('step_4', ['step_2', 'step_3']),
  );
  const heard = [
    ...toExecution(plan),
    startWait('step_1', later(60)),
    sendSignal('said', 'early'),
    sendSignal('go', 'taken'),
    complete('step_1'),
    startWait('step_2', later(90)),
    startWait('step_3', later(90)),
  ];
  const over = [...heard, wake('step_3', later(90))];

  it('has heard what the other was told and none of its steps that completed has taken', () => {
    const [requested] = decided(over, retryRun());
    expect(requested).toMatchObject({
      type: 'RetryRequested',
      kept: [{ stepId: 'step_1', runNo: 1 }],
      signals: [{ signalId: 'early', runNo: 1 }],
    });
    const again = [...over, retryRun(), ofRun(2, approve(plan, { requestId: 'apr_2' }))];
    const events = decided(again, ofRun(2, startWait('step_2', later(150), { at: later(61) })));
    expect(events.at(-1)).toMatchObject({ type: 'StepSignalled', stepId: 'step_2', signalId: 'early' });
    expect(decided(again, sendSignal('said', 'early', { runNo: 2 }))).toEqual([]);
  });

  it('has heard nothing where it is planned anew', () => {
    const [requested] = decided(over, retryRun('restart'));
    expect(requested).not.toHaveProperty('signals');
  });
});
