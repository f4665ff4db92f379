import pc from 'picocolors';
import type { Payment, Workflow } from '../api/views.js';
import { amount, plainText, usdc } from './figures.js';
import { pairLines, tableLines } from './table.js';

/** What was paid, as one finds it on the chain. */
export function paymentLines(payments: readonly Payment[], plan: Workflow['plan']): string[] {
  if (payments.length === 0) return [pc.dim(' Nothing was paid.')];
  const ordered = [...payments].sort((a, b) => Number(a.slot ?? Infinity) - Number(b.slot ?? Infinity));
  const number = (stepId: string) => `${(plan?.steps.findIndex(({ id }) => id === stepId) ?? -1) + 1}`;
  return tableLines(
    [
      { head: 'Step', align: 'right' },
      { head: 'Service' },
      { head: 'USDC', align: 'right' },
      { head: 'Slot', align: 'right' },
      { head: 'Transaction' },
    ],
    ordered.map(({ stepId, serviceId, amountMicro, slot, signature, status, explorerUrl }) => [
      number(stepId),
      plainText(serviceId),
      amount(amountMicro),
      slot ?? '–',
      explorerUrl ?? signature ?? pc.yellow(status),
    ]),
  );
}

/** Estimated, actual and saved, from what the run was approved for and what it spent. */
export function costLines({ plan, spentMicro, savedMicro }: Workflow): string[] {
  const estimated = plan?.planSummary.estimatedCostMicro ?? '0';
  const saved = savedMicro ?? `${BigInt(plan?.maxCostMicro ?? '0') - BigInt(spentMicro ?? '0')}`;
  return pairLines([
    ['Estimated', usdc(estimated)],
    ['Paid', usdc(spentMicro ?? '0')],
    ['Given back', usdc(BigInt(saved) < 0n ? 0n : saved)],
  ]);
}
