import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal, Refusal } from '../../kernel/errors.js';

/**
 * Runs a question to the chain. When it cannot be answered nothing happened and it may be asked again.
 * @throws Refusal CHAIN_UNREACHABLE (retryable)
 */
export async function askChain<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (isRefusal(error)) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'no reason';
    throw new Refusal('CHAIN_UNREACHABLE', 'The chain gives no answer.', { reason }, 'retryable', {
      cause: error,
    });
  }
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1_000;

/**
 * As {@link askChain}, again while nobody can be reached: a node that is started again is back within seconds, and who
 * pays has no other one to go to.
 * @param patienceMs after which it is given up
 */
export async function askChainAgain<T>(question: () => Promise<T>, patienceMs: number): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await askChain(question);
    } catch (error) {
      const { cause } = error as Error;
      if (!isRefusal(error, 'CHAIN_UNREACHABLE') || !isUnconnected(cause)) throw error;
      if (performance.now() + wait > end) throw error;
    }
    await pause(wait);
  }
}

/** What `fetch` throws when it had no connection, or lost it. */
const isUnconnected = (error: unknown): boolean => {
  const { name, cause } = (error ?? {}) as Partial<Error>;
  return name === 'TypeError' && cause !== undefined;
};
