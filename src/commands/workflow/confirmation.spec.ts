import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  approve,
  assemble,
  cancel,
  complete,
  create,
  history,
  later,
  local,
  OWNER,
  planOf,
  propose,
  stateAfter,
  T0,
  told,
} from '../../../test/kit/runs.js';
import type { PlanStep } from '../../events/plan.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const asks = { requiresConfirmation: true, sideEffect: 'irreversible' } as const;
const planWith = (more: Partial<PlanStep> = {}) =>
  planOf(
    local('step_1', [], { ...asks, ...more }),
    local('step_2'),
    local('step_3', ['step_1'], { toleratesSkipped: true }),
    assemble('step_4', ['step_2', 'step_3']),
  );
const plan = planWith();
/** Approved by nobody: it costs nothing, and its owner wanted that. */
const automatic = (of = plan, maxTime = 3_600_000): readonly WorkflowCommand[] => [
  create({ autoApprove: true, maxTime }),
  propose(of),
];
const answer = (
  type: 'ConfirmStep' | 'DeclineStep',
  more: Partial<WorkflowCommand & { type: 'ConfirmStep' }> = {},
): WorkflowCommand =>
  ({ type, at: later(5), by: OWNER, runNo: 1, stepId: 'step_1', ...more }) as WorkflowCommand;
const expire = (at: string): WorkflowCommand => ({
  type: 'ExpireConfirmation',
  at,
  runNo: 1,
  stepId: 'step_1',
});

describe('a step that a person must say yes to', () => {
  it('T42 asks when nobody looked at the plan, and waits while other branches go on', () => {
    const events = history(...automatic());
    expect(told(events).slice(-2)).toEqual(['StepScheduled step_2', 'StepConfirmationRequested step_1']);
    expect(events.at(-1)).toEqual({
      type: 'StepConfirmationRequested',
      v: 1,
      runNo: 1,
      stepId: 'step_1',
      requestedAt: T0,
      expiresAt: later(900),
    });
    given(decider, events)
      .when(complete('step_2'))
      .then([expect.objectContaining({ type: 'StepCompleted', stepId: 'step_2' }) as never]);
  });

  it('T42 takes no place of those that run', () => {
    const many = planOf(
      ...Array.from({ length: 8 }, (_, i) => local(`step_${i + 1}`, [], i < 3 ? asks : {})),
      assemble('step_9', []),
    );
    expect(told(history(...automatic(many))).filter((each) => each.startsWith('StepScheduled'))).toEqual([
      'StepScheduled step_4',
      'StepScheduled step_5',
      'StepScheduled step_6',
      'StepScheduled step_7',
      'StepScheduled step_8',
    ]);
  });

  it('T42 does not ask when its owner approved the plan', () => {
    const events = history(create(), propose(plan), approve(plan));
    expect(told(events).slice(-2)).toEqual(['StepScheduled step_1', 'StepScheduled step_2']);
  });

  it('T42 never asks for longer than the run may take', () =>
    expect(history(...automatic(plan, 60_000)).at(-1)).toMatchObject({ expiresAt: later(60) }));

  it('T43 goes on when it is confirmed, once, whatever comes twice', () => {
    given(decider, history(...automatic()))
      .when(answer('ConfirmStep'))
      .then([
        {
          type: 'StepConfirmed',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          by: OWNER,
          confirmedAt: later(5),
        },
        expect.objectContaining({ type: 'StepScheduled', stepId: 'step_1', attempt: 1 }) as never,
      ]);
    const confirmed = [...automatic(), answer('ConfirmStep')];
    given(decider, history(...confirmed))
      .when(answer('ConfirmStep'))
      .thenNothing();
    given(decider, history(...confirmed))
      .when(expire(later(900)))
      .thenNothing();
    given(decider, history(...confirmed, complete('step_1')))
      .when(answer('ConfirmStep'))
      .thenNothing();
    given(decider, history(...confirmed))
      .when(answer('DeclineStep'))
      .refuses('WRONG_STATE');
  });

  it('T43 confirmed while all places are taken, starts when one is free, and does not ask again', () => {
    const many = planOf(
      local('step_1', [], asks),
      ...Array.from({ length: 5 }, (_, i) => local(`step_${i + 2}`)),
      assemble('step_7', ['step_1']),
    );
    const before = [...automatic(many), answer('ConfirmStep')];
    expect(told(history(...before)).at(-1)).toBe('StepConfirmed step_1');
    expect(told(decider.decide(complete('step_2'), stateAfter(...before)))).toEqual([
      'StepCompleted step_2',
      'StepScheduled step_1',
    ]);
  });

  it('T43 declined, fails the run, and what was not begun is given up', () =>
    expect(told(decider.decide(answer('DeclineStep'), stateAfter(...automatic())))).toEqual([
      'StepConfirmationDeclined step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'StepCancelled step_2',
      'RollbackNotNeeded',
      'RunClosed',
      'WorkflowSettled',
    ]));

  it('T43 declined, is done without where the plan allows it', () => {
    const tolerant = planWith({ onFailure: 'skip_dependants' });
    const declined = decider.decide(answer('DeclineStep'), stateAfter(...automatic(tolerant)));
    expect(told(declined)).toEqual([
      'StepConfirmationDeclined step_1',
      'StepFailed step_1',
      'StepScheduled step_3',
    ]);
    const again = [...automatic(tolerant), answer('DeclineStep')];
    given(decider, history(...again))
      .when(answer('DeclineStep'))
      .thenNothing();
    given(decider, history(...again))
      .when(answer('ConfirmStep'))
      .refuses('WRONG_STATE');
  });

  it('T43 fails when nobody answers in time, and not before', () => {
    given(decider, history(...automatic()))
      .when(expire(later(899)))
      .refuses('WRONG_STATE');
    const expired = decider.decide(expire(later(900)), stateAfter(...automatic()));
    expect(expired.slice(0, 3)).toMatchObject([
      { type: 'StepConfirmationDeclined', reason: 'expired' },
      { type: 'StepFailed', error: { code: 'DECLINED', kind: 'terminal' } },
      { type: 'WorkflowFailed', code: 'DECLINED', terminal: false },
    ]);
    given(decider, history(...automatic()))
      .when(answer('ConfirmStep', { at: later(901) }))
      .refuses('WRONG_STATE');
  });

  it('T43 is not asked any more once the run is cancelled', () => {
    const events = decider.decide(cancel(later(1)), stateAfter(...automatic()));
    expect(told(events)).toEqual([
      'CancellationRequested',
      'StepCancelled step_1',
      'StepCancelled step_2',
      'WorkflowCancelled',
      'RunClosed',
      'WorkflowSettled',
    ]);
    given(decider, history(...automatic(), cancel(later(1))))
      .when(answer('ConfirmStep'))
      .refuses('WRONG_STATE', { status: 'cancelled', asked: 'confirm', allowed: [] });
    given(decider, history(...automatic(), cancel(later(1))))
      .when(expire(later(900)))
      .thenNothing();
  });

  it('T43 is answered by the owner alone, and about a step that asks', () => {
    given(decider, history(...automatic()))
      .when(answer('ConfirmStep', { by: 'user_02' }))
      .refuses('FORBIDDEN');
    given(decider, history(...automatic()))
      .when(answer('DeclineStep', { by: 'user_02' }))
      .refuses('FORBIDDEN');
    for (const stepId of ['step_2', 'step_3', 'step_9'])
      given(decider, history(...automatic()))
        .when(answer('ConfirmStep', { stepId }))
        .refuses('WRONG_STATE');
    given(decider, history(create()))
      .when(answer('ConfirmStep'))
      .refuses('WRONG_STATE', { status: 'planning', asked: 'confirm', allowed: ['cancel'] });
  });
});
