import pc from 'picocolors';
import type { Workflow } from '../api/views.js';
import { amount, plainText, usdc } from './figures.js';
import { pairLines, tableLines } from './table.js';

/** What was paid, as one finds it on the chain. */
export function paymentLines({
  payments,
  plan,
  spentMicro,
}: Pick<Workflow, 'payments' | 'plan' | 'spentMicro'>): string[] {
  const own = payments.reduce((sum, { amountMicro }) => sum + BigInt(amountMicro ?? '0'), 0n);
  const byOthers = BigInt(spentMicro ?? '0') - own;
  const hasChildren = plan?.steps.some(({ kind }) => kind === 'workflow') ?? false;
  const elsewhere =
    hasChildren && byOthers > 0n
      ? [pc.dim(` ${usdc(`${byOthers}`)} was paid by workflows that steps of it are.`)]
      : [];
  if (payments.length === 0) return elsewhere.length > 0 ? elsewhere : [pc.dim(' Nothing was paid.')];
  const ordered = [...payments].sort((a, b) => Number(a.slot ?? Infinity) - Number(b.slot ?? Infinity));
  const number = (stepId: string) => `${(plan?.steps.findIndex(({ id }) => id === stepId) ?? -1) + 1}`;
  const table = tableLines(
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
  return [...table, ...elsewhere];
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
