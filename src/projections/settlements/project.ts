import { type EarningsEvent, earningsEvents } from '../../events/earnings.js';
import { type SettlementEvent, settlementEvents } from '../../events/settlement.js';
import type { Recorded } from '../../kernel/event.js';
import { categoryOf, idOfStream } from '../../kernel/ids.js';
import { foldRows } from '../fold-rows.js';
import { ownStream, type Projection } from '../projection.js';
import {
  type EarningsRow,
  earningsTable,
  type PayoutRow,
  type SettlementRow,
  settlementsTable,
} from './schema.js';

const plus = (a: string, b: string): string => `${BigInt(a) + BigInt(b)}`;

export const settlementsProjection: Projection = {
  name: 'settlements',
  version: 1,
  paceMs: 20,
  parkedWith: ownStream,
  handles: [...settlementEvents, ...earningsEvents].map(({ type }) => type),
  schema: [settlementsTable, earningsTable].map((table) => table.schema).join(';\n'),
  async project(events, sql) {
    const of = (category: string) => events.filter(({ stream }) => categoryOf(stream) === category);
    await foldRows(settlementsTable, 'settlement_id', of('settlement'), evolveSettlementRow, sql);
    await foldRows(earningsTable, 'owner_id', of('earnings'), evolveEarningsRow, sql);
    return [];
  },
};

export function evolveSettlementRow(
  row: SettlementRow | undefined,
  event: SettlementEvent,
  { revision, metadata, stream }: Recorded,
): SettlementRow | undefined {
  const updated_at = metadata.occurredAt;
  if (event.type === 'SettlementComputed')
    return {
      settlement_id: idOfStream(stream),
      revision,
      status: 'computed',
      source_kind: event.source.kind,
      source: event.source.kind === 'hold' ? event.source.userId : event.source.ownerId,
      total: event.total,
      provider_payout: event.providerPayout,
      platform_fee: event.platformFee,
      reserve: event.reserve,
      split: event.split ?? null,
      owed: event.providerPayout,
      payouts: event.payouts.map(({ recipient, amount, reference }, item) => ({
        item,
        recipient,
        amountMicro: amount,
        reference,
        status: 'owed',
        signature: null,
        error: null,
      })),
      error: null,
      computed_at: event.computedAt,
      updated_at,
    };
  return row && { ...row, ...changeOf(row, event), revision, updated_at };
}

function changeOf(
  row: SettlementRow,
  event: Exclude<SettlementEvent, { type: 'SettlementComputed' }>,
): Partial<SettlementRow> {
  const changed = (items: readonly number[], change: Partial<PayoutRow>) => {
    const payouts = row.payouts.map((one) => (items.includes(one.item) ? { ...one, ...change } : one));
    const unpaid = payouts.filter(({ status }) => status !== 'paid');
    return { payouts, owed: unpaid.reduce((sum, { amountMicro }) => plus(sum, amountMicro), '0') };
  };
  switch (event.type) {
    case 'SettlementFunded':
      return { status: 'funded' };
    case 'SettlementRefused': {
      const { code, message } = event;
      return { status: 'refused', owed: '0', error: { code, message } };
    }
    case 'PayoutPrepared':
      return changed(event.items, { status: 'sending', signature: event.signature });
    case 'PayoutSubmitted':
      return {};
    case 'PayoutConfirmed':
      return changed(event.items, { status: 'paid', signature: event.signature });
    case 'PayoutAttemptEnded':
      return changed(event.items, { status: 'owed', signature: null });
    case 'PayoutFailed': {
      const { item, code, message } = event;
      return changed([item], { status: 'failed', error: { code, message } });
    }
    case 'PayoutRetried': {
      const { item, recipient } = event;
      return changed([item], { status: 'owed', recipient, error: null });
    }
  }
}

function evolveEarningsRow(
  row: EarningsRow | undefined,
  event: EarningsEvent,
  { stream, revision }: Recorded,
): EarningsRow {
  const before = row ?? { owner_id: idOfStream(stream), revision, accrued: '0', withdrawn: '0' };
  return event.type === 'EarningsAccrued'
    ? { ...before, revision, accrued: plus(before.accrued, event.amount) }
    : { ...before, revision, withdrawn: plus(before.withdrawn, event.amount) };
}
