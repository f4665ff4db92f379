import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  alternative,
  assemble,
  broken,
  complete,
  drift,
  fail,
  history,
  later,
  paid,
  planOf,
  retry,
  start,
  T0,
  toExecution,
  told,
  unavailable,
} from '../../../test/kit/runs.js';
import { toMicros } from '../../kernel/money.js';
import { workflowDecider as decider } from './decide.js';
import { currentStep } from './services.js';
import type { Executing } from './state.js';

const fallback = (...alternatives: readonly ReturnType<typeof alternative>[]) =>
  planOf(
    paid('step_1', [], { onFailure: 'fallback', alternatives: [...alternatives] }),
    assemble('step_2', ['step_1']),
  );
const plan = fallback(alternative('svc_2', '15000'), alternative('svc_3', '20000'));
const open = history(...toExecution(plan));
const breakerOpen = { code: 'BREAKER_OPEN', message: 'It is left alone.', kind: 'retryable' } as const;
const stateOf = (events: ReturnType<typeof history>) =>
  events.reduce(decider.evolve, decider.initial) as Executing;

describe('a step that has failed for good', () => {
  it('T17 goes to the next service of its plan within the approved price, as a new attempt', () =>
    given(decider, open)
      .when(fail('step_1', { error: broken }))
      .then([
        {
          type: 'StepAttemptFailed',
          v: 1,
          stepId: 'step_1',
          attempt: 1,
          error: broken,
          failedAt: T0,
        },
        {
          type: 'StepReassigned',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 2,
          from: 'svc_trend',
          to: 'svc_2',
          code: 'SERVICE_REFUSED',
        },
        {
          type: 'StepScheduled',
          v: 1,
          runNo: 1,
          stepId: 'step_1',
          attempt: 2,
          kind: 'service_call',
          timeoutMs: 30_000,
          scheduledAt: T0,
        },
      ]));

  it('T17 waits for its own retries first, and the next service has as many', () => {
    const attempts = [1, 2].flatMap((attempt) => [
      fail('step_1', { attempt }),
      retry('step_1', attempt + 1, later(5)),
    ]);
    const used = history(...toExecution(plan), ...attempts, fail('step_1', { attempt: 3 }));
    expect(told(used).slice(-2)).toEqual(['StepReassigned step_1', 'StepScheduled step_1']);
    const then = decider.decide(fail('step_1', { attempt: 4 }), stateOf(used));
    expect(told(then)).toEqual(['StepAttemptFailed step_1', 'StepRetryScheduled step_1']);
    expect(then[1]).toMatchObject({ attempt: 5, at: later(0.5) });
  });

  it('T17 does not wait for a service that is left alone', () =>
    expect(told(decider.decide(fail('step_1', { error: breakerOpen }), stateOf(open)))).toEqual([
      'StepAttemptFailed step_1',
      'StepReassigned step_1',
      'StepScheduled step_1',
    ]));

  it('T16 waits for a service that is left alone when there is no other', () => {
    const alone = stateOf(history(...toExecution(fallback())));
    expect(told(decider.decide(fail('step_1', { error: breakerOpen }), alone))).toEqual([
      'StepAttemptFailed step_1',
      'StepRetryScheduled step_1',
    ]);
  });

  it('T16 a service that is left alone is not asked again before that is over', () => {
    const alone = stateOf(history(...toExecution(fallback())));
    const refused = fail('step_1', { error: breakerOpen, notBefore: later(30) });
    expect(decider.decide(refused, alone)).toMatchObject([
      { type: 'StepAttemptFailed', error: breakerOpen },
      { type: 'StepRetryScheduled', attempt: 2, at: later(30.5) },
    ]);
  });

  it('T17 is done and recorded by the service it went to', () => {
    const commands = [fail('step_1', { error: broken }), start('step_1', 2)];
    const running = stateOf(history(...toExecution(plan), ...commands));
    expect(currentStep(running, 'step_1').service).toMatchObject({ id: 'svc_2', payTo: 'PAYEE of svc_2' });
    const done = complete('step_1', { attempt: 2, cost: toMicros(15_000n) });
    const after = stateOf(history(...toExecution(plan), ...commands, done));
    expect(after.steps['step_1']).toMatchObject({ status: 'completed', service: 'svc_2' });
    expect(after.spent).toBe(15_000n);
  });

  it('T17 goes to each service once, then T19 ends the run', () => {
    const failing = [1, 2].map((attempt) => fail('step_1', { attempt, error: broken }));
    const events = decider.decide(
      fail('step_1', { attempt: 3, error: broken }),
      stateOf(history(...toExecution(plan), ...failing)),
    );
    expect(told(events)).toEqual([
      'StepAttemptFailed step_1',
      'StepFailed step_1',
      'WorkflowFailed step_1',
      'RollbackNotNeeded',
      'RunClosed',
    ]);
  });

  it('T17 prefers what is within the approved price to what matches better, and asks a dearer one for its price last', () => {
    const dear = fallback(alternative('svc_dear', '30000', 0.9), alternative('svc_cheap', '20000', 0.4));
    const first = history(...toExecution(dear), fail('step_1', { error: broken }));
    expect(first.at(-2)).toMatchObject({ to: 'svc_cheap' });
    const second = decider.decide(fail('step_1', { attempt: 2, error: broken }), stateOf(first));
    expect(second[1]).toMatchObject({ to: 'svc_dear' });
    // T23: it is paid nothing before that is approved
    const asked = drift(dear, 'step_1', 30_000n, { attempt: 3, serviceId: 'svc_dear' });
    const state = second.reduce(decider.evolve, stateOf(first)) as Executing;
    expect(told(decider.decide(asked, state))).toEqual([
      'PriceDriftDetected step_1',
      'ExecutionPaused step_1',
      'ApprovalRequested',
    ]);
  });

  it('T17 is not done by another service once it was paid for', () => {
    const undelivered = {
      code: 'PAYMENT_UNDELIVERED',
      message: 'It was paid and did not answer.',
      kind: 'terminal',
    } as const;
    const events = decider.decide(fail('step_1', { error: undelivered }), stateOf(open));
    expect(told(events)).not.toContain('StepReassigned step_1');
    expect(told(events).at(-1)).toBe('RunClosed');
  });

  it('T17 takes no other service when the plan does not say fallback', () => {
    const plain = planOf(
      paid('step_1', [], { alternatives: [alternative('svc_2', '15000')] }),
      assemble('step_2', ['step_1']),
    );
    const events = decider.decide(fail('step_1', { error: broken }), stateOf(history(...toExecution(plain))));
    expect(told(events)).not.toContain('StepReassigned step_1');
  });

  it('T41 a late failure of the service it left says nothing new', () => {
    const events = history(...toExecution(plan), fail('step_1', { error: broken }));
    given(decider, events)
      .when(fail('step_1', { error: unavailable }))
      .thenNothing();
  });
});
