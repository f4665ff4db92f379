import { describe, expect, it } from '@jest/globals';
import {
  alternative,
  assemble,
  broken,
  cancel,
  complete,
  diamond,
  endDrain,
  fail,
  history,
  notUndone,
  paid,
  planOf,
  resolveRollback,
  reversible,
  start,
  toApproval,
  toExecution,
  undo,
} from '../../../test/kit/runs.js';
import type { WorkflowEventOf } from '../../events/workflow.js';
import type { WorkflowCommand } from './commands.js';

const openAfter = (...commands: readonly WorkflowCommand[]) =>
  (history(...commands).findLast(({ type }) => type === 'RunClosed') as WorkflowEventOf<'RunClosed'>)
    .openPayments;

/** `pay_<workflow>r<run>` */
const PAY = 'pay_01r1';
const skips = { onFailure: 'skip_dependants' } as const;
const sides = planOf(
  paid('step_1', [], skips),
  paid('step_2', ['step_1']),
  paid('step_3'),
  assemble('step_4', ['step_2', 'step_3']),
);

describe('payments that may still land when a run ends', () => {
  it('are none where every step that was tried is done', () => {
    const steps = ['step_1', 'step_2', 'step_3', 'step_4'];
    expect(openAfter(...toExecution(diamond), ...steps.map((id) => complete(id)))).toBeUndefined();
    expect(openAfter(...toApproval(diamond), cancel())).toBeUndefined();
  });

  it('are those of steps under way that were given up', () =>
    expect(openAfter(...toExecution(diamond), start('step_1'), cancel(), endDrain())).toEqual([`${PAY}s1`]));

  it('are those of steps that failed, though the run completed without them', () =>
    expect(
      openAfter(
        ...toExecution(sides),
        fail('step_1', { error: broken }),
        complete('step_3'),
        complete('step_4'),
      ),
    ).toEqual([`${PAY}s1`]));

  it('are those of steps that another service did', () => {
    const plan = planOf(
      paid('step_1', [], { onFailure: 'fallback', alternatives: [alternative('svc_2', '15000')] }),
      assemble('step_2', ['step_1']),
    );
    const given = [fail('step_1', { error: broken }), start('step_1', 2), complete('step_1', { attempt: 2 })];
    expect(openAfter(...toExecution(plan), ...given, complete('step_2'))).toEqual([`${PAY}s1`]);
  });

  it('are those of undoing what an operator has seen to by hand', () => {
    const plan = planOf(paid('step_1', [], reversible), paid('step_2', ['step_1']));
    const rollback = [undo('step_1'), notUndone('step_1', 1, broken), resolveRollback()];
    expect(
      openAfter(...toExecution(plan), complete('step_1'), fail('step_2', { error: broken }), ...rollback),
    ).toEqual([`${PAY}s1undo`, `${PAY}s2`]);
  });

  it('are not told of a run that nothing is held for', () => {
    const free = { estimatedCost: '0', maxCost: '0' } as const;
    const plan = planOf(paid('step_1', [], free), assemble('step_2', ['step_1']));
    expect(openAfter(...toExecution(plan), start('step_1'), cancel(), endDrain())).toBeUndefined();
  });
});
