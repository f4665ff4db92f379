/**
 * Every queue, cache, payload, loop and retry has its bound here, with what happens at the bound:
 * *refuse* (the caller is told), *shed* (oldest dropped, rebuilt when needed) or *spill* (to the artifact store).
 */
export const LIMITS = {
  /** characters of a request in plain words; refuse */
  requestMinChars: 10,
  requestMaxChars: 5_000,
  /** bytes of one HTTP body; refuse */
  bodyBytes: 4 * 1024 * 1024,
  /** bytes of all files a caller attaches to one request; refuse */
  attachmentBytes: 3 * 1024 * 1024,
  attachments: 8,
  /** steps of one plan, `assemble` included; refuse */
  planSteps: 500,
  /** what the steps of one plan depend on, all together; refuse */
  planDependencies: 5_000,
  /** bytes of a step output kept inside its event; spill to artifacts above it */
  inlineOutputBytes: 8 * 1024,
  /** bytes of a request or of the texts of a plan kept inside their event; spill to artifacts above it */
  inlineTextBytes: 64 * 1024,
  /** calls to one origin at once; more wait, since a server that is asked by a thousand at once hangs up on some */
  callsPerOrigin: 128,
  /** bytes a paid service may answer; refuse */
  serviceAnswerBytes: 8 * 1024 * 1024,
  /** sealed outputs a fork keeps inside its one append; spill to artifacts above it */
  forkInlineBytes: 256 * 1024,
  /** steps of one run in flight at once; wait */
  concurrentSteps: 5,
  /** generations of workflows that are steps of workflows; refuse */
  childDepth: 4,
  /** items of one batch; refuse */
  batchItems: 10_000,
  /** items of a batch one job makes workflows of; the rest wait for the next */
  batchPiece: 100,
  /** recipients one mandate names, and ms it may last; refuse */
  mandateRecipients: 20,
  mandateTime: 366 * 24 * 3_600_000,
  /** ms a wallet has to sign the message of a mandate; refuse */
  mandateChallengeTtl: 15 * 60_000,
  /** wallets linked to one user; refuse */
  walletsPerUser: 20,
  /** recipients one settlement pays; refuse */
  payoutsPerSettlement: 100,
  /** micro-USDC due to one recipient; refuse: a share of less would be nothing */
  leastPayout: 100n,
  /** token accounts opened at the platform's expense, for one user's withdrawals; fail */
  accountsOpened: 5,
  /** transactions that are signed for one withdrawal, one after the other; fail */
  withdrawalAttempts: 5,
  /** transactions that carry one payout, fewer and fewer in each; fail */
  payoutTries: 6,
  /** bytes and nesting of a receipt a verifier reads; refuse */
  receiptBytes: 4 * 1024 * 1024,
  receiptDepth: 32,
  /** receipts one call or command verifies together; refuse */
  verifiedTogether: 1_000,
  /** ms and megabytes one verification may take, of one receipt or of one thread's share of a batch; not valid */
  verificationTime: 15_000,
  verificationMemoryMb: 256,
  /** verifications that wait for a thread; refuse as OVERLOADED */
  verificationsWaiting: 64,
  /** receipts one append puts into the transparency log; the rest wait for the next */
  logBatch: 256,
  /** different verifiers whose finding one receipt keeps; refuse */
  verifiersPerReceipt: 1_000,
  /** times a command is decided again after a conflict; refuse as CONCURRENT_UPDATE */
  appendRetries: 8,
  /** aggregates kept folded in memory; shed */
  cachedAggregates: 20_000,
  /** about the bytes of the events they were folded from; shed */
  cachedAggregateBytes: 128 * 1024 * 1024,
  /** runs whose request, files and expressions are kept open in memory, and about their bytes; shed */
  openedRuns: 2_000,
  openedRunBytes: 64 * 1024 * 1024,
  /** events after which the folded state of a stream is kept as a snapshot, and its characters; skip */
  snapshotEvery: 100,
  /** about the bytes of the events that do the same for a stream without end; skip */
  snapshotBytes: 256 * 1024,
  snapshotChars: 32 * 1024 * 1024,
  /** snapshots kept; shed those saved longest ago */
  snapshots: 10_000,
  /** events a subscription hands over at once; wait */
  subscriptionBatch: 500,
  /** appends that wait in one process for the event store; refuse as OVERLOADED */
  appendQueue: 10_000,
  /** appends and bytes one transaction of the event store takes; the rest wait for the next */
  appendBatch: 500,
  appendBatchBytes: 8 * 1024 * 1024,
  /** events of those in memory a subscription hands over at once; wait */
  tailBatch: 2_000,
  /** newest events a process keeps for its subscriptions; shed, read again from the store */
  tailEvents: 16_384,
  /** about the bytes of rows a read model remembers so as not to read them again; shed */
  rememberedRowBytes: 32 * 1024 * 1024,
  /** deliveries of one job before it is a dead letter */
  jobDeliveries: 5,
  /** times a read model tries a batch before it looks for streams to park */
  projectionAttempts: 5,
  /** streams one read model parks; it stands still above it */
  parkedStreams: 100,
  /** messages waiting for one WebSocket client; cut with a reason */
  socketBacklog: 1_000,
  /** bytes waiting for one WebSocket client; cut with a reason */
  socketBacklogBytes: 1024 * 1024,
  /** ms a WebSocket client may take nothing while something waits for it; cut with a reason */
  socketPatience: 30_000,
  requestsPerMinute: 100,
  /** workflows of one user open at once; refuse */
  openWorkflows: 1_000,
  /** ms */
  approvalTtl: 15 * 60_000,
  /** a person has that long to confirm a step, and never longer than its run */
  confirmationTtl: 15 * 60_000,
  /** a wallet has that long to sign a payment, and never longer than its run; the step fails */
  clientSignature: 5 * 60_000,
  planningTimeout: 60_000,
  defaultRunTime: 300_000,
  maxRunTime: 30 * 24 * 3_600_000,
  /** one wait of a step; refuse */
  waitTime: 30 * 24 * 3_600_000,
  drainTimeout: 30_000,
  /** ms a scheduled step may wait unclaimed before it is dispatched again */
  dispatchTimeout: 15_000,
  /** ms a read may wait for X-Min-Position */
  readYourWrites: 5_000,
  /** events of one stream an audit answers at once; refuse the rest, ask for a revision */
  auditedEvents: 10_000,
  /** ms a call may wait for a run to close */
  resultWait: 60_000,
  idempotencyTtl: 24 * 3_600_000,
  /** ms after which a call that never answered is taken for crashed, and its key may be claimed again */
  idempotencyClaim: 60_000,
  /** ms a process has to fire a due timer before another process gets it */
  timerLease: 30_000,
  /** data keys kept unwrapped in memory, and for how many ms another process may go on using a destroyed one */
  cachedDataKeys: 10_000,
  dataKeyCache: 5_000,
  /** ms and nesting of one JSONata evaluation; refuse */
  expressionTime: 2_000,
  expressionDepth: 500,
  /** one page of a list */
  pageDefault: 50,
  pageMax: 200,
  /** entries of one statement; refuse */
  statementLines: 50_000,
} as const;

/** micro-USDC one run may cost at most, whatever the caller says. */
export const MAX_RUN_COST = 100_000_000n;
