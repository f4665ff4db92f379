import type { EscrowEvent } from '../../../src/events/escrow.js';
import type { SettlementEvent } from '../../../src/events/settlement.js';
import type { Recorded } from '../../../src/kernel/event.js';
import { idOfStream } from '../../../src/kernel/ids.js';
import { withdrawalMemo } from '../../../src/payments/withdrawal-job.js';
import { payoutMemo } from '../../../src/payouts/payout-job.js';

interface Signed {
  readonly signature: string;
  readonly memo: string | null;
}

/** What left escrow as withdrawals and payouts, by the memo it carries. */
export function sentByMemo(landed: readonly Signed[]): Map<string, string[]> {
  const sent = new Map<string, string[]>();
  for (const { memo, signature } of landed) {
    const ours = /(quittance:withdrawal:|qtp:)\S+/.exec(memo ?? '')?.[0];
    if (ours !== undefined) sent.set(ours, [...(sent.get(ours) ?? []), signature]);
  }
  return sent;
}

/** What was captured for settlements and has not been paid out of escrow: still owed, or earned. Micro-USDC. */
export function owedOutside(history: readonly Recorded[]): bigint {
  let owed = 0n;
  for (const { event } of history as readonly Recorded<EscrowEvent | SettlementEvent>[]) {
    if (event.type === 'HoldCaptured' && event.paymentId.startsWith('stl_')) owed += BigInt(event.amount);
    if (event.type === 'PayoutConfirmed') owed -= BigInt(event.amount);
  }
  return owed;
}

/** One transfer for each withdrawal and payout that is booked as made, none for any other, and each the one recorded. */
export function objectionsToMoneyOut({
  history,
  sent,
}: {
  readonly history: readonly Recorded[];
  readonly sent: ReadonlyMap<string, readonly string[]>;
}): string[] {
  const said: string[] = [];
  const expected = new Map<string, string>();
  const paid = new Set<string>();
  for (const { stream, event } of history as readonly Recorded<EscrowEvent | SettlementEvent>[]) {
    if (event.type === 'WithdrawalConfirmed')
      expected.set(withdrawalMemo(event.withdrawalId), event.signature);
    if (event.type !== 'PayoutConfirmed') continue;
    expected.set(payoutMemo(idOfStream(stream), event.attempt), event.signature);
    for (const item of event.items) {
      const payout = `${stream}/${item}`;
      if (paid.has(payout)) said.push(`I2 ${payout} was paid twice`);
      paid.add(payout);
    }
  }
  for (const [memo, signature] of expected) {
    const landed = sent.get(memo) ?? [];
    if (landed.length !== 1 || landed[0] !== signature)
      said.push(`I2 ${memo}: booked as ${signature}, and landed as ${landed.join(', ') || 'nothing'}`);
  }
  for (const [memo, landed] of sent)
    if (!expected.has(memo)) said.push(`I5 ${memo}: landed as ${landed.join(', ')}, and is not booked`);
  return said;
}
