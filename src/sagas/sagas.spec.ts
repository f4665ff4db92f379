import { describe, expect, it } from '@jest/globals';
import { eventCatalogue } from '../events/catalogue.js';
import { samplePlan } from '../events/samples.js';
import { type DomainEvent, eventId, type Recorded } from '../kernel/event.js';
import { sagas } from './all.js';
import type { Reaction } from './reaction.js';

const at = '2026-01-02T03:04:05.678Z';
const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1_000).toISOString();

/** The sample of an event as the store gives it back, in the stream of its aggregate, about one workflow. */
function recorded(type: string, changes: object = {}): Recorded {
  const [category, definition] = Object.entries(eventCatalogue)
    .flatMap(([name, list]) => list.map((each) => [name, each] as const))
    .find(([, { type: name }]) => name === type)!;
  const id =
    {
      workflow: 'wf_01',
      escrow: 'user_01',
      payment: 'pay_1',
      receipt: 'rcpt_1',
      batch: 'bat_01',
      mandate: 'mdt_01',
      settlement: 'stl_1',
      earnings: 'platform',
    }[category] ?? 'x';
  return {
    id: eventId(`command of ${type}`, 0),
    event: { ...(definition.sample as DomainEvent), ...changes },
    metadata: {
      commandId: 'c',
      correlationId: category === 'escrow' && type.startsWith('Deposit') ? 'user_01' : 'wf_01',
      causationId: 'c',
      actor: { type: 'system', id: 'test' },
      occurredAt: at,
    },
    stream: `${category}-${id}`,
    revision: 0,
    position: '1' as Recorded['position'],
  };
}

const react = (event: Recorded): readonly Reaction[] =>
  sagas
    .filter(({ handles }) => handles.includes(event.event.type))
    .flatMap((saga) => saga.react(event, undefined));

const command = (category: string, id: string, content: object) => ({
  do: 'command',
  send: { category, id, command: content },
});
const timer = (id: string, dueAt: string, content: object) => ({
  do: 'timer',
  id,
  dueAt,
  action: command('workflow', 'wf_01', content),
});
const job = (kind: string, id: string, payload: object, correlationId = 'wf_01') => ({
  do: 'job',
  job: { kind, priority: 'normal', id, correlationId, payload },
});
const releaseLook = job('chain', 'release/hold_1/1', {
  ...{ releaseOf: 'hold_1', userId: 'user_01', workflowId: 'wf_01', runNo: 1, look: 1 },
  payments: ['pay_01r1s1'],
});

const refundLook = {
  do: 'job',
  job: {
    kind: 'chain',
    priority: 'low',
    id: `refund/pay_1/${at}/1`,
    correlationId: 'wf_01',
    payload: { refundOf: 'pay_1', workflowId: 'wf_01', requestedAt: at, look: 1 },
  },
};

const toMandate = { act: 'approve', mandateId: 'mdt_01', workflowId: 'wf_01', requestId: 'apr_1' };
/** until it is cancelled */
const everyTime = <T extends { readonly action: object }>(once: T, every = 15_000) => ({
  ...once,
  action: { ...once.action, every },
});

const depositLook = (look: number) => ({ userId: 'user_01', signature: 'S', submittedAt: at, look });

const withdrawalLook = (look: number) => ({ withdrawalOf: 'user_01', withdrawalId: 'wdr_1', look });

/** The same job at a later time, for a queue that lost the first. */
const again = (kind: string, id: string, seconds: number, payload: object) => ({
  do: 'timer',
  id,
  dueAt: later(seconds),
  action: job(kind, id, payload),
});

const step = { workflowId: 'wf_01', runNo: 1, stepId: 'step_1', attempt: 1, revision: 0 };
const undoing = { ...step, undo: true };
const scheduled = { scheduledAt: at, timeoutMs: 30_000 };

describe.each<[sentence: string, type: string, changes: object, reactions: readonly object[]]>([
  [
    'T01 planning is a job, again whenever the queue may have lost it, with an end to its time',
    'PlanningStarted',
    { expiresAt: later(60) },
    [
      timer('wf_01/1/planning', later(60), {
        type: 'FailPlanning',
        runNo: 1,
        code: 'PLANNING_TIMEOUT',
        message: 'No plan was found in time.',
        recoverable: true,
      }),
      job('plan', 'plan/wf_01/1', { workflowId: 'wf_01', runNo: 1, revision: 0 }),
      ...['plan/wf_01/1/again', 'plan/wf_01/1/again-2', 'plan/wf_01/1/again-3'].map((id, times) => ({
        ...again('plan', 'plan/wf_01/1/again', 15 * (times + 1), { workflowId: 'wf_01', runNo: 1 }),
        id,
      })),
    ],
  ],
  [
    'a plan ends the waiting for it',
    'PlanProposed',
    {},
    [
      {
        do: 'cancel-timers',
        ids: ['wf_01/1/planning', 'plan/wf_01/1/again', 'plan/wf_01/1/again-2', 'plan/wf_01/1/again-3'],
      },
    ],
  ],
  [
    'a plan without services that came with its workflow was not waited for',
    'PlanProposed',
    { planner: 'given', plan: { ...samplePlan, steps: [{ ...samplePlan.steps[0]!, kind: 'wait' }] } },
    [],
  ],
  ['T04 planning that failed needs nothing more', 'PlanningFailed', {}, []],
  [
    'T08 an offer expires',
    'ApprovalRequested',
    { expiresAt: later(900) },
    [timer('wf_01/apr_1', later(900), { type: 'ExpireApproval', requestId: 'apr_1' })],
  ],
  [
    'T10 an approved and covered plan starts',
    'WorkflowApproved',
    {},
    [
      { do: 'cancel-timers', ids: ['wf_01/apr_1'] },
      command('workflow', 'wf_01', { type: 'StartExecution', runNo: 1 }),
    ],
  ],
  [
    'a plan that costs nothing has started already',
    'WorkflowApproved',
    { holdId: undefined },
    [{ do: 'cancel-timers', ids: ['wf_01/apr_1'] }],
  ],
  [
    'a plan that approved itself does not leave its deadline behind',
    'WorkflowApproved',
    { holdId: undefined, automatic: true },
    [{ do: 'cancel-timers', ids: ['wf_01/apr_1'] }],
  ],
  [
    'T21 a run has a deadline',
    'ExecutionStarted',
    { deadline: later(300) },
    [timer('wf_01/1/deadline', later(300), { type: 'TimeOutWorkflow', runNo: 1 })],
  ],
  [
    'T13 a paid step is a job, again while nobody takes it, however long it waits for its turn',
    'StepScheduled',
    scheduled,
    [
      job('step', 'step/wf_01/1/step_1/1', step),
      {
        do: 'timer',
        id: 'wf_01/1/step_1/1/dispatch',
        dueAt: later(15),
        action: job('step', 'step/wf_01/1/step_1/1', { ...step, unclaimed: true }),
      },
      {
        do: 'timer',
        id: 'wf_01/1/step_1/1/dispatch-again',
        dueAt: later(45),
        action: job('step', 'step/wf_01/1/step_1/1/again', { ...step, unclaimed: true }),
      },
    ],
  ],
  [
    'T13 what was begun is timed from then on',
    'StepStarted',
    { stepId: 'step_1', attempt: 1, worker: 'w', startedAt: later(0), runNo: 1, timeoutMs: 30_000 },
    [
      {
        do: 'cancel-timers',
        ids: ['wf_01/1/step_1/1/dispatch', 'wf_01/1/step_1/1/dispatch-again'],
      },
      timer('wf_01/1/step_1/1/timeout', later(30), {
        type: 'FailStep',
        runNo: 1,
        stepId: 'step_1',
        attempt: 1,
        error: {
          code: 'STEP_TIMEOUT',
          message: 'The step gave no result within 30000 ms.',
          kind: 'retryable',
        },
      }),
    ],
  ],
  [
    'a start told by an earlier version, which timed the step when it was scheduled, sets nothing',
    'StepStarted',
    { runNo: undefined, timeoutMs: undefined },
    [],
  ],
  [
    'a transform runs where it was decided',
    'StepScheduled',
    { kind: 'data_transform' },
    [{ do: 'run-step', step }],
  ],
  [
    'a condition runs where it was decided',
    'StepScheduled',
    { kind: 'conditional' },
    [{ do: 'run-step', step }],
  ],
  [
    'T16 a retry has its moment',
    'StepRetryScheduled',
    { at: later(3) },
    [
      timer('wf_01/1/step_1/2/retry', later(3), {
        type: 'RetryStep',
        runNo: 1,
        stepId: 'step_1',
        attempt: 2,
      }),
    ],
  ],
  [
    'T29 undoing by a call is a job, again if nobody takes it, and timed',
    'StepCompensationScheduled',
    scheduled,
    [
      job('step', 'step/wf_01/1/step_1/undo/1', undoing),
      {
        do: 'timer',
        id: 'wf_01/1/step_1/undo/1/dispatch',
        dueAt: later(15),
        action: job('step', 'step/wf_01/1/step_1/undo/1/again', { ...undoing, unclaimed: true }),
      },
      timer('wf_01/1/step_1/undo/1/timeout', later(30), {
        type: 'ReportStepCompensationFailed',
        runNo: 1,
        stepId: 'step_1',
        attempt: 1,
        error: {
          code: 'STEP_TIMEOUT',
          message: 'Undoing the step gave no result within 30000 ms.',
          kind: 'unknown',
        },
      }),
    ],
  ],
  [
    'T29 undoing by an expression is done where it was decided',
    'StepCompensationScheduled',
    { kind: 'data_transform' },
    [{ do: 'run-step', step: undoing }],
  ],
  [
    'T30 another attempt to undo has its moment',
    'StepCompensationRetryScheduled',
    { at: later(3) },
    [
      timer('wf_01/1/step_1/undo/2/retry', later(3), {
        type: 'RetryStepCompensation',
        runNo: 1,
        stepId: 'step_1',
        attempt: 2,
      }),
    ],
  ],
  [
    'T20 a cancelled run drains for a time',
    'CancellationRequested',
    {},
    [timer('wf_01/1/drain', later(30), { type: 'EndDrain', runNo: 1 })],
  ],
  [
    'T19 a failed run drains for a time',
    'WorkflowFailed',
    {},
    [timer('wf_01/1/drain', later(30), { type: 'EndDrain', runNo: 1 })],
  ],
  [
    'T27 a closed run gives its hold back, and its clocks stop',
    'RunClosed',
    {},
    [
      { do: 'cancel-timers', ids: ['wf_01/1/deadline'] },
      command('escrow', 'user_01', { type: 'ReleaseHold', holdId: 'hold_1' }),
    ],
  ],
  [
    'a run that was told to end before it closed has one clock more',
    'RunClosed',
    { outcome: 'cancelled', holdId: undefined },
    [
      { do: 'cancel-timers', ids: ['wf_01/1/deadline', 'wf_01/1/drain'] },
      command('workflow', 'wf_01', { type: 'RecordSettlement', spent: 0n }),
    ],
  ],
  [
    'the hold of a run for which something was signed is looked at, again and again, until nothing can land any more',
    'RunClosed',
    { openPayments: ['pay_01r1s1'] },
    [
      { do: 'cancel-timers', ids: ['wf_01/1/deadline'] },
      releaseLook,
      { do: 'timer', id: 'hold_1/release', dueAt: later(15), action: { ...releaseLook, every: 15_000 } },
    ],
  ],
  [
    'a closed run without a hold is settled at once',
    'RunClosed',
    { holdId: undefined },
    [
      { do: 'cancel-timers', ids: ['wf_01/1/deadline'] },
      command('workflow', 'wf_01', { type: 'RecordSettlement', spent: 0n }),
    ],
  ],
  [
    'a hold expires',
    'HoldPlaced',
    { expiresAt: later(60) },
    [
      {
        do: 'timer',
        id: 'hold_1/expiry',
        dueAt: later(60),
        action: {
          ...job('chain', `expiry/hold_1/${later(60)}`, {
            expiryOf: 'hold_1',
            userId: 'user_01',
            workflowId: 'wf_01',
          }),
          every: 15_000,
        },
      },
    ],
  ],
  [
    'T11 a workflow hears that its hold is gone',
    'HoldExpired',
    {},
    [
      { do: 'cancel-timers', ids: ['hold_1/expiry'] },
      command('workflow', 'wf_01', { type: 'ReportHoldLost', holdId: 'hold_1' }),
    ],
  ],
  [
    'a confirmed payment is captured from its hold, and its answer is looked for',
    'PaymentConfirmed',
    {},
    [
      command('escrow', 'user_01', {
        type: 'CaptureHold',
        holdId: 'hold_1',
        paymentId: 'pay_1',
        amount: 20_000n,
      }),
      { do: 'cancel-timers', ids: ['pay_1/1/look/soon', 'pay_1/1/look/last'] },
      {
        do: 'timer',
        id: 'pay_1/look/delivery',
        dueAt: later(120),
        action: {
          every: 120_000,
          ...job('chain', 'payment/pay_1/1/2000', {
            paymentId: 'pay_1',
            workflowId: 'wf_01',
            attempt: 1,
            look: 2_000,
            paid: true,
          }),
        },
      },
    ],
  ],
  [
    'the answer that came to a payment is looked for no more',
    'PaymentDelivered',
    {},
    [{ do: 'cancel-timers', ids: ['pay_1/look/delivery'] }],
  ],
  [
    'a payment without an answer is looked for no more, and asked back',
    'PaymentUndelivered',
    {},
    [
      { do: 'cancel-timers', ids: ['pay_1/look/delivery'] },
      {
        do: 'timer',
        id: 'pay_1/claim',
        dueAt: later(600),
        action: command('payment', 'pay_1', { type: 'RequestRefund' }),
      },
    ],
  ],
  [
    'what is asked back is looked for, again and again should the queue lose it',
    'RefundRequested',
    { requestedAt: at },
    [
      refundLook,
      {
        do: 'timer',
        id: `pay_1/refund/${at}`,
        dueAt: later(15),
        action: { ...refundLook, every: 60_000 },
      },
    ],
  ],
  [
    'a payment that came back is credited',
    'RefundConfirmed',
    {},
    [
      command('escrow', 'user_01', {
        type: 'CreditRefund',
        paymentId: 'pay_1',
        signature: '4'.repeat(88),
        amount: 20_000n,
      }),
    ],
  ],
  [
    'a payment that was sent is looked for until the chain has said what became of it',
    'PaymentSubmitted',
    { attempt: 1 },
    [
      {
        do: 'timer',
        id: 'pay_1/1/look/soon',
        dueAt: later(5),
        action: job('chain', 'payment/pay_1/1/1', {
          paymentId: 'pay_1',
          workflowId: 'wf_01',
          attempt: 1,
          look: 1,
        }),
      },
      {
        do: 'timer',
        id: 'pay_1/1/look/last',
        dueAt: later(120),
        action: {
          every: 120_000,
          ...job('chain', 'payment/pay_1/1/1000', {
            paymentId: 'pay_1',
            workflowId: 'wf_01',
            attempt: 1,
            look: 1_000,
          }),
        },
      },
    ],
  ],
  [
    'a deposit is looked up on the chain, again and again should the queue lose it',
    'DepositSubmitted',
    { signature: 'S', submittedAt: at },
    [
      job('chain', `deposit/user_01/S/${at}/1`, depositLook(1), 'user_01'),
      {
        do: 'timer',
        id: 'deposit/user_01/S/look/last',
        dueAt: later(15),
        action: {
          ...job('chain', `deposit/user_01/S/${at}/1000000`, depositLook(1_000_000), 'user_01'),
          every: 120_000,
        },
      },
    ],
  ],
  ...['DepositConfirmed', 'DepositRejected'].map((type): [string, string, object, readonly object[]] => [
    `a deposit is looked up no more: ${type}`,
    type,
    { signature: 'S' },
    [{ do: 'cancel-timers', ids: ['deposit/user_01/S/look/soon', 'deposit/user_01/S/look/last'] }],
  ]),
  [
    'a withdrawal is carried out, and looked after should the queue lose it',
    'WithdrawalRequested',
    {},
    [
      job('chain', 'withdrawal/user_01/wdr_1/1', withdrawalLook(1), 'user_01'),
      {
        do: 'timer',
        id: 'wdr_1/look/last',
        dueAt: later(120),
        action: {
          ...job('chain', 'withdrawal/user_01/wdr_1/1000', withdrawalLook(1_000), 'user_01'),
          every: 120_000,
        },
      },
    ],
  ],
  [
    'a withdrawal that is over is looked after no more',
    'WithdrawalConfirmed',
    {},
    [{ do: 'cancel-timers', ids: ['wdr_1/look/soon', 'wdr_1/look/last'] }],
  ],
  [
    'what was taken out of earnings becomes a settlement',
    'EarningsWithdrawalRequested',
    {},
    [
      command('settlement', 'stl_2', {
        type: 'ComputeSettlement',
        settlementId: 'stl_2',
        source: { kind: 'earnings', ownerId: 'platform' },
        dues: [{ recipient: '1'.repeat(32), amount: 50_000n, reference: 'november' }],
      }),
    ],
  ],
  [
    'the shares of a settlement that has its money are earned',
    'SettlementFunded',
    {},
    [
      command('earnings', 'platform', {
        type: 'AccrueEarnings',
        ownerId: 'platform',
        settlementId: 'stl_1',
        amount: 70_000n,
      }),
      command('earnings', 'reserve', {
        type: 'AccrueEarnings',
        ownerId: 'reserve',
        settlementId: 'stl_1',
        amount: 30_000n,
      }),
    ],
  ],
  ['a share of nothing is nobody’s', 'SettlementFunded', { platformFee: '0', reserve: '0' }, []],
  [
    'a settled run gets its receipt',
    'WorkflowSettled',
    {},
    [
      job('receipt', 'receipt/rcpt_01r1', { workflowId: 'wf_01', runNo: 1, revision: 0 }),
      {
        ...everyTime(
          again('receipt', 'receipt/rcpt_01r1/again', 15, { workflowId: 'wf_01', runNo: 1, revision: 0 }),
          600_000,
        ),
        watches: 'receipt/rcpt_01r1',
      },
    ],
  ],
  [
    'T02 a question that names a mandate is put to it, again and again until it is over',
    'ApprovalRequested',
    { requestId: 'apr_1', expiresAt: later(900), mandateId: 'mdt_01' },
    [
      timer('wf_01/apr_1', later(900), { type: 'ExpireApproval', requestId: 'apr_1' }),
      job('chain', 'mandate/wf_01/apr_1', toMandate),
      everyTime(again('chain', 'mandate/wf_01/apr_1/again', 15, toMandate)),
    ],
  ],
  [
    'what was approved under a mandate starts as what its owner approved does',
    'WorkflowApproved',
    { automatic: true, holdId: 'hold_1', mandateId: 'mdt_01' },
    [
      { do: 'cancel-timers', ids: ['wf_01/apr_1'] },
      command('workflow', 'wf_01', { type: 'StartExecution', runNo: 1 }),
    ],
  ],
  [
    'what a completed run did not spend goes back to its mandate',
    'MandateShareSettled',
    { spent: '15000' },
    [
      command('mandate', 'mdt_01', {
        type: 'ReleaseMandateUse',
        workflowId: 'wf_01',
        runNo: 1,
        spent: 15_000n,
      }),
    ],
  ],
  [
    'a mandate hears of any other run once its payments can land no more',
    'MandateShareSettled',
    { isFinal: false },
    [
      everyTime({
        ...again('chain', 'mandate/wf_01/1/again', 180, {
          act: 'release',
          mandateId: 'mdt_01',
          workflowId: 'wf_01',
          runNo: 1,
          userId: 'user_01',
          least: '20000',
        }),
      }),
    ],
  ],
  [
    'a mandate ends when its time is over',
    'MandateGranted',
    { expiresAt: later(60) },
    [
      {
        do: 'timer',
        id: 'mdt_01/expiry',
        dueAt: later(60),
        action: command('mandate', 'mdt_01', { type: 'ExpireMandate' }),
      },
    ],
  ],
  [
    'a revoked mandate has no more time to wait for',
    'MandateRevoked',
    {},
    [{ do: 'cancel-timers', ids: ['mdt_01/expiry'] }],
  ],
  [
    'the end of a wait is a timer',
    'StepWaitStarted',
    { until: later(86_400) },
    [
      timer('wf_01/1/step_1/1/wake', later(86_400), {
        type: 'WakeStep',
        runNo: 1,
        stepId: 'step_1',
        attempt: 1,
      }),
    ],
  ],
  [
    'a wait that is cancelled needs its timer no more',
    'StepCancelled',
    { waitOfRun: 2 },
    [{ do: 'cancel-timers', ids: ['wf_01/2/step_1/1/wake'] }],
  ],
  ['any other cancelled step had none', 'StepCancelled', {}, []],
  [
    'a receipt ends the waiting for it',
    'ReceiptIssued',
    {},
    [{ do: 'cancel-timers', ids: ['receipt/rcpt_1/again'] }],
  ],
  ['so does a proof', 'WorkflowProofGenerated', {}, [{ do: 'cancel-timers', ids: ['prove/rcpt_1/again'] }]],
])('%s', (_sentence, type, changes, reactions) => {
  it(`on ${type}`, () => expect(react(recorded(type, changes))).toEqual(reactions));
});

it('what else is held than for runs ends when its time is up', () => {
  const placed = recorded('HoldPlaced', { holdId: 'hold_stl', expiresAt: later(60) });
  const metadata = { ...placed.metadata, correlationId: 'stl_1' };
  expect(react({ ...placed, metadata })).toEqual([
    {
      do: 'timer',
      id: 'hold_stl/expiry',
      dueAt: later(60),
      action: command('escrow', 'user_01', { type: 'ExpireHold', holdId: 'hold_stl' }),
    },
  ]);
  const over = recorded('HoldExpired', { holdId: 'hold_stl' });
  expect(react({ ...over, metadata })).toEqual([]);
});

describe('every saga', () => {
  const events = sagas.flatMap(({ handles }) => handles.map((type) => recorded(type)));

  it('says the same again on a second delivery: ids come from the event, never from the moment', () => {
    for (const event of events) expect(react(event)).toEqual(react(event));
  });

  it('handles only events that exist, and keeps one workflow, user or batch in one lane', () => {
    for (const saga of sagas)
      for (const type of saga.handles)
        expect(saga.correlate(recorded(type))).toMatch(/^(wf_01|user_01|bat_01|mdt_01|stl_[12])$/);
  });

  it('has a name of its own: the ids of its commands derive from it', () =>
    expect(new Set(sagas.map(({ name }) => name)).size).toBe(sagas.length));

  it('but one leaves it to that one what becomes of the money of a run: none of it overtakes another', () => {
    const moves = ['PaymentConfirmed', 'RefundConfirmed', 'RunClosed'].map((type) => recorded(type));
    const movers = sagas.filter(({ handles, react }) =>
      moves
        .filter(({ event }) => handles.includes(event.type))
        .flatMap((event) => react(event, undefined))
        .some((reaction) => reaction.do === 'command' && reaction.send.category === 'escrow'),
    );
    expect(movers.map(({ name }) => name)).toEqual(['settle-escrow']);
  });

  it('names everything it asks for differently for another step, attempt or run', () => {
    const variants = [{}, { stepId: 'step_2' }, { attempt: 2 }, { runNo: 2 }];
    const ids = ['StepScheduled', 'StepCompensationScheduled'].flatMap((type) =>
      variants.flatMap((changes) =>
        react(recorded(type, { ...scheduled, ...changes })).map((reaction) =>
          reaction.do === 'job' ? reaction.job.id : reaction.do === 'timer' ? reaction.id : '',
        ),
      ),
    );
    expect(new Set(ids).size).toBe(24);
  });
});
