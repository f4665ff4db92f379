/**
 * Every place where a process may die with something half done, by name. Each stands between two lines that could be
 * one step apart in time and a restart apart in fact; `npm run test:sweep` kills a real process at each of them.
 * All are calls of a port, before it is made or after it was answered, so that the code between them needs no hooks.
 */
export interface CrashPoint {
  readonly call: CrashCall;
  readonly when: 'before' | 'after';
  /** what the call is about: an event type, a kind of job, a part of it; absent means any */
  readonly about?: string;
}

export type CrashCall =
  | 'append'
  | 'publish job'
  | 'handle job'
  | 'acknowledge job'
  | 'quote'
  | 'sign payment'
  | 'send payment'
  | 'sign transfer'
  | 'send transfer'
  | 'store artifact'
  | 'prove'
  | 'set timer'
  | 'cancel timer'
  | 'take timer'
  | 'remove timer'
  | 'save checkpoint'
  | 'commit projection'
  | 'relay events'
  | 'remember answer';

const before = (call: CrashCall, about?: string): CrashPoint => ({
  call,
  when: 'before',
  ...(about && { about }),
});
const after = (call: CrashCall, about?: string): CrashPoint => ({
  call,
  when: 'after',
  ...(about && { about }),
});

export const CRASH_POINTS = {
  // a request
  'request-not-recorded': before('append', 'WorkflowCreated'),
  'request-recorded-not-answered': after('append', 'WorkflowCreated'),
  'answer-not-remembered': before('remember answer'),
  'answer-remembered-not-sent': after('remember answer'),
  // its plan
  'plan-job-not-queued': before('publish job', 'plan'),
  'plan-job-queued': after('publish job', 'plan'),
  'plan-job-taken': before('handle job', 'plan'),
  'plan-made-not-recorded': before('append', 'PlanProposed'),
  'plan-recorded': after('append', 'PlanProposed'),
  'plan-job-done-not-acknowledged': after('handle job', 'plan'),
  // its approval
  'hold-not-placed': before('append', 'HoldPlaced'),
  'hold-placed-not-approved': after('append', 'HoldPlaced'),
  'approval-not-recorded': before('append', 'WorkflowApproved'),
  'approved-not-dispatched': after('append', 'WorkflowApproved'),
  // a step and its job
  // before those of the queue: nothing is handed over while a job of the same user waits there
  'step-in-hand-not-guarded': before('set timer', 'guard'),
  'step-in-hand-guarded': after('set timer', 'guard'),
  'guard-not-taken-away': before('cancel timer', 'guard'),
  'step-job-not-queued': before('publish job', 'step'),
  'step-job-queued': after('publish job', 'step'),
  'step-job-taken': before('handle job', 'step'),
  'step-claimed': after('append', 'StepStarted'),
  'step-done-not-recorded': before('append', 'StepCompleted'),
  'step-recorded': after('append', 'StepCompleted'),
  'step-job-done-not-acknowledged': after('handle job', 'step'),
  'step-job-acknowledged': after('acknowledge job', 'step'),
  'output-not-stored': before('store artifact', 'content'),
  'output-stored-not-recorded': after('store artifact', 'content'),
  'attempt-failed-not-recorded': before('append', 'StepAttemptFailed'),
  'retry-scheduled': after('append', 'StepRetryScheduled'),
  // its payment
  'terms-asked': after('quote'),
  'terms-recorded': after('append', 'PaymentQuoted'),
  'payment-authorized': after('append', 'PaymentAuthorized'),
  'payment-signed-not-recorded': after('sign payment'),
  'payment-recorded-not-sent': after('append', 'PaymentPrepared'),
  'payment-about-to-be-sent': after('append', 'PaymentSubmitted'),
  'payment-sent-answer-not-recorded': after('send payment', 'step'),
  'payment-found-not-confirmed': before('append', 'PaymentConfirmed'),
  'payment-confirmed': after('append', 'PaymentConfirmed'),
  'payment-delivered': after('append', 'PaymentDelivered'),
  // a payment that bought nothing, and comes back
  'payment-not-answered': after('append', 'PaymentUndelivered'),
  'refund-not-asked-for': before('append', 'RefundRequested'),
  'refund-asked-for': after('append', 'RefundRequested'),
  'refund-found-not-recorded': before('append', 'RefundConfirmed'),
  'refund-recorded-not-credited': after('append', 'RefundConfirmed'),
  'refund-credited': after('append', 'RefundCredited'),
  // its end
  'run-not-closed': before('append', 'RunClosed'),
  'run-closed': after('append', 'RunClosed'),
  'capture-not-recorded': before('append', 'HoldCaptured'),
  captured: after('append', 'HoldCaptured'),
  'release-not-recorded': before('append', 'HoldReleased'),
  released: after('append', 'HoldReleased'),
  settled: after('append', 'WorkflowSettled'),
  // the hold of a run for which something was signed that may still land
  'payment-not-closed': before('append', 'PaymentClosed'),
  'payment-closed': after('append', 'PaymentClosed'),
  'hold-not-looked-at': before('set timer', 'first look'),
  'run-settled-hold-kept': before('append', 'HoldReduced'),
  'hold-reduced': after('append', 'HoldReduced'),
  'hold-not-looked-at-again': before('set timer', 'next look'),
  'hold-looked-at-again': after('set timer', 'next look'),
  // its receipt
  'receipt-signed-not-stored': before('store artifact', 'receipt'),
  'receipt-stored-not-recorded': before('append', 'ReceiptIssued'),
  'receipt-recorded': after('append', 'ReceiptIssued'),
  'leaf-not-appended': before('append', 'LogLeavesAppended'),
  'leaf-appended': after('append', 'LogLeavesAppended'),
  'proof-requested': after('append', 'ProofRequested'),
  'proof-made-not-published': after('prove'),
  'proof-published': after('append', 'WorkflowProofGenerated'),
  // a run that fails and is undone, or is cancelled
  'failure-not-recorded': before('append', 'WorkflowFailed'),
  'failure-recorded': after('append', 'WorkflowFailed'),
  'undo-scheduled': after('append', 'StepCompensationScheduled'),
  'undo-claimed': after('append', 'StepCompensationStarted'),
  'undo-paid-not-recorded': after('send payment', 'undo'),
  'undo-done-not-recorded': before('append', 'StepCompensated'),
  'undo-recorded': after('append', 'StepCompensated'),
  'undone-not-recorded': before('append', 'CompensationCompleted'),
  'cancel-not-recorded': before('append', 'CancellationRequested'),
  'cancel-recorded': after('append', 'CancellationRequested'),
  // a deposit
  'deposit-submitted': after('append', 'DepositSubmitted'),
  'deposit-found-not-claimed': before('append', 'DepositClaimed'),
  'deposit-claimed-not-credited': after('append', 'DepositClaimed'),
  'deposit-credited': after('append', 'DepositConfirmed'),
  // a withdrawal
  'withdrawal-not-requested': before('append', 'WithdrawalRequested'),
  'withdrawal-requested': after('append', 'WithdrawalRequested'),
  'withdrawal-signed-not-recorded': after('sign transfer', 'withdrawal'),
  'withdrawal-recorded-not-sent': after('append', 'WithdrawalPrepared'),
  'withdrawal-sent': after('send transfer', 'withdrawal'),
  'withdrawal-found-not-confirmed': before('append', 'WithdrawalConfirmed'),
  'withdrawal-confirmed': after('append', 'WithdrawalConfirmed'),
  // payouts
  'settlement-not-computed': before('append', 'SettlementComputed'),
  'settlement-computed': after('append', 'SettlementComputed'),
  'settlement-captured-not-funded': before('append', 'SettlementFunded'),
  'settlement-funded': after('append', 'SettlementFunded'),
  'payout-signed-not-recorded': after('sign transfer', 'payout'),
  'payout-recorded-not-sent': after('append', 'PayoutPrepared'),
  'payout-sent': after('send transfer', 'payout'),
  'payout-found-not-confirmed': before('append', 'PayoutConfirmed'),
  'payout-confirmed': after('append', 'PayoutConfirmed'),
  'share-not-accrued': before('append', 'EarningsAccrued'),
  'share-accrued': after('append', 'EarningsAccrued'),
  // what runs the pure parts
  'timer-not-set': before('set timer'),
  'timer-set': after('set timer'),
  'timer-due-not-fired': after('take timer'),
  'timer-fired-not-removed': before('remove timer'),
  'timer-removed': after('remove timer'),
  'checkpoint-not-saved': before('save checkpoint'),
  'checkpoint-saved': after('save checkpoint'),
  'projection-not-committed': before('commit projection'),
  'projection-committed': after('commit projection'),
  'events-not-relayed': before('relay events'),
  'events-relayed': after('relay events'),
} as const satisfies Record<string, CrashPoint>;

export type CrashPointName = keyof typeof CRASH_POINTS;

export const crashPointNames = Object.keys(CRASH_POINTS) as [CrashPointName, ...CrashPointName[]];
