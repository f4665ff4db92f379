/** What an owner has earned and not been paid yet; `platform` and `reserve` are owners, too. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';
import { payoutShape } from './settlement.js';

export const EarningsAccrued = defineEvent(
  'EarningsAccrued',
  1,
  { ownerId: field.id, settlementId: field.id, amount: field.micros },
  { ownerId: 'platform', settlementId: 'stl_1', amount: '70000' },
);

/** Taken out at once, and paid by the settlement named here. */
export const EarningsWithdrawalRequested = defineEvent(
  'EarningsWithdrawalRequested',
  1,
  {
    ownerId: field.id,
    settlementId: field.id,
    amount: field.micros,
    payouts: z.array(payoutShape).min(1).max(100),
    requestedAt: field.time,
  },
  {
    ownerId: 'platform',
    settlementId: 'stl_2',
    amount: '50000',
    payouts: [{ recipient: '1'.repeat(32), amount: '50000', reference: 'november' }],
    requestedAt: sampleTime,
  },
);

export const earningsEvents = [EarningsAccrued, EarningsWithdrawalRequested] as const;
export type EarningsEvent = EventOf<(typeof earningsEvents)[number]>;
