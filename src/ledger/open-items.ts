import type { CustodyMovement } from '../ports/custody.js';
import type { BookedMovement } from '../projections/ledger/reconciliation-queries.js';

/** On the chain, and not in the books. JSON. */
export interface Unbooked {
  readonly signature: string;
  readonly amount: string;
  readonly memos: readonly string[];
  readonly slot: string;
  /** when it was seen first */
  readonly since: string;
}

/** In the books, and not final on the chain. JSON. */
export interface Unseen {
  readonly signature: string | null;
  readonly amount: string;
  readonly reference: string;
  readonly kind: string;
  readonly entry: number;
  readonly since: string;
}

/** Both, by different amounts. */
export interface Differing {
  readonly onChain: Unbooked;
  readonly inBooks: Unseen;
}

export interface OpenItems {
  readonly unbooked: readonly Unbooked[];
  readonly unseen: readonly Unseen[];
}

export const NONE_OPEN: OpenItems = { unbooked: [], unseen: [] };

/** What was open before, and what came since, on both sides. */
export function withNew(
  before: OpenItems,
  movements: readonly CustodyMovement[],
  booked: readonly BookedMovement[],
  at: string,
): OpenItems {
  return {
    unbooked: [
      ...before.unbooked,
      ...movements.map(({ signature, amount, memos, slot }) => ({
        signature,
        amount: `${amount}`,
        memos,
        slot: `${slot}`,
        since: at,
      })),
    ],
    unseen: [
      ...before.unseen,
      ...booked.map(({ signature, amount, reference, kind, entry, at: since }) => ({
        ...{ signature, amount, reference, kind, entry, since },
      })),
    ],
  };
}

export interface Matched extends OpenItems {
  readonly differing: readonly Differing[];
}

/** Ticks off what stands on both sides with the same transaction and amount; what is left is open. */
export function matched({ unbooked, unseen }: OpenItems): Matched {
  const onChain = new Map(unbooked.map((item) => [item.signature, item]));
  const openUnseen: Unseen[] = [];
  const differing: Differing[] = [];
  for (const inBooks of unseen) {
    const found = inBooks.signature === null ? undefined : onChain.get(inBooks.signature);
    if (!found) openUnseen.push(inBooks);
    else if (found.amount !== inBooks.amount) differing.push({ onChain: found, inBooks });
    if (found) onChain.delete(found.signature);
  }
  return { unbooked: [...onChain.values()], unseen: openUnseen, differing };
}

/** What is open still, for the next time. */
export const carriedOn = ({ unbooked, unseen, differing }: Matched): OpenItems => ({
  unbooked: [...unbooked, ...differing.map(({ onChain }) => onChain)],
  unseen: [...unseen, ...differing.map(({ inBooks }) => inBooks)],
});
