import { Refusal } from '../../kernel/errors.js';
import { formatUsdc, type Micros } from '../../kernel/money.js';
import { type Hold, type OpenEscrow, remainderOf } from './state.js';

export function holdOf(account: OpenEscrow, holdId: string): Hold {
  const hold = account.holds.get(holdId);
  if (!hold) throw new Refusal('HOLD_UNKNOWN', 'No such hold was placed.', { holdId });
  return hold;
}

export const holdClosed = (holdId: string, hold: Hold): Refusal =>
  new Refusal('HOLD_CLOSED', `This hold was ${hold.status} and holds nothing any more.`, {
    holdId,
    status: hold.status,
    captured: String(hold.captured),
  });

export const holdExceeded = (holdId: string, hold: Hold, amount: Micros): Refusal =>
  new Refusal(
    'HOLD_EXCEEDED',
    `This payment of ${formatUsdc(amount)} is more than the hold has left, ${formatUsdc(remainderOf(hold))}.`,
    { holdId, remaining: String(remainderOf(hold)), amount: String(amount) },
  );
