import { expect, it } from '@jest/globals';
import type { ReceiptRow } from '../../../projections/receipts/schema.js';
import { receiptView } from './receipt.js';

const row = (proof_status: string) =>
  ({ receipt_id: 'rcpt_1', proof_status, total_cost: '20000', unprovable: null }) as unknown as ReceiptRow;

it('a receipt whose proof is to come says how far it is, and that it is queued until something is known', () => {
  expect(receiptView(row('pending'))).toMatchObject({ proving: { stage: 'queued', done: 0 } });
  expect(receiptView(row('pending'), { stage: 'proving', done: 0.4 })).toMatchObject({
    proving: { stage: 'proving', done: 0.4 },
  });
});

it('a receipt with nothing to come says nothing of it, whatever was last heard', () => {
  for (const status of ['not_required', 'proven', 'verified', 'failed'])
    expect(receiptView(row(status), { stage: 'verifying', done: 0 })).not.toHaveProperty('proving');
});
