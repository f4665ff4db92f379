import { isOfWrongClock } from './clocks.js';

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
  | { readonly taken: true }
  | { readonly taken: false; readonly because: 'concurrency' | 'rate' /** ms */; readonly retryIn: number };

/** Permits while they are changed, without those that have run out: many changes cost little more than one. */
export interface PermitDraft {
  readonly now: number;
  readonly holders: Map<string, number>;
  tokens: number;
  at: number;
  /** whether it differs from what was found, before anybody has changed anything */
  readonly isCorrected: boolean;
}

/**
 * What was dated by a clock that is far ahead counts as dated now: whoever wrote it may be gone, and would be believed for as
 * long as that clock is ahead.
 * @param own holders that are believed anew; those that were forgotten meanwhile are under way all the same
 * @param leaseMs how long a holder is believed without a word from it
 */
export function draftOf(
  { holders: known, tokens, at }: Permits,
  own: Iterable<string>,
  now: number,
  leaseMs: number,
): PermitDraft {
  const holders = new Map<string, number>();
  let isCorrected = isOfWrongClock(at, now, 0);
  const since = isCorrected ? now : at;
  for (const holder in known) {
    const until = known[holder]!;
    const isWrong = isOfWrongClock(until, now, leaseMs);
    isCorrected ||= isWrong;
    if (until > now) holders.set(holder, isWrong ? now + leaseMs : until);
  }
  for (const holder of own) holders.set(holder, now + leaseMs);
  return { now, holders, tokens, at: since, isCorrected };
}

export const permitsOf = ({ holders, tokens, at }: PermitDraft): Permits => ({
  holders: Object.fromEntries(holders),
  tokens,
  at,
});

/** Changes nothing where none is free. */
export function take(
  draft: PermitDraft,
  { concurrency, perMinute }: CallLimit,
  holder: string,
  leaseMs: number,
): Taking {
  const { now, holders } = draft;
  if (concurrency !== undefined && !holders.has(holder) && holders.size >= concurrency)
    return {
      taken: false,
      because: 'concurrency',
      retryIn: Math.max(1, Math.min(...holders.values()) - now),
    };
  const tokens = perMinute === undefined ? 0 : tokensAt(draft, perMinute, now);
  if (perMinute !== undefined && tokens < 1)
    return { taken: false, because: 'rate', retryIn: Math.ceil(((1 - tokens) * 60_000) / perMinute) };
  holders.set(holder, now + leaseMs);
  draft.tokens = perMinute === undefined ? 0 : tokens - 1;
  draft.at = Math.max(now, draft.at);
  return { taken: true };
}

/**
 * @param unused it never called: its token goes back
 * @returns false where it held nothing
 */
export function giveBack(draft: PermitDraft, holder: string, unused: boolean): boolean {
  if (!draft.holders.delete(holder)) return false;
  if (unused) draft.tokens += 1;
  return true;
}

export const underWay = ({ holders }: Permits, now: number): number =>
  Object.values(holders).filter((until) => until > now).length;

/** A second's worth of calls may start at once, one at least. */
const burstOf = (perMinute: number): number => Math.max(1, Math.ceil(perMinute / 60));

function tokensAt({ tokens, at }: PermitDraft, perMinute: number, now: number): number {
  return Math.min(burstOf(perMinute), tokens + (Math.max(0, now - at) * perMinute) / 60_000);
}
