import type { CrashPointName } from '../../src/runtime/crash-points.js';
import { busy, honest, type Market, ok, openMarket, type Sale } from '../e2e/kit/market.js';

/** What a client asks for so that a point is reached. */
export type Workload =
  | 'create'
  | 'words'
  | 'paid'
  | 'moody'
  | 'queued'
  | 'long'
  | 'undo'
  | 'cancel'
  | 'proof'
  | 'deposit'
  | 'refund'
  | 'lost'
  | 'withdrawal'
  | 'payout';

/** Reached by nothing smaller than this; by `paid` where nothing is said. */
const REACHED_BY: Partial<Record<CrashPointName, Workload>> = {
  'request-not-recorded': 'create',
  'request-recorded-not-answered': 'create',
  'answer-not-remembered': 'create',
  'answer-remembered-not-sent': 'create',
  'plan-job-not-queued': 'words',
  'plan-job-queued': 'words',
  'plan-job-taken': 'words',
  'plan-made-not-recorded': 'create',
  'plan-recorded': 'create',
  'plan-job-done-not-acknowledged': 'words',
  'step-job-not-queued': 'queued',
  'step-job-queued': 'queued',
  'step-in-hand-not-guarded': 'long',
  'step-in-hand-guarded': 'long',
  'guard-not-taken-away': 'long',
  'attempt-failed-not-recorded': 'moody',
  'retry-scheduled': 'moody',
  'timer-not-set': 'moody',
  'timer-set': 'moody',
  'timer-due-not-fired': 'moody',
  'timer-fired-not-removed': 'moody',
  'timer-removed': 'moody',
  'proof-requested': 'proof',
  'proof-made-not-published': 'proof',
  'proof-published': 'proof',
  'failure-not-recorded': 'undo',
  'failure-recorded': 'undo',
  'undo-scheduled': 'undo',
  'undo-claimed': 'undo',
  'undo-paid-not-recorded': 'undo',
  'undo-done-not-recorded': 'undo',
  'undo-recorded': 'undo',
  'undone-not-recorded': 'undo',
  'cancel-not-recorded': 'cancel',
  'cancel-recorded': 'cancel',
  'payment-not-answered': 'lost',
  'refund-not-asked-for': 'refund',
  'refund-asked-for': 'refund',
  'refund-found-not-recorded': 'refund',
  'refund-recorded-not-credited': 'refund',
  'refund-credited': 'refund',
  'deposit-submitted': 'deposit',
  'deposit-found-not-claimed': 'deposit',
  'deposit-claimed-not-credited': 'deposit',
  'deposit-credited': 'deposit',
  'withdrawal-not-requested': 'withdrawal',
  'withdrawal-requested': 'withdrawal',
  'withdrawal-signed-not-recorded': 'withdrawal',
  'withdrawal-recorded-not-sent': 'withdrawal',
  'withdrawal-sent': 'withdrawal',
  'withdrawal-found-not-confirmed': 'withdrawal',
  'withdrawal-confirmed': 'withdrawal',
  'settlement-not-computed': 'payout',
  'settlement-computed': 'payout',
  'settlement-captured-not-funded': 'payout',
  'settlement-funded': 'payout',
  'payout-signed-not-recorded': 'payout',
  'payout-recorded-not-sent': 'payout',
  'payout-sent': 'payout',
  'payout-found-not-confirmed': 'payout',
  'payout-confirmed': 'payout',
  'share-not-accrued': 'payout',
  'share-accrued': 'payout',
};

/** Those that move money and run nothing. */
export const isRun = (workload: Workload): boolean =>
  workload !== 'deposit' && workload !== 'withdrawal' && workload !== 'payout';

export const workloadOf = (point: CrashPointName): Workload => REACHED_BY[point] ?? 'paid';

const call = (key: string, serviceId: string, dependsOn: readonly string[], input: string) => ({
  key,
  kind: 'service_call',
  serviceId,
  dependsOn,
  input,
});
const local = (key: string, dependsOn: readonly string[], input: string) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input,
});

/**
 * What a client asks for: a plan of its own, or words, which are planned by the queue.
 * @param words what the services hear, so that they can tell one run from another
 */
export const wishOf = (workload: Workload, words: string): object =>
  workload === 'words'
    ? { input: `Please let a teller have this: ${`${words} and so on `.repeat(LINES_OF_A_TALE)}` }
    : planOf(workload, words);

/** so that what follows the colon counts as a text that was given */
const LINES_OF_A_TALE = 20;

function planOf(workload: Exclude<Workload, 'words'>, words: string) {
  const first = local('first', [], `{"words": "${words}"}`);
  const moreOf: Record<typeof workload, readonly object[]> = {
    create: [call('small', 'small', ['first'], 'steps.first')],
    paid: [
      call('big', 'big', ['first'], 'steps.first'),
      call('small', 'small', ['first', 'big'], 'steps.first'),
    ],
    moody: [call('moody', moodyFor(words), ['first'], 'steps.first')],
    // one call at a time: the second waits in the queue, the first is handed over past it
    queued: [
      call('one', 'narrow', ['first'], 'steps.first'),
      call('two', 'narrow', ['first'], 'steps.first'),
    ],
    long: [call('long', 'long', ['first'], 'steps.first')],
    undo: [
      {
        ...call('small', 'small', ['first'], 'steps.first'),
        compensation: { serviceId: 'refund', input: 'steps.first' },
      },
      local('broken', ['small'], '$error("it cannot")'),
    ],
    cancel: [
      call('slow', 'slow', ['first'], 'steps.first'),
      call('small', 'small', ['first', 'slow'], 'steps.first'),
    ],
    proof: [call('small', 'small', ['first'], 'steps.first')],
    deposit: [],
    withdrawal: [],
    payout: [],
    refund: [call('taker', takerFor(words), ['first'], 'steps.first')],
    lost: [call('taker', takerFor(words), ['first'], 'steps.first')],
  };
  return {
    plan: { steps: [first, ...moreOf[workload]] },
    ...(workload === 'proof' && { verificationLevel: 'zero-knowledge' }),
  };
}

/** Each refuses the first call of every run; one that all runs called would soon be left alone. */
const MOODY = Array.from({ length: 16 }, (_, index) => `moody-${index}`);
let asked = 0;
const moodyOf = new Map<string, string>();
function moodyFor(words: string): string {
  const mine = moodyOf.get(words) ?? MOODY[asked++ % MOODY.length]!;
  moodyOf.set(words, mine);
  return mine;
}

/** Each takes the money and refuses the work; one that all runs called would soon be left alone. */
const TAKERS = Array.from({ length: 6 }, (_, index) => `taker-${index}`);
let taken = 0;
const takerOf = new Map<string, string>();
function takerFor(words: string): string {
  const mine = takerOf.get(words) ?? TAKERS[taken++ % TAKERS.length]!;
  takerOf.set(words, mine);
  return mine;
}

/** As processes of the sweep are started. */
export const SWEEP_ENV = { SERVICE_LIMITS: 'narrow=1' } as const;

/** longer than a step is in hand before it is guarded */
const LONG_MS = 3_500;

/** What has become of a run when all is over. */
export const OUTCOMES: Readonly<Record<Workload, readonly string[]>> = {
  create: ['completed'],
  words: ['completed'],
  paid: ['completed'],
  moody: ['completed'],
  queued: ['completed'],
  long: ['completed'],
  undo: ['failed'],
  cancel: ['cancelled'],
  proof: ['completed'],
  deposit: [],
  withdrawal: [],
  payout: [],
  refund: ['failed'],
  lost: ['failed'],
};

/** The services of the sweep; `slow` ones wait until `release` is called with the words of their run. */
export async function openSweepMarket(): Promise<{ market: Market; release(words: string): void }> {
  const heard = new Set<string>();
  const gates = new Map<string, { opened: Promise<void>; open: () => void }>();
  const gateOf = (words: string) => {
    let open = () => undefined as void;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate = gates.get(words) ?? { opened, open };
    gates.set(words, gate);
    return gate;
  };
  const moody = {
    serve: async (sale: Sale) => {
      const first = !heard.has(wordsOf(sale));
      heard.add(wordsOf(sale));
      return first ? busy : honest(sale);
    },
  };
  const taker = { serve: settledThen(() => ({ status: 422, body: '{}' })) };
  const market = await openMarket({
    small: {},
    refund: {},
    narrow: {},
    teller: { takesText: 'words' },
    long: {
      serve: async (sale) => {
        await new Promise((resolve) => setTimeout(resolve, LONG_MS));
        return honest(sale);
      },
    },
    big: { serve: settledThen(() => ok({ text: 'much to say '.repeat(1_000) })) },
    ...Object.fromEntries(MOODY.map((id) => [id, moody])),
    ...Object.fromEntries(TAKERS.map((id) => [id, taker])),
    slow: {
      serve: async (sale) => {
        await gateOf(wordsOf(sale)).opened;
        return honest(sale);
      },
    },
  });
  return { market, release: (words) => gateOf(words).open() };
}

const wordsOf = ({ body }: Sale): string => (body as { words: string }).words;

const settledThen = (reply: (sale: Sale) => Awaited<ReturnType<typeof honest>>) => async (sale: Sale) => {
  const { success } = await sale.settle();
  return success ? reply(sale) : { status: 402, body: '{}' };
};
