import { generateKeyPairSigner } from '@solana/kit';
import type { CrashPointName } from '../../src/runtime/crash-points.js';
import { busy, honest, type Market, ok, openMarket, type Sale, type Stall } from '../e2e/kit/market.js';

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
  | 'elsewhere'
  | 'kept'
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
  'payment-not-closed': 'elsewhere',
  'payment-closed': 'elsewhere',
  'hold-not-looked-at': 'kept',
  'run-settled-hold-kept': 'kept',
  'hold-reduced': 'kept',
  'hold-not-looked-at-again': 'kept',
  'hold-looked-at-again': 'kept',
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
    moody: [call('moody', moodies.forRun(words), ['first'], 'steps.first')],
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
    refund: [call('taker', takers.forRun(words), ['first'], 'steps.first')],
    lost: [call('taker', takers.forRun(words), ['first'], 'steps.first')],
    elsewhere: [call('elsewhere', 'elsewhere', ['first'], 'steps.first')],
    // the second is never asked for: what is held for it is given back while the first may still land
    kept: [
      call('keeper', keepers.forRun(words), ['first'], 'steps.first'),
      call('small', 'small', ['first', 'keeper'], 'steps.first'),
    ],
  };
  return {
    plan: { steps: [first, ...moreOf[workload]] },
    ...(workload === 'proof' && { verificationLevel: 'zero-knowledge' }),
  };
}

/** Several services alike, one for each run: one that all of them called would soon be left alone. */
function stallsOf(what: string, many: number) {
  const names = Array.from({ length: many }, (_, index) => `${what}-${index}`);
  const drawn = new Map<string, string>();
  const forRun = (words: string): string => {
    const mine = drawn.get(words) ?? names[drawn.size % many]!;
    drawn.set(words, mine);
    return mine;
  };
  return { forRun, each: (stall: Stall) => Object.fromEntries(names.map((name) => [name, stall])) };
}

/** refuse the first call of every run */
const moodies = stallsOf('moody', 16);
/** take the money and refuse the work */
const takers = stallsOf('taker', 6);
/** take what was signed, refuse the work, and settle when the run is over */
const keepers = stallsOf('keeper', 6);

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
  elsewhere: ['failed'],
  kept: ['failed'],
};

export interface SweepMarket {
  readonly market: Market;
  /** lets the slow service answer the run of these words */
  release(words: string): void;
  /** has its keeper settle what was signed for the run of these words */
  settle(words: string): Promise<void>;
}

/** The services of the sweep. */
export async function openSweepMarket(): Promise<SweepMarket> {
  const heard = new Set<string>();
  const kept = new Map<string, Sale>();
  const otherAsset = (await generateKeyPairSigner()).address;
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
  const keeper = {
    serve: async (sale: Sale) => {
      kept.set(wordsOf(sale), sale);
      return busy;
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
    elsewhere: { asks: (terms) => ({ ...terms, asset: otherAsset }) },
    ...moodies.each(moody),
    ...takers.each(taker),
    ...keepers.each(keeper),
    slow: {
      serve: async (sale) => {
        await gateOf(wordsOf(sale)).opened;
        return honest(sale);
      },
    },
  });
  const settle = async (words: string) => {
    const settled = await kept.get(words)?.settle();
    if (!settled?.success) throw new Error(`what was kept of ${words} was not settled`);
  };
  return { market, release: (words) => gateOf(words).open(), settle };
}

const wordsOf = ({ body }: Sale): string => (body as { words: string }).words;

const settledThen = (reply: (sale: Sale) => Awaited<ReturnType<typeof honest>>) => async (sale: Sale) => {
  const { success } = await sale.settle();
  return success ? reply(sale) : { status: 402, body: '{}' };
};
