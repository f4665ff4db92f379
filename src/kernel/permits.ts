/**
 * Who has a call under way to one service, or for one user, and how many may start: a semaphore whose holders say
 * again and again that they live, and a token bucket. Times are ms since the epoch.
 */
export interface Permits {
  /** until when each is believed to be under way */
  readonly holders: Readonly<Record<string, number>>;
  /** calls that might start at {@link at} */
  readonly tokens: number;
  readonly at: number;
}

export interface CallLimit {
  /** calls under way at once */
  readonly concurrency?: number;
  readonly perMinute?: number;
}

export const NO_PERMITS: Permits = { holders: {}, tokens: 0, at: 0 };

export type Taking =
  | { readonly taken: true; readonly permits: Permits }
  | { readonly taken: false; readonly because: 'concurrency' | 'rate' /** ms */; readonly retryIn: number };

/** @param leaseMs how long the holder is believed without a word from it */
export function take(
  permits: Permits,
  { concurrency, perMinute }: CallLimit,
  holder: string,
  now: number,
  leaseMs: number,
): Taking {
  const holders = living(permits, now);
  const ends = Object.values(holders);
  if (concurrency !== undefined && !(holder in holders) && ends.length >= concurrency)
    return { taken: false, because: 'concurrency', retryIn: Math.max(1, Math.min(...ends) - now) };
  const tokens = perMinute === undefined ? 0 : tokensAt(permits, perMinute, now);
  if (perMinute !== undefined && tokens < 1)
    return { taken: false, because: 'rate', retryIn: Math.ceil(((1 - tokens) * 60_000) / perMinute) };
  return {
    taken: true,
    permits: {
      holders: { ...holders, [holder]: now + leaseMs },
      tokens: perMinute === undefined ? 0 : tokens - 1,
      at: Math.max(now, permits.at),
    },
  };
}

/** @param unused it never called: its token goes back */
export function giveBack(permits: Permits, holder: string, unused: boolean): Permits {
  const { [holder]: _ended, ...holders } = permits.holders;
  return { ...permits, holders, tokens: permits.tokens + (unused ? 1 : 0) };
}

/** The same holders, believed anew; those that were forgotten meanwhile are under way all the same. */
export function renew(permits: Permits, own: Iterable<string>, now: number, leaseMs: number): Permits {
  const holders: Record<string, number> = { ...living(permits, now) };
  for (const holder of own) holders[holder] = now + leaseMs;
  return { ...permits, holders };
}

export const underWay = (permits: Permits, now: number): number => Object.keys(living(permits, now)).length;

/** A second's worth of calls may start at once, one at least. */
const burstOf = (perMinute: number): number => Math.max(1, Math.ceil(perMinute / 60));

function tokensAt({ tokens, at }: Permits, perMinute: number, now: number): number {
  return Math.min(burstOf(perMinute), tokens + (Math.max(0, now - at) * perMinute) / 60_000);
}

const living = ({ holders }: Permits, now: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(holders).filter(([, until]) => until > now));
