import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  assemble,
  cancel,
  childEnds,
  childStep,
  complete,
  create,
  history,
  later,
  local,
  pause,
  planOf,
  propose,
  resume,
  startExecution,
  startWait,
  stateAfter,
  T0,
  toExecution,
  told,
  wake,
} from '../../../test/kit/runs.js';
import { toMicros } from '../../kernel/money.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const MONTH = later(30 * 24 * 3_600);
const plan = planOf(childStep('step_1'), local('step_2'), assemble('step_3', ['step_1', 'step_2']));
const waiting = [...toExecution(plan), startWait('step_1', MONTH, { child: 'wf_02' }), complete('step_2')];
const decided = (commands: readonly WorkflowCommand[], command: WorkflowCommand) =>
  decider.decide(command, stateAfter(...commands));
const endDrain = { type: 'EndDrain', at: later(60), runNo: 1 } as const;
const parent = { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt: 2, depth: 1 };

describe('a step that is a workflow of its own', () => {
  it('says which it waits for, as long as its run lasts', () => {
    const [started] = decided(toExecution(plan), startWait('step_1', MONTH, { child: 'wf_02' }));
    expect(started).toMatchObject({ type: 'StepWaitStarted', child: 'wf_02', until: MONTH });
  });

  it('takes over the result of one that completed, at what it cost', () => {
    const dear = planOf(childStep('step_1', [], { maxCost: '500' }), assemble('step_2', ['step_1']));
    const begun = [...toExecution(dear), startWait('step_1', MONTH, { child: 'wf_02' })];
    const ends = childEnds('step_1', 'completed', { cost: toMicros(400n) });
    given(decider, history(...begun))
      .when(ends)
      .then([
        {
          type: 'ChildClosed',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 1,
          childId: 'wf_02',
          outcome: 'completed',
          cost: '400',
          closedAt: T0,
        },
      ]);
    const done = complete('step_1', { cost: toMicros(400n) });
    expect(told(decided([...begun, ends], done))).toEqual(['StepCompleted step_1', 'StepScheduled step_2']);
    const settled = [...begun, ends, done, complete('step_2')];
    const holds = { type: 'RecordSettlement', holdId: 'hold_1', spent: toMicros(0n) } as const;
    expect(decided(settled, { ...holds, at: T0 } as WorkflowCommand)).toMatchObject([
      { type: 'WorkflowSettled', estimated: '0', actual: '400', saved: '0' },
    ]);
  });

  it.each([
    ['failed', 'CHILD_FAILED'],
    ['cancelled', 'CHILD_CANCELLED'],
    ['expired', 'CHILD_EXPIRED'],
    ['refused', 'CHILD_REFUSED'],
  ] as const)('has failed with one that %s, whatever its retries', (outcome, code) => {
    const events = decided(waiting, childEnds('step_1', outcome));
    expect(told(events)).toEqual([
      'ChildClosed step_1',
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'RollbackNotNeeded',
      'RunClosed',
      'WorkflowSettled',
    ]);
    expect(events[2]).toMatchObject({ error: { code, kind: 'terminal' } });
  });

  it('hears of the end of no other workflow, attempt or run, and of the same end once', () => {
    expect(decided(waiting, childEnds('step_1', 'completed', { childId: 'wf_03' }))).toEqual([]);
    expect(decided(waiting, childEnds('step_1', 'completed', { runNo: 2 }))).toEqual([]);
    expect(decided(waiting, childEnds('step_2', 'completed'))).toEqual([]);
    const ended = [...waiting, childEnds('step_1', 'completed')];
    for (const outcome of ['completed', 'failed'] as const)
      expect(decided(ended, childEnds('step_1', outcome))).toEqual([]);
  });

  it('takes a place among the steps in flight', () => {
    const steps = Array.from({ length: 7 }, (_, n) => childStep(`step_${n + 1}`));
    const many = planOf(...steps, assemble('step_8', ['step_1']));
    const waits = [1, 2, 3, 4, 5].map((n) => startWait(`step_${n}`, MONTH, { child: `wf_1${n}` }));
    expect(
      told(history(...toExecution(many), ...waits)).filter((type) => /Scheduled/.test(type)),
    ).toHaveLength(5);
    const first = childEnds('step_1', 'completed', { childId: 'wf_11' });
    expect(told(decided([...toExecution(many), ...waits, first], complete('step_1')))).toContain(
      'StepScheduled step_6',
    );
  });

  it('is recorded while its run is paused, and goes on with it', () => {
    const paused = [...waiting, pause()];
    expect(told(decided(paused, childEnds('step_1', 'completed')))).toEqual(['ChildClosed step_1']);
    const done = [...paused, childEnds('step_1', 'completed'), complete('step_1')];
    expect(told(decided(done, resume()))).toEqual(['ExecutionResumed', 'StepScheduled step_3']);
  });
});

describe('a run with a workflow in it that is given up', () => {
  const draining = [...waiting, cancel()];

  it('dismisses it, and is over when that is', () => {
    expect(told(decided(waiting, cancel()))).toEqual(['CancellationRequested', 'ChildDismissed step_1']);
    expect(told(decided(draining, childEnds('step_1', 'cancelled')))).toEqual([
      'ChildClosed step_1',
      'StepAttemptFailed step_1',
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
      'WorkflowSettled',
    ]);
  });

  it('keeps what it gave where it was faster', () => {
    expect(told(decided(draining, childEnds('step_1', 'completed')))).toEqual(['ChildClosed step_1']);
    const done = [...draining, childEnds('step_1', 'completed')];
    expect(told(decided(done, complete('step_1')))).toEqual([
      'StepCompleted step_1',
      'WorkflowCancelled',
      'RunClosed',
      'WorkflowSettled',
    ]);
    const late = [...waiting, childEnds('step_1', 'completed')];
    expect(told(decided(late, cancel()))).toEqual(['CancellationRequested']);
  });

  it('undoes what that one stood on only when that one has undone what it did', () => {
    const undone = { sideEffect: 'reversible', compensation: { maxCost: '0', timeoutMs: 1, retry } } as const;
    const chain = planOf(
      local('step_1', [], undone),
      childStep('step_2', ['step_1']),
      assemble('step_3', ['step_2']),
    );
    const begun = [...toExecution(chain), complete('step_1'), startWait('step_2', MONTH, { child: 'wf_02' })];
    expect(told(decided(begun, cancel()))).toEqual(['CancellationRequested', 'ChildDismissed step_2']);
    expect(told(decided([...begun, cancel()], childEnds('step_2', 'cancelled')))).toContain(
      'StepCompensationScheduled step_1',
    );
  });

  it('does not wait for ever', () =>
    expect(told(decided(draining, endDrain))).toEqual([
      'StepCancelled step_1',
      'WorkflowCancelled',
      'RunClosed',
      'WorkflowSettled',
    ]));

  it('dismisses one that takes longer than its step may wait', () => {
    const begun = [...toExecution(plan), startWait('step_1', later(60), { child: 'wf_02' })];
    expect(decided(begun, wake('step_1', later(59)))).toEqual([]);
    const events = decided(begun, wake('step_1', later(60)));
    expect(told(events).slice(0, 3)).toEqual([
      'ChildDismissed step_1',
      'StepAttemptFailed step_1',
      'StepFailed step_1',
    ]);
    expect(events[1]).toMatchObject({ error: { code: 'CHILD_TIMEOUT' } });
  });
});

describe('a workflow that is a step of another', () => {
  const dear = planOf(local('step_1', [], { maxCost: '500' }), assemble('step_2', ['step_1']));

  it('offers what its parent approved to be covered by that, and says at its end who waits for it', () => {
    const made = create({ parent: { ...parent, holdId: 'hold_0' }, autoApprove: true });
    expect(decided([made], propose(dear)).at(-1)).toMatchObject({
      type: 'ApprovalRequested',
      covered: true,
    });
    const events = history(
      ...[made, propose(dear), approve(dear, { automatic: true }), startExecution()],
      ...[complete('step_1'), complete('step_2')],
    );
    const { depth: _depth, ...waits } = parent;
    expect(events.find(({ type }) => type === 'RunClosed')).toMatchObject({ parent: waits });
  });

  it('is covered by nothing where nothing was approved', () => {
    const made = create({ parent, autoApprove: true, maxCost: toMicros(0n) });
    expect(told(decided([made], propose(dear)))).toEqual([
      'PlanningFailed',
      'WorkflowFailed',
      'RunClosed',
      'WorkflowSettled',
    ]);
  });
});

const retry = { maxAttempts: 1, initialMs: 0, multiplier: 1, maxMs: 0 };
