import pc from 'picocolors';
import { z } from 'zod';
import { service, workflow, workflowSummary } from '../api/views.js';
import { requireInstallation } from '../connect.js';
import { ownUser } from '../own-user.js';
import { amount, cut, duration, plainText, usdc } from '../show/figures.js';
import { costLines, paymentLines } from '../show/payment-list.js';
import { planLines } from '../show/plan-table.js';
import { Screen } from '../show/screen.js';
import { pairLines, tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const balanceOf = z.looseObject({
  availableMicro: z.string(),
  heldMicro: z.string(),
  totalMicro: z.string(),
});
const detailed = z.looseObject({ workflow });
const listed = z.looseObject({ workflows: z.array(workflowSummary), total: z.number() });
const offered = z.looseObject({ services: z.array(service), total: z.number() });

/** Says what was read, for a person or for a program. */
function tell<T>(value: T, { json }: ReadOptions, lines: (value: T) => readonly string[]): number {
  if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else new Screen().say(...lines(value));
  return 0;
}

export async function status(workflowId: string, options: ReadOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const found = await client.get(`/workflows/${encodeURIComponent(workflowId)}`, detailed);
  return tell(found.workflow, options, (one) => [
    ...pairLines([
      ['Workflow', one.id],
      ['Status', one.status],
      ['Request', plainText(one.input ?? '(a plan of your own)')],
      ['Level', one.verificationLevel],
      ['Steps', `${one.currentStep} of ${one.totalSteps ?? '?'}`],
      ...(one.elapsed === null ? [] : [['Took', duration(one.elapsed)] as const]),
      ...(one.error ? [['Error', `${plainText(one.error.message)} (${one.error.code})`] as const] : []),
    ]),
    ...(one.plan ? ['', ...planLines(one.plan, one, process.stdout.columns ?? 120)] : []),
    ...(one.payments.length > 0 ? ['', ...paymentLines(one), '', ...costLines(one)] : []),
  ]);
}

export async function list(options: ReadOptions & { readonly limit: number }): Promise<number> {
  const { client } = requireInstallation(options);
  const found = await client.get(`/workflows/history?limit=${options.limit}`, listed);
  return tell(found, options, ({ workflows, total }) =>
    workflows.length === 0
      ? [pc.dim(' No workflows yet.')]
      : [
          ...tableLines(
            [
              { head: 'Workflow' },
              { head: 'Created (UTC)' },
              { head: 'Status' },
              { head: 'Steps', align: 'right' },
              { head: 'USDC', align: 'right' },
              { head: 'Level' },
            ],
            workflows.map((one) => [
              one.id,
              one.createdAt.slice(0, 19).replace('T', ' '),
              one.status,
              `${one.currentStep}/${one.totalSteps ?? '–'}`,
              amount(one.spentMicro),
              one.verificationLevel,
            ]),
          ),
          ...(total > workflows.length ? [pc.dim(` ${workflows.length} of ${total}`)] : []),
        ],
  );
}

export async function services(options: ReadOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const found = await client.get('/services?limit=200', offered);
  return tell(found.services, options, (all) =>
    tableLines(
      [
        { head: 'Service' },
        { head: 'Name' },
        { head: 'Does' },
        { head: 'Gives' },
        { head: 'USDC', align: 'right' },
        { head: 'Reputation', align: 'right' },
        { head: 'Latency', align: 'right' },
      ],
      all.map((one) => [
        plainText(one.id),
        cut(plainText(one.name), 28),
        plainText(one.capability),
        one.output,
        amount(one.priceMicro),
        `${one.reputation}`,
        duration(one.latencyMs),
      ]),
    ),
  );
}

export async function balance(options: ReadOptions & { readonly user?: string }): Promise<number> {
  const connection = requireInstallation(options);
  const userId = options.user ?? (await ownUser(connection));
  const found = await connection.client.get(`/escrow/${encodeURIComponent(userId)}/balance`, balanceOf);
  return tell(found, options, ({ availableMicro, heldMicro, totalMicro }) =>
    pairLines([
      ['User', userId],
      ['Available', usdc(availableMicro)],
      ['Held', usdc(heldMicro)],
      ['Total', usdc(totalMicro)],
    ]),
  );
}
