import pc from 'picocolors';
import { z } from 'zod';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { plainText, plural } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const parkedStream = z.looseObject({
  model: z.string(),
  stream: z.string(),
  revision: z.number(),
  type: z.string(),
  code: z.string(),
  detail: z.string(),
  attempts: z.number(),
  parkedAt: z.string(),
});
const listed = z.looseObject({ parked: z.array(parkedStream) });
const retried = z.looseObject({ events: z.number() });

export async function parkedList(options: ReadOptions & { readonly model?: string }): Promise<number> {
  const { client } = requireInstallation(options);
  const query = options.model === undefined ? '' : `?${new URLSearchParams({ model: options.model })}`;
  const found = await client.get(`/monitor/parked${query}`, listed);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...listLines(found));
  return 0;
}

export async function parkedRetry(model: string, stream: string, options: ConnectOptions): Promise<number> {
  const path = `/monitor/parked/${encodeURIComponent(model)}/${encodeURIComponent(stream)}/retry`;
  const { events } = await requireInstallation(options).client.post(path, {}, retried);
  const said = `${plainText(model)} took ${plural(events, 'event')} of ${plainText(stream)} and goes on with it.`;
  new Screen().say(`${pc.green('✓')} ${said}`);
  return 0;
}

function listLines({ parked }: z.output<typeof listed>): readonly string[] {
  if (parked.length === 0) return [pc.dim(' No read model leaves anything out.')];
  return tableLines(
    [
      { head: 'Read model' },
      { head: 'Stream' },
      { head: 'From event' },
      { head: 'Parked (UTC)' },
      { head: 'Code' },
      { head: 'Detail' },
      { head: 'Attempts', align: 'right' },
    ],
    parked.map(({ model, stream, revision, type, code, detail, attempts, parkedAt }) => [
      model,
      plainText(stream),
      `${revision} ${plainText(type)}`,
      parkedAt.slice(0, 19).replace('T', ' '),
      plainText(code),
      plainText(detail) || '–',
      String(attempts),
    ]),
  );
}
