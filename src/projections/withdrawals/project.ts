import { type WithdrawalEvent, withdrawalEvents } from '../../events/withdrawal.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import { ownStream, type Projection } from '../projection.js';
import { type WithdrawalRow, withdrawalsTable } from './schema.js';

export const withdrawalsProjection: Projection = {
  name: 'withdrawals',
  version: 1,
  paceMs: 20,
  parkedWith: ownStream,
  handles: withdrawalEvents.map(({ type }) => type),
  schema: withdrawalsTable.schema,
  async project(events, sql) {
    const news = events as readonly Recorded<WithdrawalEvent>[];
    const ids = [...new Set(news.map(({ event }) => event.withdrawalId))];
    const rows = new Map<string, WithdrawalRow>();
    for (const row of await withdrawalsTable.where(sql, 'withdrawal_id', ids)) rows.set(keyOf(row), row);
    const touched = new Set<string>();
    for (const recorded of news) {
      const key = keyOf({ user_id: idOfStream(recorded.stream), withdrawal_id: recorded.event.withdrawalId });
      const known = rows.get(key);
      if (known && known.revision >= recorded.revision) continue;
      const row = evolveWithdrawal(known, recorded.event, recorded);
      if (!row) continue;
      rows.set(key, row);
      touched.add(key);
    }
    withdrawalsTable.upsert(
      sql,
      [...touched].map((key) => rows.get(key)!),
    );
    return [];
  },
};

const keyOf = (row: Pick<WithdrawalRow, 'user_id' | 'withdrawal_id'>): string =>
  `${row.user_id} ${row.withdrawal_id}`;

export function evolveWithdrawal(
  row: WithdrawalRow | undefined,
  event: WithdrawalEvent,
  { stream, revision, metadata }: Recorded,
): WithdrawalRow | undefined {
  if (event.type === 'WithdrawalRequested')
    return {
      withdrawal_id: event.withdrawalId,
      user_id: idOfStream(stream),
      revision,
      status: 'requested',
      amount: event.amount,
      destination: event.destination,
      attempts: 0,
      signature: null,
      slot: null,
      opens_account: false,
      error: null,
      requested_at: event.requestedAt,
      updated_at: metadata.occurredAt,
    };
  return row && { ...row, ...changeOf(event), revision, updated_at: metadata.occurredAt };
}

function changeOf(event: Exclude<WithdrawalEvent, { type: 'WithdrawalRequested' }>): Partial<WithdrawalRow> {
  switch (event.type) {
    case 'WithdrawalPrepared': {
      const { attempt, signature, opensAccount = false } = event;
      return { status: 'sending', attempts: attempt, signature, opens_account: opensAccount };
    }
    case 'WithdrawalAttemptEnded':
      return { status: 'requested', signature: null };
    case 'WithdrawalConfirmed':
      return { status: 'confirmed', signature: event.signature, slot: event.slot };
    case 'WithdrawalFailed':
      return { status: 'failed', error: { code: event.code, message: event.message } };
  }
}
