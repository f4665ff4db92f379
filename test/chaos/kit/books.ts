import { openEventStore } from '../../../src/adapters/open-event-store.js';
import { memoBindsPayment } from '../../../src/adapters/x402/memo.js';
import { upcast } from '../../../src/events/catalogue.js';
import type { EscrowEvent } from '../../../src/events/escrow.js';
import type { PaymentEvent } from '../../../src/events/payment.js';
import type { WorkflowEvent } from '../../../src/events/workflow.js';
import type { Recorded } from '../../../src/kernel/event.js';
import { categoryOf, idOfStream } from '../../../src/kernel/ids.js';
import { rpc } from '../../e2e/kit/chain.js';
import type { Addresses } from '../../kit/installation.js';
import { AccountRules, PaymentRules } from '../../simulation/money-rules.js';
import { Violation } from '../../simulation/violation.js';
import { objectionsToLog } from './log-rules.js';
import { objectionsToMoneyOut, owedOutside, sentByMemo } from './money-out.js';
import { objectionsToCalls } from './plan-rules.js';

interface Signed {
  readonly signature: string;
  readonly err: unknown;
  readonly memo: string | null;
}

/** What stands in the event store and on the chain when all is over. */
export interface Books {
  /** one workflow's own events, in order */
  readonly runs: ReadonlyMap<string, readonly WorkflowEvent[]>;
  readonly payments: ReadonlyMap<string, readonly PaymentEvent[]>;
  readonly accounts: ReadonlyMap<string, readonly EscrowEvent[]>;
  /** transfers that landed, by payment */
  readonly landed: ReadonlyMap<string, readonly string[]>;
  /** transactions that landed and carry a memo of withdrawals and payouts, by memo */
  readonly sent: ReadonlyMap<string, readonly string[]>;
  /** micro-USDC in the platform's token account */
  readonly onChain: bigint;
  /** in store order */
  readonly history: readonly Recorded[];
}

export async function readBooks(
  databaseUrl: string,
  chain: Addresses['chain'],
  escrow: { readonly tokenAccount: string },
): Promise<Books> {
  const store = await openEventStore('postgres', databaseUrl);
  const history: Recorded[] = [];
  for await (const recorded of store.readAll()) history.push({ ...recorded, event: upcast(recorded.event) });
  await store.close();
  const payments = byStream<PaymentEvent>(history, 'payment');
  const all = await transfers(chain, escrow.tokenAccount);
  const moved = all.flatMap(ourPayment);
  const { value } = await rpc<{ value: { amount: string } }>({ chain }, 'getTokenAccountBalance', [
    escrow.tokenAccount,
    { commitment: 'confirmed' },
  ]);
  const landed = new Map(
    [...payments.keys()].map((id) => [
      id,
      moved.filter(({ memo }) => memoBindsPayment(memo, id)).map(({ signature }) => signature),
    ]),
  );
  return {
    history,
    payments,
    landed,
    sent: sentByMemo(all),
    runs: byStream<WorkflowEvent>(history, 'workflow'),
    accounts: byStream<EscrowEvent>(history, 'escrow'),
    onChain: BigInt(value.amount),
  };
}

function byStream<E>(history: readonly Recorded[], category: string): Map<string, E[]> {
  const streams = new Map<string, E[]>();
  for (const { stream, event } of history) {
    if (categoryOf(stream) !== category) continue;
    const id = idOfStream(stream);
    streams.set(id, [...(streams.get(id) ?? []), event as E]);
  }
  return streams;
}

async function transfers(chain: Addresses['chain'], tokenAccount: string) {
  const all: Signed[] = [];
  for (let before: string | undefined; ; ) {
    const page = await rpc<Signed[]>({ chain }, 'getSignaturesForAddress', [
      tokenAccount,
      { limit: 1000, commitment: 'confirmed', ...(before && { before }) },
    ]);
    all.push(...page);
    before = page.at(-1)?.signature;
    if (page.length < 1000) break;
  }
  return all.filter(({ err }) => err === null);
}

function ourPayment({ memo, signature }: Signed) {
  const ours = /qt1\.\S+/.exec(memo ?? '')?.[0];
  return ours === undefined ? [] : [{ signature, memo: ours }];
}

/**
 * The rules of design.md 9 that can be judged when all is over, from the history and the chain alone.
 * @returns what does not hold, a line each
 */
export function objectionsTo(books: Books): readonly string[] {
  const found: string[] = [];
  for (const [id, events] of books.runs) found.push(...objectionsToRun(id, events));
  found.push(...objectionsToMoney(books), ...objectionsToMoneyOut(books), ...objectionsToLog(books.history));
  found.push(...objectionsToCalls(books.history));
  return found;
}

const AFTER_CLOSING = new Set(['WorkflowSettled', 'StaleStepResultRecorded', 'WorkflowRated']);

/** I3, I7, I8, I9, I14 of one workflow with one run. */
function objectionsToRun(id: string, events: readonly WorkflowEvent[]): string[] {
  const said: string[] = [];
  const must = (holds: boolean, rule: string, what: string) => {
    if (!holds) said.push(`${rule} ${id}: ${what}`);
  };
  const of = <T extends WorkflowEvent['type']>(type: T) =>
    events.filter((event): event is Extract<WorkflowEvent, { type: T }> => event.type === type);
  const waits = of('ApprovalRequested').length > 0 && of('WorkflowApproved').length === 0;
  // nobody has answered yet, and the offer has its time to expire
  if (waits && of('RunClosed').length === 0) return said;
  must(of('RunClosed').length === 1, 'I14', `closed ${of('RunClosed').length} times`);
  must(of('WorkflowSettled').length === 1, 'I14', `settled ${of('WorkflowSettled').length} times`);
  const end = events.findIndex(({ type }) => type === 'RunClosed');
  const late = end < 0 ? [] : events.slice(end + 1).filter(({ type }) => !AFTER_CLOSING.has(type));
  must(late.length === 0, 'I9', `${late.map(({ type }) => type).join(', ')} after it was closed`);

  const completed = of('StepCompleted').map(({ stepId }) => stepId);
  must(new Set(completed).size === completed.length, 'I7', `a step completed twice: ${completed.join(', ')}`);
  const plan = of('PlanProposed').at(-1)?.plan;
  const done = new Set<string>();
  const over = new Set<string>();
  for (const event of events) {
    if (event.type === 'StepScheduled') {
      const step = plan?.steps.find((one) => one.id === event.stepId);
      const missing = step?.dependencies.filter((one) => !done.has(one) && !over.has(one)) ?? ['its plan'];
      must(missing.length === 0, 'I7', `${event.stepId} was scheduled before ${missing.join(', ')}`);
    }
    if (event.type === 'StepCompleted') done.add(event.stepId);
    if (event.type === 'StepSkipped' || event.type === 'StepFailed') over.add(event.stepId);
  }
  const undone = of('StepCompensated').map(({ stepId }) => stepId);
  must(new Set(undone).size === undone.length, 'I8', `a step was undone twice: ${undone.join(', ')}`);
  const inReverse = completed.filter((one) => undone.includes(one)).reverse();
  must(undone.join() === inReverse.join(), 'I8', `undone ${undone.join()}, completed ${completed.join()}`);
  const budget = BigInt(of('WorkflowApproved').at(-1)?.budget ?? '0');
  const spent = of('WorkflowSettled').reduce((sum, { actual }) => sum + BigInt(actual), 0n);
  must(spent <= budget, 'I3', `${spent} spent of ${budget}`);
  return said;
}

/** I2, I5, I6 over all accounts: what was paid on the chain is what was captured, and nothing is held or missing. */
function objectionsToMoney({ history, payments, accounts, landed, onChain }: Books): string[] {
  const said: string[] = [];
  const judged = (judge: () => void) => {
    try {
      judge();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      said.push(error.message);
    }
  };
  const inTime = confirmedInTime(history);
  const rules = new Map(
    [...accounts.keys()].map((id) => [id, new AccountRules(id, (paymentId) => inTime.has(paymentId))]),
  );
  for (const [id, events] of accounts) for (const event of events) judged(() => rules.get(id)!.apply(event));
  let inEscrow = 0n;
  for (const account of rules.values()) {
    inEscrow += account.deposited - account.captured - account.withdrawn;
    if (account.held !== 0n) said.push(`I5 ${account.userId}: ${account.held} is held for nothing`);
  }
  inEscrow += owedOutside(history);
  if (inEscrow !== onChain) said.push(`I5: the books say ${inEscrow}, the chain ${onChain}`);
  for (const [id, events] of payments) {
    const payment = new PaymentRules(id);
    const transfers = landed.get(id) ?? [];
    if (transfers.length > 1) said.push(`I2 ${id}: landed ${transfers.length} times`);
    for (const event of events) {
      const quoted = events.find((one) => one.type === 'PaymentQuoted');
      if (event.type === 'PaymentConfirmed' && transfers.length > 0 && quoted)
        judged(() =>
          payment.land({ paymentId: id, payTo: quoted.payTo, amount: BigInt(quoted.amount) } as never),
        );
      judged(() => payment.apply(event));
    }
    const captured = rules.get(payment.quoted?.userId ?? '')?.capturedFor(id) ?? 0n;
    const expected = transfers.length > 0 ? payment.quoted!.amount : 0n;
    if (payment.status === 'submitted') said.push(`I6 ${id}: submitted for ever`);
    if ((payment.status === 'confirmed') !== transfers.length > 0)
      said.push(`I6 ${id}: ${payment.status}, and landed ${transfers.length} times`);
    if (captured !== expected) said.push(`I5 ${id}: ${captured} captured, ${expected} paid`);
  }
  return said;
}

/** Payments that were known to have moved before their run was closed. */
function confirmedInTime(history: readonly Recorded[]): ReadonlySet<string> {
  const closed = new Set<string>();
  const inTime = new Set<string>();
  for (const { stream, event, metadata } of history) {
    if (event.type === 'RunClosed') closed.add(idOfStream(stream));
    if (event.type === 'PaymentConfirmed' && !closed.has(metadata.correlationId))
      inTime.add(idOfStream(stream));
  }
  return inTime;
}
