import { setTimeout as sleep } from 'node:timers/promises';
import { evolveEscrow, unopened } from '../../../src/commands/escrow/state.js';
import type { EscrowEvent } from '../../../src/events/escrow.js';
import type { WorkflowEvent } from '../../../src/events/workflow.js';
import { until } from '../../e2e/kit/client.js';
import { type Books, readBooks } from './books.js';
import { missingLeaves } from './log-rules.js';
import type { PatientClient } from './patient-client.js';

const LOOK_MS = 1_000;

/** Where the events and the transfers are. */
interface Premises {
  readonly config: { readonly DATABASE_URL: string };
  readonly servers: { readonly stack: { readonly chain: Parameters<typeof readBooks>[1] } };
}

/** Neither over nor waiting for its owner's answer. */
const isOnItsWay = (events: readonly WorkflowEvent[]): boolean => {
  const has = (type: WorkflowEvent['type']) => events.some((event) => event.type === type);
  return !has('WorkflowSettled') && (has('WorkflowApproved') || !has('ApprovalRequested'));
};

/**
 * The books when nothing is on its way any more: bytes that were sent and never settled are looked for until they
 * have expired, a minute or more.
 * @returns what they are after `patienceMs` all the same
 */
export async function settledBooks(
  house: Premises,
  client: PatientClient,
  patienceMs: number,
): Promise<Books> {
  const escrow = (await client.get<{ tokenAccount: string }>('/escrow/address')).body;
  const read = () => readBooks(house.config.DATABASE_URL, house.servers.stack.chain, escrow);
  const settled = async () => {
    await sleep(LOOK_MS);
    const books = await read();
    const open = [...books.payments.values()].some((events) => events.at(-1)?.type === 'PaymentSubmitted');
    const moves = [...books.runs.values()].some(isOnItsWay);
    if (open || moves || missingLeaves(books.history) > 0) return undefined;
    // by the books themselves: what a balance asked for later says may have come about after they were read
    return [...books.accounts.values()].some(holdsAny) ? undefined : books;
  };
  return until(settled, patienceMs).catch(read);
}

function holdsAny(events: readonly EscrowEvent[]): boolean {
  const account = events.reduce(evolveEscrow, unopened);
  return account.status === 'open' && account.held > 0n;
}
