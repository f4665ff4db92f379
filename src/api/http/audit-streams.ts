import { apiKey } from '../../commands/api-key/decide.js';
import { deposit } from '../../commands/deposit/decide.js';
import { escrow } from '../../commands/escrow/decide.js';
import { issuer } from '../../commands/issuer/decide.js';
import { payment } from '../../commands/payment/decide.js';
import { receipt } from '../../commands/receipt/decide.js';
import { receiptLog } from '../../commands/receipt-log/decide.js';
import { user } from '../../commands/user/decide.js';
import { workflow } from '../../commands/workflow/decide.js';
import { upcast } from '../../events/catalogue.js';
import { Refusal } from '../../kernel/errors.js';
import type { DomainEvent, Recorded } from '../../kernel/event.js';
import { CHAIN_START, chainHash } from '../../kernel/hash-chain.js';
import { categoryOf, idOfStream } from '../../kernel/ids.js';
import { LIMITS } from '../../kernel/limits.js';
import { PersistentMap } from '../../kernel/persistent-map.js';
import type { EventStore } from '../../ports/event-store.js';
import type { Sql } from '../../ports/sql.js';
import { paymentById } from '../../projections/payments/queries.js';
import { receiptById } from '../../projections/receipts/queries.js';
import { ownerOfWorkflow } from '../../projections/workflows/queries.js';

interface Fold {
  readonly initial: unknown;
  evolve(state: unknown, event: DomainEvent): unknown;
}

const FOLDS: Readonly<Record<string, Fold>> = Object.fromEntries(
  [workflow, escrow, deposit, payment, receipt, user, apiKey, receiptLog, issuer].map(
    ({ category, decider }) => [category, decider as unknown as Fold],
  ),
);

/** Whose a stream is; undefined for one that only operators may see. */
export async function ownerOfStream(sql: Sql, stream: string): Promise<string | undefined> {
  const id = idOfStream(stream);
  switch (categoryOf(stream)) {
    case 'workflow':
      return ownerOfWorkflow(sql, id);
    case 'payment':
      return (await paymentById(sql, id))?.user_id;
    case 'receipt':
      return (await receiptById(sql, id))?.user_id;
    case 'escrow':
    case 'user':
      return id;
    default:
      return undefined;
  }
}

/**
 * @param at last revision wanted
 * @throws Refusal NOT_FOUND for an empty stream
 */
export async function foldStream(store: EventStore, stream: string, at: number | undefined) {
  const fold = FOLDS[categoryOf(stream)];
  let state = fold?.initial;
  const events: object[] = [];
  const limit = Math.min(at === undefined ? LIMITS.auditedEvents : at + 1, LIMITS.auditedEvents);
  let revision = -1;
  let hash = CHAIN_START;
  for await (const recorded of store.read(stream, { limit })) {
    const event = upcast(recorded.event);
    if (fold) state = fold.evolve(state, event);
    revision = recorded.revision;
    hash = chainHash(hash, recorded);
    events.push(auditEvent(recorded, event, hash));
  }
  if (revision < 0) throw new Refusal('NOT_FOUND', 'There is no such stream.');
  return { stream, revision, events, state: plain(state) };
}

/** Everything as it was recorded; what users wrote is sealed in it, and stays sealed here. */
const auditEvent = (recorded: Recorded, event: DomainEvent, hash: string) => ({
  revision: recorded.revision,
  position: recorded.position,
  id: recorded.id,
  type: event.type,
  ...recorded.metadata,
  data: plain(event),
  /** over this event and all before it, see kernel/hash-chain.ts */
  hash,
});

/** JSON of what is held: amounts as text, maps as objects. A signed payment is money and stays where it is. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, member: unknown) => {
      if (key === 'header') return undefined;
      if (typeof member === 'bigint') return member.toString();
      return member instanceof PersistentMap ? Object.fromEntries(member) : member;
    }),
  );
