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
  fail,
  history,
  later,
  local,
  mostOf,
  notUndone,
  ofRun,
  paid,
  planOf,
  propose,
  retryRun,
  reversible,
  settle,
  settleFree,
  startExecution,
  T0,
  timeOut,
  toApproval,
  toExecution,
  told,
  undone,
} from '../../../test/kit/runs.js';
import { toMicros } from '../../kernel/money.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const chain = planOf(
  paid('step_1'),
  paid('step_2', ['step_1']),
  paid('step_3', ['step_2']),
  assemble('step_4', ['step_3']),
);
const cost = toMicros(20_000n);
const failed = [
  ...toExecution(chain),
  complete('step_1', { cost }),
  complete('step_2', { cost }),
  fail('step_3', { error: broken }),
];
const closed = [...failed, settle(40_000n)];
const again = { requestId: 'apr_2', holdId: 'hold_2', at: later(60) };
const second = (command: WorkflowCommand) => ofRun(2, command);
const stateOf = (...commands: readonly WorkflowCommand[]) =>
  history(...commands).reduce(decider.evolve, decider.initial);

describe('a run that failed, resumed', () => {
  it('T36 keeps what completed and offers the rest under the same plan', () =>
    given(decider, history(...closed))
      .when(retryRun())
      .then([
        {
          type: 'RetryRequested',
          v: 1,
          runNo: 2,
          by: 'user_01',
          mode: 'resume',
          kept: [
            { stepId: 'step_1', runNo: 1 },
            { stepId: 'step_2', runNo: 1 },
          ],
        },
        {
          type: 'ApprovalRequested',
          v: 1,
          requestId: 'apr_2',
          reason: 'initial',
          expiresAt: later(60 + 900),
        },
      ]));

  it('T36 needs a hold for the rest only', () => {
    const offer = history(...closed, retryRun());
    given(decider, offer)
      .when(approve(chain, { ...again, budget: toMicros(19_999n) }))
      .refuses('INSUFFICIENT_ESCROW', { required: '20000', available: '19999' });
    const approved = decider.decide(
      approve(chain, { ...again, budget: cost }),
      stateOf(...closed, retryRun()),
    );
    expect(approved).toMatchObject([{ type: 'WorkflowApproved', runNo: 2, budget: '20000' }]);
  });

  it('T36 goes on after what is kept, and pays only for the rest', () => {
    const resumed = [retryRun(), approve(chain, { ...again, budget: cost })];
    const events = history(...closed, ...resumed, second(startExecution(later(61))));
    expect(told(events).slice(-2)).toEqual(['ExecutionStarted', 'StepScheduled step_3']);
    const done = [complete('step_3', { cost }), complete('step_4')].map(second);
    const whole = history(...closed, ...resumed, second(startExecution(later(61))), ...done);
    expect(whole.at(-1)).toMatchObject({
      type: 'RunClosed',
      runNo: 2,
      outcome: 'completed',
      totalCost: '20000',
      holdId: 'hold_2',
    });
    const seqs = whole.flatMap((event) => ('seq' in event ? [event.seq] : []));
    expect(seqs).toEqual([1, 2, 3, 4]);
  });

  it('T36 keeps the branch a condition took', () => {
    const plan = planOf(
      condition('step_1'),
      local('step_2', ['step_1'], { when: { step: 'step_1', branch: 'then' } }),
      local('step_3', ['step_1'], { when: { step: 'step_1', branch: 'else' } }),
      assemble('step_4', ['step_2', 'step_3']),
    );
    const first = [complete('step_1', { branch: 'else' }), fail('step_3', { error: broken })];
    const before = [...toExecution(plan), ...first, settleFree, retryRun()];
    const go = approve(plan, { requestId: 'apr_2', at: later(60) });
    expect(told(decider.decide(go, stateOf(...before)))).toEqual([
      'WorkflowApproved',
      'ExecutionStarted',
      'StepSkipped step_2',
      'StepScheduled step_3',
    ]);
  });

  it('T36 tries a step again that others did without, and is over when that one is', () => {
    const plan = planOf(
      local('step_1', [], { onFailure: 'skip_dependants' }),
      local('step_2', ['step_1'], { toleratesSkipped: true }),
      assemble('step_3', ['step_2']),
    );
    const first = [fail('step_1', { error: broken }), complete('step_2'), timeOut(later(300))];
    const go = approve(plan, { requestId: 'apr_2', at: later(360) });
    const resumed = [...toExecution(plan), ...first, settleFree, { ...retryRun(), at: later(360) }, go];
    expect(told(history(...resumed)).slice(-2)).toEqual(['ExecutionStarted', 'StepScheduled step_1']);
    const done = second(complete('step_1'));
    expect(told(decider.decide(done, stateOf(...resumed)))).toEqual([
      'StepCompleted step_1',
      'StepScheduled step_3',
    ]);
  });

  it('T36 a free one that was to start by itself does so again', () => {
    const plan = planOf(local('step_1'), assemble('step_2', ['step_1']));
    const auto = [create({ autoApprove: true }), propose(plan), fail('step_1', { error: broken })];
    expect(told(decider.decide(retryRun(), stateOf(...auto, settleFree)))).toEqual([
      'RetryRequested',
      'ApprovalRequested',
      'WorkflowApproved',
      'ExecutionStarted',
      'StepScheduled step_1',
    ]);
  });

  it('T36 an offer that expired is made again', () => {
    const expired = [
      ...toApproval(chain),
      { type: 'ExpireApproval', at: later(900), requestId: 'apr_1' } as const,
      settleFree,
    ];
    const events = decider.decide(retryRun(), stateOf(...expired));
    expect(events).toMatchObject([{ kept: [] }, { type: 'ApprovalRequested', requestId: 'apr_2' }]);
    expect(mostOf(chain)).toBe(60_000n);
  });

  it('T36 a third run keeps what the first and the second completed', () => {
    const resumed = [
      retryRun(),
      approve(chain, { ...again, budget: cost }),
      second(startExecution(later(61))),
    ];
    const end = [complete('step_3', { cost }), fail('step_4', { error: broken })].map(second);
    const twice = [...closed, ...resumed, ...end, settle(20_000n, 'hold_2')];
    expect(decider.decide(retryRun('resume', 2), stateOf(...twice))[0]).toMatchObject({
      runNo: 3,
      kept: [
        { stepId: 'step_1', runNo: 1 },
        { stepId: 'step_2', runNo: 1 },
        { stepId: 'step_3', runNo: 2 },
      ],
    });
  });
});

describe('a result of the run before', () => {
  const resumed = [retryRun(), approve(chain, { ...again, budget: cost })];
  const late = complete('step_3', { cost });

  it('T41 that comes while the next one executes is kept with its cost, once, and changes nothing', () => {
    const running = history(...closed, ...resumed, second(startExecution(later(61))));
    given(decider, running)
      .when(late)
      .then([
        {
          type: 'StaleStepResultRecorded',
          v: 1,
          runNo: 1,
          stepId: 'step_3',
          attempt: 1,
          outcome: 'completed',
          cost: '20000',
        },
      ]);
  });

  it('T41 that comes while the next one is planned or offered is nothing', () => {
    for (const command of [retryRun(), retryRun('restart')])
      given(decider, history(...closed, command))
        .when(late)
        .thenNothing();
  });
});

describe('a run that failed, restarted', () => {
  const restarted = [
    { type: 'RetryRequested', v: 1, runNo: 2, by: 'user_01', mode: 'restart', kept: [] },
    { type: 'PlanningStarted', v: 1, runNo: 2, expiresAt: later(120) },
  ] as const;

  it('T37 is planned anew', () =>
    given(decider, history(...closed))
      .when(retryRun('restart'))
      .then(restarted));

  it('T37 when it never had a plan', () => {
    const hopeless = { type: 'FailPlanning', at: T0, runNo: 1, code: 'NO_SERVICE', message: 'No.' } as const;
    const commands = [create(), { ...hopeless, recoverable: false }, settleFree];
    given(decider, history(...commands))
      .when(retryRun())
      .then(restarted);
  });

  it('T37 when what it did was undone', () => {
    const plan = planOf(
      paid('step_1', [], reversible),
      paid('step_2', ['step_1']),
      assemble('step_3', ['step_2']),
    );
    const undoneRun = [complete('step_1'), fail('step_2', { error: broken }), undone('step_1'), settle()];
    given(decider, history(...toExecution(plan), ...undoneRun))
      .when(retryRun())
      .then(restarted);
  });

  it('T37 takes a new plan as the first time', () => {
    const events = history(...closed, retryRun('restart'), second(propose(chain, later(61))));
    expect(events.at(-1)).toMatchObject({ type: 'ApprovalRequested', requestId: 'apr_2' });
  });
});

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  planning: ['cancel'],
  'awaiting approval': ['approve', 'cancel'],
  approved: ['cancel'],
  executing: ['pause', 'cancel'],
  compensating: [],
  'compensation failed': ['compensation/retry', 'compensation/resolve'],
  cancelled: [],
  completed: ['rating'],
};

describe('a workflow that cannot be retried', () => {
  const plan = planOf(
    paid('step_1', [], reversible),
    paid('step_2', ['step_1']),
    assemble('step_3', ['step_2']),
  );
  const rolling = [...toExecution(plan), complete('step_1'), fail('step_2', { error: broken })];

  it.each<[string, readonly WorkflowCommand[]]>([
    ['planning', [create()]],
    ['awaiting approval', toApproval(chain)],
    ['approved', [...toApproval(chain), approve(chain)]],
    ['executing', toExecution(chain)],
    ['compensating', rolling],
    ['compensation failed', [...rolling, notUndone('step_1', 1, broken)]],
    ['cancelled', [create(), cancel(), settleFree]],
    ['completed', [...failed.slice(0, -1), complete('step_3'), complete('step_4'), settle()]],
  ])('T38 is %s', (status, commands) =>
    given(decider, history(...commands))
      .when(retryRun())
      .refuses('WRONG_STATE', { status, asked: 'retry', allowed: ALLOWED[status]! }),
  );

  it('T38 has not been settled yet, or is another run', () => {
    given(decider, history(...failed))
      .when(retryRun())
      .refuses('WRONG_STATE');
    given(decider, history(...closed))
      .when(retryRun('resume', 2))
      .refuses('WRONG_STATE');
  });
});
