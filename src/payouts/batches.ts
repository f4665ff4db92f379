import type { Payout } from '../commands/settlement/state.js';

/** Of a first try; a signer may find that fewer fit. */
const LARGEST = 19;

/**
 * Which of the owed payouts share a transaction: those that failed equally often, and half as many after each
 * failure, so that whatever spoils a transaction ends up alone in it.
 */
export function batchesOf(payouts: readonly Payout[]): readonly (readonly number[])[] {
  const byTries = new Map<number, number[]>();
  for (const [item, { state, tries }] of payouts.entries())
    if (state.status === 'owed') byTries.set(tries, [...(byTries.get(tries) ?? []), item]);
  return [...byTries].flatMap(([tries, items]) => chunked(items, Math.max(1, LARGEST >> tries)));
}

function chunked(items: readonly number[], size: number): number[][] {
  const chunks: number[][] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}
