import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  assemble,
  broken,
  cancel,
  start as claim,
  complete,
  condition,
  create,
  diamond,
  fail,
  history,
  later,
  local,
  notUndone,
  OWNER,
  PLAN_HASH,
  paid,
  planOf,
  reversible,
  settle,
  stateAfter,
  T0,
  toApproval,
  toExecution,
  told,
  undone,
} from '../../../test/kit/runs.js';
import type { Plan } from '../../events/plan.js';
import { sampleSealed } from '../../events/samples.js';
import { toMicros } from '../../kernel/money.js';
import { requiredFor } from './approval.js';
import type { ForkWorkflow, KeptStep, WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';
import { keptForFork, requireForkable } from './fork.js';
import type { AwaitingApproval } from './state.js';

const cost = toMicros(20_000n);
const from = { workflowId: 'wf_00', runNo: 1 };
const keep = (stepId: string, more: Partial<KeptStep> = {}): KeptStep => ({
  stepId,
  from,
  attempt: 2,
  output: { inline: sampleSealed },
  inputHash: '11',
  outputHash: '22',
  startedAt: T0,
  completedAt: T0,
  ...more,
});
const forkOf = (plan: Plan, kept: readonly KeptStep[], more: Partial<ForkWorkflow> = {}): ForkWorkflow => {
  const { type: _type, given: _given, ...created } = create();
  return {
    type: 'ForkWorkflow',
    ...created,
    forkedFrom: { ...from, stepId: 'step_2' },
    plan,
    planHash: PLAN_HASH,
    kept,
    ...more,
  };
};
const start = (holdId: string, budget: bigint, requestId = 'apr_1'): WorkflowCommand[] => [
  { type: 'Approve', at: T0, approver: OWNER, automatic: false, requestId, holdId, budget: toMicros(budget) },
  { type: 'StartExecution', at: T0, runNo: 1 },
];

describe('a workflow forked from another', () => {
  it('is offered with what it keeps, and asks for the rest only', () => {
    const events = history(forkOf(diamond, [keep('step_1'), keep('step_3')]));
    expect(told(events)).toEqual([
      'WorkflowCreated',
      'PlanningStarted',
      'IntentClassified',
      'PlanProposed',
      'StepKept step_1',
      'StepKept step_3',
      'ApprovalRequested',
    ]);
    expect(events[0]).toMatchObject({ forkedFrom: { workflowId: 'wf_00', runNo: 1, stepId: 'step_2' } });
    const offer = events.reduce(decider.evolve, decider.initial) as AwaitingApproval;
    expect(requiredFor(offer)).toBe(20_000n);
    given(decider, events).when(start('hold_1', 19_999n)[0]!).refuses('INSUFFICIENT_ESCROW', {
      required: '20000',
      available: '19999',
    });
  });

  it('starts with what is open, and pays for nothing else', () => {
    const begun = history(forkOf(diamond, [keep('step_1'), keep('step_3')]), ...start('hold_1', 20_000n));
    expect(told(begun).slice(-2)).toEqual(['ExecutionStarted', 'StepScheduled step_2']);
    const whole = history(
      forkOf(diamond, [keep('step_1'), keep('step_3')]),
      ...start('hold_1', 20_000n),
      complete('step_2', { cost }),
      complete('step_4'),
    );
    expect(whole.at(-1)).toMatchObject({ type: 'RunClosed', outcome: 'completed', totalCost: '20000' });
    expect(whole.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual([1, 2, 3, 4]);
  });

  it('is measured by what it had to do', () => {
    const commands = [complete('step_2', { cost }), complete('step_4'), settle(20_000n)];
    const kept = [keep('step_1'), keep('step_3')];
    const events = history(forkOf(diamond, kept), ...start('hold_1', 20_000n), ...commands);
    expect(events.at(-1)).toMatchObject({
      type: 'WorkflowSettled',
      estimated: '20000',
      actual: '20000',
      saved: '0',
    });
  });

  it('said twice is one, and another one under its id is refused', () => {
    const once = forkOf(diamond, [keep('step_1')]);
    given(decider, history(once)).when(once).thenNothing();
    given(decider, history(once))
      .when({ ...once, secret: { ...sampleSealed, data: 'AAAA' } })
      .refuses('WRONG_STATE');
  });

  it('is refused when the rest costs more than it may, or takes longer', () => {
    given(decider, [])
      .when(forkOf(diamond, [keep('step_1')], { maxCost: toMicros(39_999n) }))
      .refuses('PLAN_OVER_BUDGET', { costMicro: '40000', maxCostMicro: '39999' });
    given(decider, [])
      .when(forkOf(diamond, [keep('step_1')], { maxTime: 1 }))
      .refuses('PLAN_OVER_TIME');
  });

  it('starts by itself when nothing is left to pay and the owner wants that', () => {
    const plan = planOf(paid('step_1'), local('step_2', ['step_1']), assemble('step_3', ['step_2']));
    const events = history(forkOf(plan, [keep('step_1')], { autoApprove: true }));
    expect(told(events).slice(-3)).toEqual(['WorkflowApproved', 'ExecutionStarted', 'StepScheduled step_2']);
  });

  it('does not undo what it keeps, nor hold money for it', () => {
    const plan = planOf(
      paid('step_1', [], reversible),
      paid('step_2', ['step_1'], reversible),
      paid('step_3', ['step_2']),
      assemble('step_4', ['step_3']),
    );
    const fork = forkOf(plan, [keep('step_1')]);
    expect(requiredFor(stateAfter(fork) as AwaitingApproval)).toBe(45_000n);
    const failed = history(
      fork,
      ...start('hold_1', 45_000n),
      complete('step_2', { cost }),
      fail('step_3', { error: broken }),
    );
    expect(failed.find(({ type }) => type === 'CompensationStarted')).toMatchObject({ steps: ['step_2'] });
  });

  it('skips again what a kept condition had skipped', () => {
    const plan = planOf(
      condition('step_1'),
      paid('step_2', ['step_1'], { when: { step: 'step_1', branch: 'then' } }),
      paid('step_3', ['step_1'], { when: { step: 'step_1', branch: 'else' } }),
      assemble('step_4', ['step_2', 'step_3']),
    );
    const events = history(forkOf(plan, [keep('step_1', { branch: 'else' })]), ...start('hold_1', 40_000n));
    expect(told(events).slice(-2)).toEqual(['StepSkipped step_2', 'StepScheduled step_3']);
  });

  it('that failed is resumed with what it kept and what it completed', () => {
    const events = history(
      forkOf(diamond, [keep('step_1')]),
      ...start('hold_1', 40_000n),
      complete('step_3', { cost }),
      fail('step_2', { error: broken }),
      settle(20_000n),
      { type: 'RetryWorkflow', at: later(60), by: OWNER, runNo: 1, mode: 'resume' },
    );
    const offer = events.reduce(decider.evolve, decider.initial) as AwaitingApproval;
    expect(offer.kept).toMatchObject({ step_1: { from, cost: '0' }, step_3: { runNo: 1 } });
    expect(requiredFor(offer)).toBe(20_000n);
  });
});

describe('what a fork keeps', () => {
  const kept = (commands: readonly WorkflowCommand[], stepId: string, changed: readonly string[] = []) =>
    keptForFork(requireForkable(stateAfter(...commands)), stepId, changed);
  const done = [
    ...toExecution(diamond),
    complete('step_1', { cost }),
    complete('step_3', { cost }),
    complete('step_2', { cost }),
    complete('step_4'),
  ];

  it('is what completed and does not come after the step, in the order it completed', () => {
    expect(Object.keys(kept(done, 'step_2'))).toEqual(['step_1', 'step_3']);
    expect(Object.keys(kept(done, 'step_1'))).toEqual([]);
    expect(Object.keys(kept(done, 'step_4'))).toEqual(['step_1', 'step_3', 'step_2']);
    expect(kept(done, 'step_4')['step_1']).toMatchObject({ from: { workflowId: 'wf_01', runNo: 1 } });
  });

  it('is not what the owner changes, nor what comes after that', () => {
    expect(Object.keys(kept(done, 'step_2', ['step_3']))).toEqual(['step_1']);
    expect(Object.keys(kept(done, 'step_2', ['step_2']))).toEqual(['step_1', 'step_3']);
  });

  it('is not changed before the step', () =>
    expect(() => kept(done, 'step_2', ['step_1'])).toThrow(/step_1 comes before step_2/));

  it('comes from any end: completed, failed, cancelled', () => {
    const failed = [
      ...toExecution(diamond),
      complete('step_1', { cost }),
      claim('step_3'),
      fail('step_2', { error: broken }),
    ];
    expect(Object.keys(kept([...failed, complete('step_3', { cost })], 'step_2'))).toEqual([
      'step_1',
      'step_3',
    ]);
    const cancelled = [...toExecution(diamond), complete('step_1', { cost }), cancel()];
    expect(Object.keys(kept(cancelled, 'step_2'))).toEqual(['step_1']);
    expect(Object.keys(kept([...toApproval(diamond), cancel()], 'step_1'))).toEqual([]);
  });

  it('is of a fork what the first workflow paid for, by its name', () => {
    const fork = [
      forkOf(diamond, [keep('step_1')]),
      ...start('hold_1', 40_000n),
      complete('step_2', { cost }),
      complete('step_3', { cost }),
      complete('step_4'),
    ];
    expect(kept(fork, 'step_4')).toMatchObject({
      step_1: { from },
      step_2: { from: { workflowId: 'wf_01', runNo: 1 } },
    });
  });

  it('keeps nothing that stood on a failure', () => {
    const plan = planOf(
      paid('step_1', [], { onFailure: 'skip_dependants' }),
      paid('step_2', ['step_1'], { toleratesSkipped: true }),
      paid('step_3'),
      assemble('step_4', ['step_2', 'step_3']),
    );
    const run = [
      ...toExecution(plan),
      fail('step_1', { error: broken }),
      complete('step_2', { cost }),
      complete('step_3', { cost }),
      complete('step_4'),
    ];
    expect(Object.keys(kept(run, 'step_3'))).toEqual([]);
  });

  it.each<[string, readonly WorkflowCommand[], string, string]>([
    ['a step that is not in the plan', done, 'step_9', 'NO_SUCH_STEP'],
    [
      'a step whose dependencies did not complete',
      [...toExecution(diamond), complete('step_1'), fail('step_2', { error: broken })],
      'step_4',
      'STEP_NOT_READY',
    ],
    [
      'a step whose dependencies were undone',
      (() => {
        const plan = planOf(
          paid('step_1', [], reversible),
          paid('step_2', ['step_1']),
          assemble('step_3', ['step_2']),
        );
        const undo = [complete('step_1'), fail('step_2', { error: broken }), undone('step_1'), settle()];
        return [...toExecution(plan), ...undo];
      })(),
      'step_2',
      'STEP_UNDONE',
    ],
  ])('there is none from %s', (_name, commands, stepId, code) =>
    expect(() => kept(commands, stepId)).toThrow(expect.objectContaining({ code })),
  );

  it('leaves out what an operator may still undo, and keeps what cannot be', () => {
    const plan = planOf(
      paid('step_1', [], reversible),
      paid('step_2'),
      paid('step_3', ['step_2']),
      assemble('step_4', ['step_1', 'step_3']),
    );
    const stuck = [
      ...toExecution(plan),
      complete('step_1'),
      complete('step_2'),
      fail('step_3', { error: broken }),
      notUndone('step_1', 1, broken),
    ];
    expect(Object.keys(kept(stuck, 'step_3'))).toEqual(['step_2']);
  });

  it.each<[string, readonly WorkflowCommand[]]>([
    ['planned', [create()]],
    ['offered', toApproval(diamond)],
    ['executing', toExecution(diamond)],
  ])('is nothing of one that is still %s', (_name, commands) =>
    expect(() => requireForkable(stateAfter(...commands))).toThrow(
      expect.objectContaining({ code: 'WRONG_STATE' }),
    ),
  );

  it('is nothing of one that never had a plan', () =>
    expect(() => requireForkable(stateAfter(create(), cancel()))).toThrow(/never had a plan/));
});

describe('a run whose offer expired after it was resumed', () => {
  it('keeps what it had kept, when it is resumed again', () => {
    const commands: WorkflowCommand[] = [
      ...toExecution(diamond),
      complete('step_1', { cost }),
      claim('step_3'),
      fail('step_2', { error: broken }),
      complete('step_3', { cost }),
      settle(40_000n),
      { type: 'RetryWorkflow', at: later(60), by: OWNER, runNo: 1, mode: 'resume' },
      { type: 'ExpireApproval', at: later(6_000), requestId: 'apr_2' },
      { type: 'RecordSettlement', at: later(6_001), spent: toMicros(0n) },
      { type: 'RetryWorkflow', at: later(6_002), by: OWNER, runNo: 2, mode: 'resume' },
    ];
    const offer = stateAfter(...commands) as AwaitingApproval;
    expect(Object.keys(offer.kept ?? {})).toEqual(['step_1', 'step_3']);
    expect(requiredFor(offer)).toBe(20_000n);
  });
});
