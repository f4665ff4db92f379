import { type EscrowEvent, escrowEvents } from '../../events/escrow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import { streamsThatGoOn } from '../fold-rows.js';
import { ownStream, type Projection } from '../projection.js';
import { evolveAccount, evolveHold, ledgerLine } from './evolve.js';
import {
  type EscrowRow,
  escrowTable,
  type HoldRow,
  holdsTable,
  type LedgerRow,
  ledgerTable,
} from './schema.js';

export const escrowProjection: Projection = {
  name: 'escrow',
  version: 6,
  paceMs: 20,
  parkedWith: ownStream,
  handles: escrowEvents.map(({ type }) => type),
  schema: [escrowTable, ledgerTable, holdsTable].map((table) => table.schema).join(';\n'),

  async project(events, sql) {
    const users = streamsThatGoOn(events);
    const accounts = new Map<string, EscrowRow>();
    for (const row of await escrowTable.where(sql, 'user_id', users)) accounts.set(row.user_id, row);
    const holds = new Map<string, HoldRow>();
    for (const row of await holdsTable.where(sql, 'hold_id', holdIdsOf(events))) holds.set(keyOf(row), row);
    const touched = { accounts: new Set<string>(), holds: new Set<string>() };
    const ledger: LedgerRow[] = [];
    for (const recorded of events as readonly Recorded<EscrowEvent>[]) {
      const userId = idOfStream(recorded.stream);
      const known = accounts.get(userId);
      if (known && known.revision >= recorded.revision) continue;
      const account = evolveAccount(known, recorded.event, recorded);
      if (!account) continue;
      accounts.set(userId, account);
      touched.accounts.add(userId);
      ledger.push(ledgerLine(account, recorded.event, recorded));
      const hold = holdAfter(holds, userId, recorded);
      if (!hold) continue;
      holds.set(keyOf(hold), hold);
      touched.holds.add(keyOf(hold));
    }
    escrowTable.upsert(
      sql,
      [...touched.accounts].map((id) => accounts.get(id)!),
    );
    ledgerTable.upsert(sql, ledger);
    holdsTable.upsert(
      sql,
      [...touched.holds].map((key) => holds.get(key)!),
    );
    return [];
  },
};

const keyOf = (hold: Pick<HoldRow, 'user_id' | 'hold_id'>): string => `${hold.user_id} ${hold.hold_id}`;

function holdAfter(
  holds: ReadonlyMap<string, HoldRow>,
  userId: string,
  recorded: Recorded<EscrowEvent>,
): HoldRow | undefined {
  const { event } = recorded;
  if (!('holdId' in event)) return undefined;
  const known = holds.get(keyOf({ user_id: userId, hold_id: event.holdId }));
  return evolveHold(known, event, recorded);
}

const holdIdsOf = (events: readonly Recorded[]): string[] => [
  ...new Set(
    (events as readonly Recorded<EscrowEvent>[]).flatMap(({ event }) =>
      'holdId' in event && event.type !== 'HoldPlaced' ? [event.holdId] : [],
    ),
  ),
];
