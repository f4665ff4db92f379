import { busy, honest, type Market, ok, openMarket, type Sale } from '../e2e/kit/market.js';
import type { Random } from '../simulation/random.js';

/** What clients ask for under chaos. */
export const wishes = [
  'free',
  'paid',
  'wide',
  'moody',
  'refused',
  'unavailable',
  'undone',
  'cancelled',
] as const;
export type Wish = (typeof wishes)[number];

/** How each may end, whatever happens meanwhile. A run that was to be cancelled may be over before it is told. */
export const ENDS: Readonly<Record<Wish, readonly string[]>> = {
  free: ['completed'],
  paid: ['completed'],
  wide: ['completed'],
  // a service that refuses every first call opens its breaker when many call: some give up meanwhile
  moody: ['completed', 'failed'],
  refused: ['failed'],
  unavailable: ['failed'],
  undone: ['failed'],
  cancelled: ['cancelled', 'completed'],
};

const call = (key: string, serviceId: string, ...dependsOn: string[]) => ({
  key,
  kind: 'service_call',
  serviceId,
  dependsOn: ['first', ...dependsOn],
  input: 'steps.first',
});
const local = (key: string, input: string, ...dependsOn: string[]) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input,
});
const undoable = (key: string, ...dependsOn: string[]) => ({
  ...call(key, 'small', ...dependsOn),
  compensation: { serviceId: 'refund', input: 'steps.first' },
});

const PLANS: Readonly<Record<Wish, readonly object[]>> = {
  free: [local('a', 'steps.first', 'first'), local('b', '{"a": steps.a}', 'a')],
  paid: [call('a', 'big'), call('b', 'small', 'a')],
  wide: [call('a', 'small'), call('b', 'slow'), call('c', 'small'), call('d', 'small', 'a', 'b', 'c')],
  moody: [call('a', 'moody')],
  refused: [call('a', 'small'), call('b', 'refusing', 'a')],
  unavailable: [call('a', 'small'), call('b', 'broken', 'a')],
  undone: [undoable('a'), undoable('b', 'a'), local('broken', '$error("it cannot")', 'b')],
  cancelled: [call('a', 'slow'), call('b', 'slow', 'a'), undoable('c', 'b')],
};

/** @param words what the services hear, so that they can tell one run from another */
export const planOf = (wish: Wish, words: string) => ({
  plan: { steps: [local('first', `{"words": "${words}"}`), ...PLANS[wish]] },
});

const SLOW_MS = 400;

/** Services that are honest, slow, moody, broken, or take the money and refuse. */
export const openChaosMarket = (): Promise<Market> => {
  const heard = new Set<string>();
  return openMarket({
    small: {},
    refund: {},
    big: { serve: settledThen(() => ok({ text: 'much to say '.repeat(1_000) })) },
    slow: {
      serve: async (sale) => {
        await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
        return honest(sale);
      },
    },
    moody: {
      serve: async (sale) => {
        const { words } = sale.body as { words: string };
        if (heard.has(words)) return honest(sale);
        heard.add(words);
        return busy;
      },
    },
    broken: { serve: async () => busy },
    refusing: { serve: settledThen(() => ({ status: 422, body: '{}' })) },
  });
};

const settledThen = (reply: () => Awaited<ReturnType<typeof honest>>) => async (sale: Sale) => {
  const { success } = await sale.settle();
  return success ? reply() : { status: 402, body: '{}' };
};

/** Half a minute at a time: their services fail until their breakers open. */
const isWaiting = (wish: Wish): boolean => wish === 'moody' || wish === 'unavailable';

/** @param waits whether it is one of those that wait for a breaker, which would leave its client little else to ask for */
export const anyWish = (random: Random, waits: boolean): Wish =>
  random.pick(wishes.filter((wish) => isWaiting(wish) === waits));
