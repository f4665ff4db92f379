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
