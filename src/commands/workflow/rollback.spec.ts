import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  assemble,
  broken,
  cancel,
  childEnds,
  childStep,
  complete,
  fail,
  history,
  later,
  local,
  notUndone,
  ofRun,
  paid,
  planOf,
  requestRollback,
  resolveRollback,
  retryRollback,
  reversible,
  settle,
  startWait,
  stateAfter,
  toCompletedChild,
  toExecution,
  told,
  undo,
  undoHere,
  undone,
} from '../../../test/kit/runs.js';
import { toMicros } from '../../kernel/money.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';
import { undoing } from './rollback.js';

const decided = (commands: readonly WorkflowCommand[], command: WorkflowCommand) =>
  decider.decide(command, stateAfter(...commands));
const second = (...commands: readonly WorkflowCommand[]) => commands.map((command) => ofRun(2, command));

const two = planOf(
  paid('step_1', [], reversible),
  paid('step_2', ['step_1'], reversible),
  assemble('step_3', ['step_2']),
);

describe('a workflow that completed as a step of another', () => {
  const completed = toCompletedChild(two);
  const asked = [...completed, requestRollback()];

  it('is undone in a run of its own that keeps every result, the last step first', () => {
    given(decider, history(...completed))
      .when(requestRollback())
      .then([
        {
          type: 'RollbackRequested',
          v: 1,
          runNo: 2,
          undoes: 1,
          parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt: 1 },
          kept: ['step_1', 'step_2', 'step_3'].map((stepId) => ({ stepId, runNo: 1 })),
          holdId: 'hold_2',
          budget: '10000',
          requestedAt: later(120),
        },
        {
          type: 'CompensationStarted',
          v: 1,
          runNo: 2,
          cause: 'cancel',
          steps: ['step_2', 'step_1'],
          startedAt: later(120),
        },
        expect.objectContaining({
          type: 'StepCompensationScheduled',
          runNo: 2,
          stepId: 'step_2',
          attempt: 1,
        }),
      ] as never);
  });

  it('closes that run once, and says whose attempt and which run it undid', () => {
    const [, , cancelled, closed] = decided(
      [...asked, ...second(undo('step_2'), undone('step_2', 1, 5_000n), undo('step_1'))],
      ofRun(2, undone('step_1', 1, 5_000n)),
    );
    expect(cancelled).toMatchObject({ type: 'WorkflowCancelled', reason: 'undone_with_parent' });
    expect(closed).toMatchObject({
      type: 'RunClosed',
      runNo: 2,
      undoes: 1,
      outcome: 'cancelled',
      rollback: 'completed',
      totalCost: '10000',
      holdId: 'hold_2',
      parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt: 1 },
    });
  });

  it('is settled for what undoing cost, and was thought to cost nothing more', () => {
    const free = [
      ...asked,
      ...second(undo('step_2'), undone('step_2', 1, 5_000n), undo('step_1'), undone('step_1', 1, 0n)),
    ];
    expect(decided(free, settle(5_000n, 'hold_2'))).toMatchObject([
      { type: 'WorkflowSettled', runNo: 2, estimated: '0', actual: '5000', saved: '0' },
    ]);
  });

  it('has been asked when it is asked again by the same attempt, also when it is over', () => {
    expect(decided(asked, requestRollback())).toEqual([]);
    const over = [...asked, ...second(undo('step_2'), undone('step_2'), undo('step_1'), undone('step_1'))];
    expect(decided(over, requestRollback())).toEqual([]);
    expect(decided(over, requestRollback(2))).toEqual([]);
  });

  it('needs a hold that covers what undoing may cost', () => {
    for (const more of [{ budget: toMicros(9_999n) }, { holdId: undefined }])
      given(decider, history(...completed))
        .when(requestRollback(1, more as never))
        .refuses('INSUFFICIENT_ESCROW');
  });

  it('needs no hold where undoing costs nothing', () => {
    const here = planOf(
      local('step_1', [], { sideEffect: 'reversible', compensation: undoHere }),
      assemble('step_2', ['step_1']),
    );
    const free = { holdId: undefined, budget: toMicros(0n) } as never;
    const events = decided(toCompletedChild(here), requestRollback(1, free));
    expect(events[0]).not.toHaveProperty('holdId');
    const run = [...toCompletedChild(here), requestRollback(1, free)];
    expect(told(decided(run, ofRun(2, undone('step_1'))))).toEqual([
      'StepCompensated step_1',
      'CompensationCompleted',
      'WorkflowCancelled',
      'RunClosed',
      'WorkflowSettled',
    ]);
  });

  it('waits for its settlement, which is that of the run that is over', () => {
    given(decider, history(...completed.slice(0, -1)))
      .when(requestRollback())
      .refuses('RUN_UNSETTLED');
  });

  it.each([
    ['another workflow', { workflowId: 'wf_09', runNo: 1, stepId: 'step_4', attempt: 1 }],
    ['another step', { workflowId: 'wf_00', runNo: 1, stepId: 'step_5', attempt: 1 }],
  ])('is undone for no %s', (_, parent) => {
    given(decider, history(...completed))
      .when(requestRollback(1, { parent }))
      .refuses('WRONG_STATE');
    expect(() => decided(asked, requestRollback(1, { parent }))).toThrow(/only one that completed/);
  });

  it('is refused where it goes on, did not complete, or did nothing that can be undone', () => {
    given(decider, history(...completed.slice(0, 4)))
      .when(requestRollback())
      .refuses('WRONG_STATE');
    given(decider, history(...completed.slice(0, 4), cancel()))
      .when(requestRollback())
      .refuses('WRONG_STATE');
    const harmless = planOf(local('step_1'), assemble('step_2', ['step_1']));
    given(decider, history(...toCompletedChild(harmless)))
      .when(requestRollback())
      .refuses('WRONG_STATE');
  });

  it('is neither retried nor rated once it is undone', () => {
    const over = [...asked, ...second(undo('step_2'), undone('step_2'), undo('step_1'), undone('step_1'))];
    const retry = { type: 'RetryWorkflow', at: later(130), by: 'user_01', runNo: 2, mode: 'resume' } as const;
    given(decider, history(...over))
      .when(retry)
      .refuses('WRONG_STATE');
    given(decider, history(...over))
      .when({ type: 'RateWorkflow', by: 'user_01', stars: 5 })
      .refuses('WRONG_STATE');
  });

  describe('whose undoing failed', () => {
    const failed = [...asked, ...second(undo('step_2'), notUndone('step_2', 1, broken), undo('step_1'))];
    const gone = [...failed, ofRun(2, undone('step_1'))];

    it('says so to the attempt that asked', () =>
      expect(decided(failed, ofRun(2, undone('step_1'))).at(-1)).toMatchObject({
        type: 'CompensationFailed',
        steps: ['step_2'],
        parent: { workflowId: 'wf_00', stepId: 'step_4', attempt: 1 },
      }));

    it('is tried again when its parent tries again, not when a late job repeats', () => {
      expect(decided(gone, requestRollback(1))).toEqual([]);
      const events = decided(gone, requestRollback(2));
      expect(told(events)).toEqual(['CompensationRestarted', 'StepCompensationScheduled step_2']);
      expect(events[0]).toMatchObject({ by: 'system', parent: { attempt: 2 } });
      expect(decided([...gone, requestRollback(2)], requestRollback(2))).toEqual([]);
    });

    it('is tried again or resolved by an operator like any other', () => {
      expect(told(decided(gone, retryRollback()))).toEqual([
        'CompensationRestarted',
        'StepCompensationScheduled step_2',
      ]);
      expect(decided(gone, resolveRollback()).at(-1)).toMatchObject({
        type: 'RunClosed',
        rollback: 'resolved',
        undoes: 1,
      });
    });
  });
});

describe('a step that was a workflow', () => {
  const plan = planOf(
    local('step_1', [], { sideEffect: 'reversible', compensation: undoHere }),
    childStep('step_2', ['step_1'], { maxCost: '500' }),
    local('step_3', ['step_2']),
    assemble('step_4', ['step_3']),
  );
  const child = (more: object = {}) => [
    startWait('step_2', later(600), { child: 'wf_02' }),
    childEnds('step_2', 'completed', { cost: toMicros(100n), undo: toMicros(50n), ...more }),
    complete('step_2', { cost: toMicros(100n) }),
  ];
  const done = [...toExecution(plan), complete('step_1'), ...child()];
  const rolling = [...done, fail('step_3', { error: broken })];

  it('is undone before what it stood on, by the workflow that it was', () => {
    const events = decided(done, fail('step_3', { error: broken }));
    expect(told(events).slice(-2)).toEqual(['CompensationStarted', 'StepCompensationScheduled step_2']);
    expect(events.at(-2)).toMatchObject({ steps: ['step_2', 'step_1'] });
    expect(events.at(-1)).toMatchObject({ kind: 'workflow', child: 'wf_02', attempt: 1 });
    expect(told(decided([...rolling, undo('step_2')], undone('step_2', 1, 50n)))).toEqual([
      'StepCompensated step_2',
      'StepCompensationScheduled step_1',
    ]);
  });

  it('adds to the settlement what undoing it cost', () => {
    const over = [...rolling, undo('step_2'), undone('step_2', 1, 50n), undone('step_1')];
    expect(decided(over, settle(0n))).toMatchObject([{ actual: '150' }]);
    const [, , closed] = decided(over.slice(0, -1), undone('step_1'));
    expect(closed).toMatchObject({ type: 'RunClosed', totalCost: '150', rollback: 'completed' });
  });

  it('is not undone where it did nothing that can be, where the plan says how, or says that nobody can', () => {
    const without = (steps: readonly WorkflowCommand[], of = plan) =>
      told(decided([...toExecution(of), complete('step_1'), ...steps], fail('step_3', { error: broken })));
    expect(without(child({ undo: undefined }))).not.toContain('StepCompensationScheduled step_2');
    const declares = (more: object) =>
      planOf(
        plan.steps[0]!,
        childStep('step_2', ['step_1'], { maxCost: '500', ...more }),
        ...plan.steps.slice(2),
      );
    const own = declares({ sideEffect: 'reversible', compensation: undoHere });
    const events = decided(
      [...toExecution(own), complete('step_1'), ...child()],
      fail('step_3', { error: broken }),
    );
    expect(events.at(-1)).toMatchObject({ stepId: 'step_2', kind: 'data_transform' });
    expect(events.at(-1)).not.toHaveProperty('child');
    expect(without(child(), declares({ sideEffect: 'irreversible' }))).not.toContain(
      'StepCompensationScheduled step_2',
    );
  });

  it('leaves its run partly undone where something it did cannot be', () => {
    const lasting = [...toExecution(plan), complete('step_1'), ...child({ lasting: true })];
    const over = [...lasting, fail('step_3', { error: broken }), undo('step_2'), undone('step_2')];
    expect(decided(over, undone('step_1')).at(-1)).toMatchObject({ rollback: 'partial' });
  });

  it('is not tried again by itself: its workflow has done that', () => {
    const events = decided([...rolling, undo('step_2')], notUndone('step_2'));
    expect(told(events)).toEqual(['StepCompensationFailed step_2', 'StepCompensationScheduled step_1']);
  });

  describe('that could not be undone', () => {
    const failed = [...rolling, undo('step_2'), notUndone('step_2', 1, broken), undone('step_1')];

    it('is tried again with its run, under another attempt', () => {
      const events = decided(failed, retryRollback());
      expect(events.at(-1)).toMatchObject({ stepId: 'step_2', attempt: 2, child: 'wf_02' });
      expect(decided([...failed, retryRollback()], notUndone('step_2', 1, broken))).toEqual([]);
    });

    it('ends its run when it is undone after all', () =>
      expect(told(decided(failed, undone('step_2')))).toEqual([
        'StepCompensated step_2',
        'CompensationCompleted',
        'RunClosed',
      ]));

    it('is resolved with its run, which ends after it', () => {
      const events = decided(failed, resolveRollback());
      expect(events).toMatchObject([
        {
          type: 'CompensationResolved',
          children: [{ stepId: 'step_2', attempt: 1, childId: 'wf_02' }],
        },
      ]);
      const resolved = [...failed, resolveRollback()];
      expect(decided(resolved, resolveRollback())).toEqual([]);
      expect(() => decided(resolved, retryRollback())).toThrow(/only a failed rollback can be retried/);
      const ends = { ...undone('step_2', 1, 20n), resolved: true } as WorkflowCommand;
      expect(decided(resolved, ends)).toMatchObject([
        { type: 'StepCompensated', resolved: true, cost: '20' },
        { type: 'RunClosed', rollback: 'resolved', totalCost: '120' },
      ]);
    });

    it('makes the run resolved that it is part of, where it was seen to by hand itself', () => {
      const ends = { ...undone('step_2'), resolved: true } as WorkflowCommand;
      expect(decided(failed, ends)).toMatchObject([
        { type: 'StepCompensated' },
        { type: 'CompensationCompleted', rollback: 'resolved' },
        { type: 'RunClosed', rollback: 'resolved' },
      ]);
    });
  });

  it('is kept by a run that goes on from where it was, whose hold covers undoing it', () => {
    const harmless = planOf(
      childStep('step_1', [], { maxCost: '500' }),
      local('step_2', ['step_1']),
      assemble('step_3', ['step_2']),
    );
    const kept = [
      ...toExecution(harmless),
      startWait('step_1', later(600), { child: 'wf_02' }),
      childEnds('step_1', 'completed', { cost: toMicros(100n), undo: toMicros(50n) }),
      complete('step_1', { cost: toMicros(100n) }),
      { ...cancel(), rollback: false } as WorkflowCommand,
    ];
    const { progress } = stateAfter(...kept) as never as { progress: { steps: object } };
    expect(progress.steps).toMatchObject({ step_1: { child: { workflowId: 'wf_02', undo: '50' } } });
  });

  it('tells its parent what it takes to undo it, what its own parts take included', () => {
    const state = stateAfter(...done, complete('step_3'), complete('step_4'));
    expect(undoing(state as never)).toEqual({ steps: ['step_2', 'step_1'], price: 50n, isLasting: false });
  });
});
