import pc from 'picocolors';
import { z } from 'zod';
import { requireInstallation } from '../connect.js';
import { duration, plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const figures = z.looseObject({
  key: z.string(),
  waiting: z.number(),
  inFlight: z.number(),
  limit: z.looseObject({ concurrency: z.number().optional(), perMinute: z.number().optional() }).nullable(),
  because: z.string().nullable(),
  oldestMs: z.number().nullable(),
});
const waiting = z.looseObject({ users: z.array(figures), services: z.array(figures) });
type Figures = z.output<typeof figures>;

/** Who waits, for what, and since when. */
export async function monitorWaiting(options: ReadOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const found = await client.get('/monitor/waiting', waiting);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...linesOf('User', found.users), '', ...linesOf('Service', found.services));
  return 0;
}

function linesOf(head: string, found: readonly Figures[]): readonly string[] {
  if (found.length === 0) return [pc.dim(` No ${head.toLowerCase()} waits.`)];
  return tableLines(
    [
      { head },
      { head: 'Waiting', align: 'right' },
      { head: 'In flight', align: 'right' },
      { head: 'Limit', align: 'right' },
      { head: 'Because' },
      { head: 'Oldest', align: 'right' },
    ],
    found.map(({ key, waiting: count, inFlight, limit, because, oldestMs }) => [
      plainText(key),
      String(count),
      String(inFlight),
      limitOf(limit),
      because?.replaceAll('_', ' ') ?? '–',
      oldestMs === null ? '–' : duration(oldestMs),
    ]),
  );
}

function limitOf(limit: Figures['limit']): string {
  const { concurrency, perMinute } = limit ?? {};
  const parts = [
    ...(concurrency === undefined ? [] : [`${concurrency} at once`]),
    ...(perMinute === undefined ? [] : [`${perMinute}/min`]),
  ];
  return parts.length === 0 ? '–' : parts.join(', ');
}
