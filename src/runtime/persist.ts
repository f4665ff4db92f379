import { errorRecord, isRefusal } from '../kernel/errors.js';
import type { Log } from './log.js';
import { pause } from './pause.js';

/** ms before the second attempt; twice as long before each one after it */
export const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;

/**
 * Tries until it works: for what must happen and can only fail for a while (a store or queue that is away). Who is
 * stopping still tries once, so that what had begun has nothing left to repeat.
 * A terminal refusal ends it, since asking again changes nothing; the caller's `refused` decides what that means.
 * @returns true when done, false when stopped or refused
 */
export async function persist(
  work: () => Promise<unknown>,
  options: {
    readonly signal: AbortSignal;
    readonly log: Log;
    readonly what: string;
    readonly firstWaitMs?: number;
    refused?(error: Error): void;
  },
): Promise<boolean> {
  for (let attempt = 1; attempt === 1 || !options.signal.aborted; attempt++) {
    try {
      await work();
      return true;
    } catch (error) {
      if (isRefusal(error) && error.kind === 'terminal') {
        options.refused?.(error);
        return false;
      }
      const wait = Math.min((options.firstWaitMs ?? FIRST_WAIT_MS) * 2 ** (attempt - 1), MOST_WAIT_MS);
      options.log.warn({ what: options.what, attempt, wait, error: describe(error) }, 'will try again');
      await pause(wait, options.signal);
    }
  }
  return false;
}

const describe = (error: unknown) => ({
  ...errorRecord(error, 'UNEXPECTED'),
  ...(error instanceof Error && !isRefusal(error) && { detail: error.message.slice(0, 200) }),
});
