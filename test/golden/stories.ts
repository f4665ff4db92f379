import { apiKey } from '../../src/commands/api-key/decide.js';
import { batch } from '../../src/commands/batch/decide.js';
import { earnings } from '../../src/commands/earnings/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { issuer } from '../../src/commands/issuer/decide.js';
import type { GrantMandate, MandateCommand } from '../../src/commands/mandate/commands.js';
import { mandate } from '../../src/commands/mandate/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { receiptLog } from '../../src/commands/receipt-log/decide.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import { user } from '../../src/commands/user/decide.js';
import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { sampleSealed } from '../../src/events/samples.js';
import type { DomainEvent } from '../../src/kernel/event.js';
import { toMicros } from '../../src/kernel/money.js';
import {
  alternative,
  approve,
  assemble,
  broken,
  cancel,
  childEnds,
  childStep,
  complete,
  condition,
  create,
  diamond,
  drift,
  fail,
  history,
  later,
  local,
  mostOf,
  notUndone,
  OWNER,
  ofRun,
  PLAN_HASH,
  paid,
  pause,
  planOf,
  propose,
  requestRollback,
  resolveRollback,
  resume,
  retryRollback,
  retryRun,
  reversible,
  sendSignal,
  settle,
  signalStep,
  start,
  startExecution,
  startWait,
  T0,
  timeOut,
  toApproval,
  toCompletedChild,
  toExecution,
  undo,
  undoAgain,
  undone,
  waitStep,
  wake,
} from '../kit/runs.js';

/**
 * What the golden histories tell, as commands. A story becomes a file once, written by the version it was told in,
 * and from then on the file counts. Tell a new one for an event that no history holds.
 */
export interface Story {
  readonly category: string;
  readonly story: string;
  readonly events: () => readonly DomainEvent[];
}

const said = <C>(
  aggregate: {
    readonly decider: {
      decide(command: C, state: never): readonly DomainEvent[];
      initial: unknown;
      evolve(state: never, event: never): unknown;
    };
  },
  ...commands: readonly C[]
): DomainEvent[] => {
  const { decider } = aggregate;
  const events: DomainEvent[] = [];
  for (const command of commands) {
    const state = events.reduce((at, event) => decider.evolve(at as never, event as never), decider.initial);
    events.push(...decider.decide(command, state as never));
  }
  return events;
};

const workflow = (story: string, ...commands: readonly WorkflowCommand[]): Story => ({
  category: 'workflow',
  story,
  events: () => history(...commands),
});

const waits = planOf(waitStep('step_1'), waitStep('step_2'), assemble('step_3', ['step_1', 'step_2']));
const signals = planOf(
  signalStep('step_1', 'go'),
  signalStep('step_2', 'go', ['step_1']),
  assemble('step_3', ['step_2']),
);
const parts = planOf(
  childStep('step_1', [], { maxCost: '500' }),
  childStep('step_2'),
  assemble('step_3', ['step_1', 'step_2']),
);
const branches = planOf(
  condition('step_1'),
  local('step_2', ['step_1'], { when: { step: 'step_1', branch: 'then' } }),
  local('step_3', ['step_1'], { when: { step: 'step_1', branch: 'else' } }),
  assemble('step_4', ['step_2', 'step_3']),
);
const undoable = planOf(
  paid('step_1', [], reversible),
  paid('step_2', [], reversible),
  paid('step_3', ['step_1', 'step_2']),
  assemble('step_4', ['step_3']),
);
const asks = planOf(
  local('step_1', [], {
    requiresConfirmation: true,
    sideEffect: 'irreversible',
    onFailure: 'skip_dependants',
  }),
  local('step_2', [], {
    requiresConfirmation: true,
    sideEffect: 'irreversible',
    onFailure: 'skip_dependants',
  }),
  assemble('step_3', ['step_1', 'step_2']),
);
const cost = toMicros(20_000n);
const failedAfterTwo: readonly WorkflowCommand[] = [
  ...toExecution(undoable),
  ...['step_1', 'step_2'].flatMap((id) => [start(id), complete(id, { cost })]),
  start('step_3'),
  fail('step_3', { error: broken }),
];
const { type: _type, ...created } = create();
const answer = (type: 'ConfirmStep' | 'DeclineStep', stepId: string): WorkflowCommand =>
  ({ type, at: later(5), by: OWNER, runNo: 1, stepId }) as WorkflowCommand;
const begun = [...toExecution(diamond), start('step_1')];
const dearer = drift(diamond, 'step_1', 25_000n, { at: later(10) });
const fallback = planOf(
  paid('step_1', [], { onFailure: 'fallback', alternatives: [alternative('svc_2', '15000')] }),
  assemble('step_2', ['step_1']),
);
const ref = { sha256: 'c'.repeat(64), size: 9, mediaType: 'application/json' };

const walletQuote = {
  type: 'RecordQuote',
  ...{ paymentId: 'pay_1', workflowId: 'wf_01', runNo: 1, stepId: 'step_1', userId: OWNER },
  ...{ payer: '2'.repeat(32), serviceId: 'svc_1', dialect: 'x402-v2' as const },
  scheme: 'exact',
  ...{ network: 'solana:x', asset: '1'.repeat(32), payTo: '3'.repeat(32), amount: cost },
} as const;
const toBeSigned = (attempt: number, header: string) =>
  ({
    type: 'RequestSignature',
    at: T0,
    ...{ attempt, header, payTo: walletQuote.payTo, amount: cost, memo: `m ${header}` },
    ...{ blockhash: `b ${header}`, lastValidBlockHeight: 150n, watermark: null },
  }) as const;
const grant = (mandateId: string): GrantMandate => ({
  type: 'GrantMandate',
  at: T0,
  mandateId,
  userId: OWNER,
  wallet: '1'.repeat(32),
  network: 'solana:x',
  asset: '1'.repeat(32),
  maxTotal: toMicros(1_000_000n),
  maxPerTransaction: toMicros(500_000n),
  expiresAt: later(3_600_000),
  message: `the message of ${mandateId}`,
  signature: '5'.repeat(88),
});
const use = (workflowId: string, amount: bigint): MandateCommand => ({
  type: 'ConsumeMandate',
  at: later(1),
  userId: OWNER,
  workflowId,
  runNo: 1,
  planHash: PLAN_HASH,
  amount: toMicros(amount),
  recipients: [],
});
const bytes = (digit: string) => ({
  transaction: 'AQID',
  signature: digit.repeat(88),
  blockhash: '1'.repeat(32),
  lastValidBlockHeight: 150n,
  slot: 7n,
});
const withdraw = (withdrawalId: string, amount: bigint) =>
  ({
    type: 'RequestWithdrawal',
    withdrawalId,
    amount: toMicros(amount),
    destination: '1'.repeat(32),
    at: T0,
  }) as const;
const signed = (withdrawalId: string, attempt: number, digit: string, more = {}) =>
  ({
    type: 'PrepareWithdrawal',
    withdrawalId,
    attempt,
    transfer: bytes(digit),
    opensAccount: false,
    ...more,
  }) as const;
const payOut = (attempt: number, items: readonly number[], digit: string, opens: readonly string[] = []) =>
  ({ type: 'PreparePayout', attempt, items, transfer: bytes(digit), opens }) as const;

type Told = readonly Parameters<typeof escrow.decider.decide>[0][];

/** An account with money in it. */
const DEPOSITED: Told = [
  {
    type: 'OpenEscrowAccount',
    userId: 'user_01',
    wallet: '1'.repeat(32),
    network: 'n',
    asset: 'USDC',
    at: T0,
  },
  {
    type: 'SubmitDeposit',
    signature: '5'.repeat(88),
    amount: toMicros(90_000n),
    at: T0,
    expiresAt: later(60),
  },
  { type: 'ConfirmDeposit', signature: '5'.repeat(88), amount: toMicros(90_000n), slot: 42n },
];

/** Some of it held. */
const HELD: Told = [
  ...DEPOSITED,
  {
    type: 'PlaceHold',
    holdId: 'hold_1',
    amount: toMicros(20_000n),
    purpose: 'wf_01',
    at: T0,
    expiresAt: later(600),
  },
];

/** An account of which part of a hold was split off. */
const SPLIT: Told = [
  ...HELD,
  {
    type: 'SplitHold',
    holdId: 'hold_2',
    from: 'hold_1',
    amount: toMicros(10_000n),
    purpose: 'wf_02',
    at: T0,
    expiresAt: later(600),
  },
];

export const stories: Readonly<Record<string, Story>> = {
  'workflow-under-a-mandate': workflow(
    'its mandate covers too little, its owner approves, and it fails',
    create({ mandateId: 'mdt_01' }),
    propose(diamond),
    {
      type: 'DeclineAutoApproval',
      at: later(1),
      requestId: 'apr_1',
      code: 'MANDATE_LIMIT',
      message: 'The plan may cost more than the mandate allows.',
      limit: '10000',
      asked: '60000',
    },
    approve(diamond),
    { type: 'StartExecution', at: later(2), runNo: 1 },
    start('step_1'),
    fail('step_1', { error: broken }),
    { type: 'RecordSettlement', at: later(3), holdId: 'hold_1', spent: toMicros(0n) },
  ),
  'workflow-planned-in-vain': workflow(
    'planning failed, then planned anew',
    create(),
    {
      type: 'FailPlanning',
      at: T0,
      runNo: 1,
      code: 'NO_SERVICE',
      message: 'Nobody offers it.',
      recoverable: true,
    },
    retryRun('restart'),
  ),
  'workflow-offer-expired': workflow('the offer expired, and was made again', ...toApproval(diamond), {
    type: 'ExpireApproval',
    at: later(900),
    requestId: 'apr_1',
  }),
  'workflow-hold-lost': workflow(
    'approved, its money gone before it began, offered again',
    ...toApproval(diamond),
    approve(diamond),
    { type: 'ReportHoldLost', at: later(1), holdId: 'hold_1' },
  ),
  'workflow-told-signals': workflow(
    'told before and while it waited',
    ...toExecution(signals),
    sendSignal('go', 'early'),
    startWait('step_1', later(600)),
    complete('step_1'),
    startWait('step_2', later(600)),
    sendSignal('go', 'late'),
    complete('step_2'),
    complete('step_3'),
  ),
  'workflow-of-workflows': workflow(
    'one part that completed, one that was cancelled with it',
    create({
      parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_4', attempt: 1, depth: 1, holdId: 'hold_0' },
    }),
    propose(parts),
    approve(parts, { automatic: true }),
    startExecution(),
    startWait('step_1', later(600), { child: 'wf_02' }),
    startWait('step_2', later(600), { child: 'wf_03' }),
    childEnds('step_1', 'completed', { cost: toMicros(400n) }),
    complete('step_1', { cost: toMicros(400n) }),
    cancel(),
    childEnds('step_2', 'cancelled', { childId: 'wf_03' }),
  ),
  'workflow-undone-with-its-parent': workflow(
    'completed as a step of another, undone with it, the second time it was asked',
    ...toCompletedChild(undoable),
    requestRollback(),
    ...[undo('step_2'), undone('step_2', 1, 5_000n), undo('step_1'), notUndone('step_1', 1, broken)].map(
      (command) => ofRun(2, command),
    ),
    requestRollback(2),
    ...[undo('step_1', 2), undone('step_1', 2, 0n)].map((command) => ofRun(2, command)),
    settle(5_000n, 'hold_2'),
  ),
  'workflow-resolved-with-its-parts': workflow(
    'two parts that completed; one is undone, one is seen to by hand with the run that it was part of',
    ...toExecution(parts),
    startWait('step_1', later(600), { child: 'wf_02' }),
    startWait('step_2', later(600), { child: 'wf_03' }),
    childEnds('step_1', 'completed', { cost: toMicros(400n), undo: toMicros(100n) }),
    complete('step_1', { cost: toMicros(400n) }),
    childEnds('step_2', 'completed', { childId: 'wf_03', undo: toMicros(0n), lasting: true }),
    complete('step_2'),
    cancel(),
    undo('step_1'),
    undone('step_1', 1, 100n),
    undo('step_2'),
    notUndone('step_2', 1, broken),
    resolveRollback(),
    { ...undone('step_2'), resolved: true } as WorkflowCommand,
  ),
  'workflow-cancelled-while-it-waited': workflow(
    'two waits, one of them over when the owner cancelled',
    ...toExecution(waits),
    startWait('step_1', later(10)),
    startWait('step_2', later(20)),
    wake('step_1', later(10)),
    cancel(later(11)),
  ),
  'workflow-closed-while-it-paid': workflow(
    'cancelled by its owner while a step was being paid, which may land after that',
    ...begun,
    cancel(later(5)),
    { type: 'EndDrain', at: later(40), runNo: 1 },
  ),
  'workflow-timed-out': workflow(
    'two waits, none of them over at the deadline',
    ...toExecution(waits),
    startWait('step_1', later(299)),
    timeOut(later(300)),
  ),
  'workflow-one-branch': workflow(
    'one branch taken, the other skipped, rated',
    ...toExecution(branches),
    complete('step_1', { branch: 'then' }),
    complete('step_2'),
    complete('step_4'),
    { type: 'RateWorkflow', by: OWNER, stars: 4, comment: sampleSealed },
  ),
  'workflow-undone': workflow(
    'failed, undone after a second try',
    ...failedAfterTwo,
    undo('step_2'),
    notUndone('step_2'),
    undo('step_1'),
    undone('step_1', 1, 5_000n),
    undoAgain('step_2', 2),
    undo('step_2', 2, later(1)),
    undone('step_2', 2, 5_000n, later(1)),
  ),
  'workflow-undone-by-hand': workflow(
    'failed, undoing failed for good twice, an operator closed it',
    ...failedAfterTwo,
    undo('step_2'),
    notUndone('step_2', 1, broken),
    undo('step_1'),
    undone('step_1', 1, 0n),
    retryRollback(),
    undo('step_2', 2),
    notUndone('step_2', 2, broken),
    resolveRollback(),
  ),
  'workflow-forked': workflow('forked from another, with what that one paid', {
    type: 'ForkWorkflow',
    ...created,
    forkedFrom: { workflowId: 'wf_00', runNo: 1, stepId: 'step_2' },
    plan: diamond,
    planHash: PLAN_HASH,
    kept: [
      {
        stepId: 'step_1',
        from: { workflowId: 'wf_00', runNo: 1 },
        attempt: 2,
        output: { inline: sampleSealed },
        inputHash: '11',
        outputHash: '22',
        startedAt: T0,
        completedAt: T0,
      },
    ],
  }),
  'workflow-asked': workflow(
    'approved by nobody: one step confirmed, the other declined',
    create({ autoApprove: true }),
    propose(asks),
    answer('ConfirmStep', 'step_1'),
    answer('DeclineStep', 'step_2'),
  ),
  'workflow-dearer': workflow(
    'a service asked more, its owner approved it again',
    ...begun,
    dearer,
    approve(diamond, {
      at: later(40),
      requestId: 'apr_1x2',
      planHash: dearer.planHash,
      budget: mostOf(dearer.plan),
    }),
  ),
  'workflow-short-of-money': workflow('its hold did not cover a step', ...begun, {
    type: 'ReportFundsExhausted',
    at: later(10),
    runNo: 1,
    stepId: 'step_1',
    attempt: 1,
    holdId: 'hold_1',
    required: toMicros(20_000n),
    available: toMicros(0n),
  }),
  'workflow-held': workflow(
    'paused instead of failed when a step was given up, then resumed',
    create({ onExhausted: 'pause' }),
    propose(diamond),
    approve(diamond),
    { type: 'StartExecution', at: T0, runNo: 1 },
    start('step_1'),
    fail('step_1', { error: broken }),
    resume(later(60)),
    pause(later(61)),
  ),
  'workflow-by-another-service': workflow(
    'done by the next service of its plan',
    ...toExecution(fallback),
    fail('step_1', { error: broken }),
    start('step_1', 2),
    complete('step_1', { attempt: 2, cost: toMicros(15_000n) }),
  ),
  'escrow-refunded': {
    category: 'escrow',
    story: 'a payment that came back',
    events: () =>
      said(
        escrow,
        ...HELD,
        { type: 'CaptureHold', holdId: 'hold_1', paymentId: 'pay_1', amount: toMicros(20_000n) },
        { type: 'CreditRefund', paymentId: 'pay_1', signature: '4'.repeat(88), amount: toMicros(20_000n) },
      ),
  },
  'escrow-withdrawn': {
    category: 'escrow',
    story: 'one withdrawal at the second attempt, one that could not be made, one on its way',
    events: () =>
      said(
        escrow,
        ...DEPOSITED,
        withdraw('wdr_1', 20_000n),
        signed('wdr_1', 1, '6', { opensAccount: true }),
        { type: 'EndWithdrawalAttempt', withdrawalId: 'wdr_1', attempt: 1, because: 'expired', height: 151n },
        signed('wdr_1', 2, '7'),
        { type: 'ConfirmWithdrawal', withdrawalId: 'wdr_1', attempt: 2, slot: 200n },
        withdraw('wdr_2', 10_000n),
        {
          type: 'FailWithdrawal',
          withdrawalId: 'wdr_2',
          code: 'RECIPIENT_WITHOUT_ACCOUNT',
          message: 'The wallet has no account for USDC.',
        },
        withdraw('wdr_3', 5_000n),
        signed('wdr_3', 1, '8'),
      ),
  },
  'settlement-paid': {
    category: 'settlement',
    story: 'three recipients: one paid at once, one at the second try, one at another wallet',
    events: () =>
      said(
        settlement,
        {
          type: 'ComputeSettlement',
          settlementId: 'stl_1',
          source: { kind: 'hold', userId: 'user_01', holdId: 'hold_1' },
          dues: ['a', 'b', 'c'].map((reference, index) => ({
            recipient: String(index + 1).repeat(32),
            amount: toMicros(10_001n),
            reference,
          })),
          split: '90/7/3',
          at: T0,
        },
        { type: 'RecordFunding' },
        { type: 'FailPayout', item: 2, code: 'RECIPIENT_FROZEN', message: 'Its account is frozen.' },
        payOut(1, [0], '6', ['1'.repeat(32)]),
        payOut(2, [1], '7'),
        { type: 'SubmitPayout', attempt: 1 },
        { type: 'ConfirmPayout', attempt: 1, slot: 200n },
        { type: 'EndPayoutAttempt', attempt: 2, because: 'failed', height: 201n },
        { type: 'RetryPayout', item: 2, recipient: '4'.repeat(32), at: later(60) },
        payOut(3, [1, 2], '8'),
        { type: 'SubmitPayout', attempt: 3 },
        { type: 'ConfirmPayout', attempt: 3, slot: 300n },
      ),
  },
  'settlement-refused': {
    category: 'settlement',
    story: 'its source did not have the money',
    events: () =>
      said(
        settlement,
        {
          type: 'ComputeSettlement',
          settlementId: 'stl_1',
          source: { kind: 'earnings', ownerId: 'platform' },
          dues: [{ recipient: '1'.repeat(32), amount: toMicros(10_000n), reference: 'a' }],
          at: T0,
        },
        { type: 'RefuseSettlement', code: 'HOLD_CLOSED', message: 'The hold holds nothing any more.' },
      ),
  },
  'earnings-paid-out': {
    category: 'earnings',
    story: 'accrued twice, paid out in part',
    events: () =>
      said(
        earnings,
        { type: 'AccrueEarnings', ownerId: 'platform', settlementId: 'stl_1', amount: toMicros(700n) },
        { type: 'AccrueEarnings', ownerId: 'platform', settlementId: 'stl_2', amount: toMicros(300n) },
        {
          type: 'RequestEarningsWithdrawal',
          ownerId: 'platform',
          settlementId: 'stl_3',
          dues: [{ recipient: '1'.repeat(32), amount: toMicros(900n), reference: 'november' }],
          at: later(60),
        },
      ),
  },
  'payment-refunded': {
    category: 'payment',
    story: 'settled, never answered, given up, and given back after all',
    events: () =>
      said(
        payment,
        {
          type: 'RecordQuote',
          paymentId: 'pay_1',
          workflowId: 'wf_01',
          runNo: 1,
          stepId: 'step_1',
          userId: 'user_01',
          holdId: 'hold_1',
          serviceId: 'svc_1',
          dialect: 'x402-v1',
          scheme: 'exact',
          network: 'n',
          asset: 'USDC',
          payTo: 'PAYEE',
          amount: toMicros(20_000n),
        },
        {
          type: 'AuthorizePayment',
          planHash: PLAN_HASH,
          ceiling: toMicros(20_000n),
          approved: { payTo: 'PAYEE', asset: 'USDC', network: 'n' },
        },
        {
          type: 'PreparePayment',
          attempt: 1,
          payTo: 'PAYEE',
          amount: toMicros(20_000n),
          header: 'eyJ4IjoxfQ==',
          memo: 'qt1.a.b.c',
          blockhash: '1'.repeat(32),
          lastValidBlockHeight: 150n,
          watermark: null,
        },
        { type: 'SubmitPayment', attempt: 1 },
        { type: 'ConfirmPayment', attempt: 1, signature: '5'.repeat(88), slot: 42n },
        { type: 'RecordNonDelivery', code: 'PAYMENT_UNDELIVERED', message: 'The service did not answer.' },
        { type: 'RequestRefund', at: T0 },
        { type: 'RejectRefund', code: 'REFUND_NOT_RECEIVED', message: 'Nothing came back.' },
        { type: 'ConfirmRefund', signature: '4'.repeat(88), slot: 99n, amount: toMicros(20_000n) },
      ),
  },
  'escrow-frozen': {
    category: 'escrow',
    story: 'a hold captured while the account was frozen',
    events: () =>
      said(
        escrow,
        ...HELD,
        { type: 'FreezeAccount', reason: 'The wallet was reported stolen.', at: later(9) },
        { type: 'CaptureHold', holdId: 'hold_1', paymentId: 'pay_1', amount: toMicros(5_000n) },
        { type: 'UnfreezeAccount', reason: 'A new wallet is linked.', at: later(90) },
      ),
  },
  'escrow-hold-split': {
    category: 'escrow',
    story: 'part of a hold for a workflow that is a step of another, and its rest given back',
    events: () =>
      said(
        escrow,
        ...SPLIT,
        { type: 'CaptureHold', holdId: 'hold_2', paymentId: 'pay_1', amount: toMicros(3_000n) },
        { type: 'ReleaseHold', holdId: 'hold_2' },
        { type: 'ReleaseHold', holdId: 'hold_1' },
      ),
  },
  'escrow-part-extended': {
    category: 'escrow',
    story: 'part of a hold that was extended gives back what it borrowed, and the rest is available',
    events: () =>
      said(
        escrow,
        ...SPLIT,
        { type: 'ExtendHold', holdId: 'hold_2', amount: toMicros(14_000n), at: T0, expiresAt: later(600) },
        { type: 'CaptureHold', holdId: 'hold_2', paymentId: 'pay_1', amount: toMicros(3_000n) },
        { type: 'ReleaseHold', holdId: 'hold_2' },
        { type: 'ReleaseHold', holdId: 'hold_1' },
      ),
  },
  'escrow-holds-reduced': {
    category: 'escrow',
    story: 'a hold and part of it keep what may still be captured, and the part is captured',
    events: () =>
      said(
        escrow,
        ...SPLIT,
        { type: 'CaptureHold', holdId: 'hold_2', paymentId: 'pay_1', amount: toMicros(3_000n) },
        { type: 'ReduceHold', holdId: 'hold_2', keep: toMicros(2_000n) },
        { type: 'ReduceHold', holdId: 'hold_1', keep: toMicros(1_000n) },
        { type: 'CaptureHold', holdId: 'hold_2', paymentId: 'pay_2', amount: toMicros(2_000n) },
        { type: 'ReleaseHold', holdId: 'hold_2' },
      ),
  },
  'escrow-hold-extended': {
    category: 'escrow',
    story: 'a hold placed and extended',
    events: () =>
      said(escrow, ...HELD, {
        type: 'ExtendHold',
        holdId: 'hold_1',
        amount: toMicros(25_000n),
        at: later(9),
        expiresAt: later(900),
      }),
  },
  'user-erased': {
    category: 'user',
    story: 'registered, erased',
    events: () =>
      said(
        user,
        { type: 'RegisterUser', userId: 'user_01', roles: ['user'], at: T0 },
        { type: 'EraseUser', at: later(1) },
      ),
  },
  'api-key-revoked': {
    category: 'apikey',
    story: 'issued, revoked',
    events: () =>
      said(
        apiKey,
        {
          type: 'IssueApiKey',
          keyId: 'key_01',
          userId: 'user_01',
          hash: 'a'.repeat(64),
          prefix: 'qk_abcdef',
          name: 'laptop',
          at: T0,
        },
        { type: 'RevokeApiKey', at: later(1) },
      ),
  },
  'batch-cancelled': {
    category: 'batch',
    story: 'a piece made, cancelled, what was made ended',
    events: () =>
      said(
        batch,
        {
          type: 'CreateBatch',
          at: T0,
          batchId: 'bat_01',
          userId: 'user_01',
          template: ref,
          pieces: [ref, ref],
          pieceSize: 100,
          count: 200,
          priority: 'low',
        },
        {
          type: 'RecordItemsCreated',
          from: 0,
          to: 100,
          refused: [{ index: 7, code: 'KEY_DESTROYED', message: 'Erased.' }],
        },
        { type: 'CancelBatch', at: later(1), by: 'user_01' },
        { type: 'RecordItemsCancelled', to: 100 },
      ),
  },
  'payment-closed': {
    category: 'payment',
    story: 'asked for its terms, and never signed: its run was over',
    events: () =>
      said(payment, walletQuote, { type: 'ClosePayment', workflowId: walletQuote.workflowId, runNo: 1 }),
  },
  'payment-signed-by-a-wallet': {
    category: 'payment',
    story: 'asked for twice, given up, asked for again, signed by the wallet, settled',
    events: () =>
      said(
        payment,
        walletQuote,
        {
          type: 'AuthorizePayment',
          planHash: PLAN_HASH,
          ceiling: cost,
          approved: { payTo: walletQuote.payTo, asset: walletQuote.asset, network: walletQuote.network },
        },
        toBeSigned(1, 'h1'),
        toBeSigned(1, 'h2'),
        {
          type: 'WithdrawSignatureRequest',
          attempt: 1,
          code: 'PAYMENT_NOT_SIGNED',
          message: 'The wallet did not sign the payment in time.',
        },
        toBeSigned(2, 'h3'),
        { type: 'SignPayment', at: later(1), attempt: 2, header: 'h3 signed' },
        { type: 'SubmitPayment', attempt: 2 },
        { type: 'ConfirmPayment', attempt: 2, signature: '5'.repeat(88), slot: 7n },
      ),
  },
  'mandate-revoked': {
    category: 'mandate',
    story: 'granted, used by two runs, one of them settled, revoked',
    events: () =>
      said(
        mandate,
        grant('mdt_01'),
        use('wf_01', 300_000n),
        use('wf_02', 500_000n),
        { type: 'ReleaseMandateUse', workflowId: 'wf_01', runNo: 1, spent: toMicros(120_000n) },
        { type: 'RevokeMandate', at: later(9) },
      ),
  },
  'mandate-expired': {
    category: 'mandate',
    story: 'granted for one recipient, expired unused',
    events: () =>
      said(
        mandate,
        { ...grant('mdt_02'), allowedRecipients: ['1'.repeat(32)] },
        { type: 'ExpireMandate', at: later(3_600_000) },
      ),
  },
  'receipt-shared': {
    category: 'receipt',
    story: 'issued with the hash of what was signed, shared and taken back',
    events: () =>
      said(
        receipt,
        {
          type: 'IssueReceipt',
          at: T0,
          receiptId: 'rcpt_01r1',
          workflowId: 'wf_01',
          runNo: 1,
          userId: 'user_01',
          outcome: 'completed',
          level: 'basic',
          workflowHash: '1',
          resultsRoot: '2',
          finalResultHash: '3',
          totalCost: toMicros(35_000n),
          documentHash: 'd'.repeat(64),
          statementHash: 'a'.repeat(64),
          document: ref,
          keyId: '0123456789abcdef',
        },
        { type: 'ShareReceipt', shared: true },
        { type: 'ShareReceipt', shared: false },
      ),
  },
  'receipt-upgraded': {
    category: 'receipt',
    story: 'issued at the level basic, proven when its owner asked for it',
    events: () => {
      const circuit = { circuitId: 'workflow-receipt-8', circuitVersion: '1' };
      return said(
        receipt,
        {
          type: 'IssueReceipt',
          at: T0,
          receiptId: 'rcpt_02r1',
          workflowId: 'wf_02',
          runNo: 1,
          userId: 'user_01',
          outcome: 'completed',
          level: 'basic',
          workflowHash: '1',
          resultsRoot: '2',
          finalResultHash: '3',
          totalCost: toMicros(35_000n),
          documentHash: 'd'.repeat(64),
          statementHash: 'a'.repeat(64),
          document: ref,
          keyId: '0123456789abcdef',
        },
        { type: 'UpgradeReceipt', level: 'zero-knowledge', ...circuit },
        {
          type: 'RecordWorkflowProof',
          ...circuit,
          publicSignals: ['1', '2'],
          vkeyHash: 'f'.repeat(64),
          keyKind: 'development',
          document: { ...ref, size: 5_000 },
          documentHash: 'c'.repeat(64),
          provingMs: 700,
        },
        { type: 'RecordVerification', verifier: 'self', valid: true },
      );
    },
  },
  'log-anchored': {
    category: 'log',
    story: 'three receipts, an anchor that lapsed and one that landed, another receipt',
    events: () => {
      const leaf = (n: number) => ({ receiptId: `rcpt_0${n}r1`, statement: String(n).repeat(64) });
      const begun = {
        type: 'AppendLeaves',
        at: T0,
        after: null,
        upTo: '0000000000000012',
        leaves: [leaf(1), leaf(2), leaf(3)],
      } as const;
      const [appended] = said(receiptLog, begun) as unknown as readonly [{ readonly root: string }];
      const prepare = (signature: string) =>
        ({
          type: 'PrepareAnchor',
          at: later(1),
          size: 3,
          root: appended.root,
          network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
          memo: `quittance-log/1 3 ${appended.root}`,
          signature: signature.repeat(88),
          transaction: 'AQID',
          lastValidBlockHeight: '150',
          slot: '40',
        }) as const;
      return said(
        receiptLog,
        begun,
        prepare('5'),
        { type: 'RecordAnchorLapsed', signature: '5'.repeat(88), reason: 'Its blockhash is too old.' },
        prepare('6'),
        { type: 'RecordAnchored', signature: '6'.repeat(88), slot: 42n, at: later(2) },
        {
          type: 'AppendLeaves',
          at: later(3),
          after: '0000000000000012',
          upTo: '0000000000000019',
          leaves: [leaf(4)],
        },
      );
    },
  },
  'receipt-revoked': {
    category: 'receipt',
    story: 'issued, and taken back by its issuer',
    events: () =>
      said(
        receipt,
        {
          type: 'IssueReceipt',
          at: T0,
          receiptId: 'rcpt_01r1',
          workflowId: 'wf_01',
          runNo: 1,
          userId: 'user_01',
          outcome: 'completed',
          level: 'basic',
          workflowHash: '1',
          resultsRoot: '2',
          finalResultHash: '3',
          totalCost: toMicros(35_000n),
          documentHash: 'd'.repeat(64),
          statementHash: 'a'.repeat(64),
          document: ref,
          keyId: '0123456789abcdef',
        },
        { type: 'RevokeReceipt', reason: 'The wrong run was billed.', at: later(1) },
      ),
  },
  'issuer-rotated': {
    category: 'issuer',
    story: 'the key replaced twice, the first one revoked, and from an earlier time on',
    events: () => {
      const key = (n: number) => ({ keyId: String(n).repeat(16), publicKey: String(n).repeat(64) });
      const rotate = (generation: number) =>
        ({
          type: 'RotateReceiptKey',
          at: later(generation),
          generation,
          ...key(generation),
          former: key(generation - 1),
          formerUntil: later(60_000 + generation),
        }) as const;
      const revoke = {
        type: 'RevokeReceiptKey',
        keyId: key(0).keyId,
        from: later(5),
        logSize: 12,
        reason: 'A backup was stolen.',
        at: later(9),
      } as const;
      return said(issuer, rotate(1), rotate(2), revoke, { ...revoke, from: T0, at: later(10) });
    },
  },
};
