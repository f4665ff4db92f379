import { setTimeout as pause } from 'node:timers/promises';
import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import type { ApiClient } from '../api/client.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { readJson, readText } from '../input-files.js';
import { plainText, plural } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const made = z.looseObject({ batch: z.looseObject({ id: z.string(), count: z.number() }) });
const said = z.looseObject({ message: z.string() });
const error = z.looseObject({ code: z.string(), message: z.string() });
const seen = z.looseObject({
  batch: z.looseObject({
    id: z.string(),
    status: z.string(),
    count: z.number(),
    handled: z.number(),
    refused: z.number(),
    workflows: z.record(z.string(), z.number()),
  }),
  failures: z.array(
    z.looseObject({
      index: z.number(),
      workflowId: z.string().nullable(),
      status: z.string(),
      error: error.nullable(),
    }),
  ),
  nextAfter: z.number().nullable(),
});
type Seen = z.output<typeof seen>;

export interface BatchOptions extends ReadOptions {
  readonly template?: string;
  readonly priority: 'high' | 'normal' | 'low';
  readonly detach?: boolean;
}

/** ms between two looks at a batch */
const LOOK = 1_000;
const OVER = ['completed', 'failed', 'cancelled'];
const FAILURES = 20;

/** Asks for as many workflows as the file has lines. @returns 0 when all of them completed, or were asked for */
export async function batch(file: string, options: BatchOptions): Promise<number> {
  const items = itemsOf(readText(file));
  const template = options.template === undefined ? {} : readJson(options.template);
  const { client } = requireInstallation(options);
  const body = { template, items, priority: options.priority };
  const { id, count } = (await client.post('/workflows/batch', body, made)).batch;
  const screen = new Screen(options.json ? process.stderr : process.stdout);
  screen.say(`${pc.green('✓')} ${id}: ${plural(count, 'run')}.`);
  if (options.detach) {
    if (options.json) process.stdout.write(`${JSON.stringify({ id, count }, null, 2)}\n`);
    return 0;
  }
  const end = await followed(client, id, screen);
  if (options.json) process.stdout.write(`${JSON.stringify(end, null, 2)}\n`);
  else screen.say(...failureLines(end));
  return end.batch.workflows['completed'] === count ? 0 : 1;
}

export async function batchStatus(id: string, options: ReadOptions): Promise<number> {
  const found = await look(requireInstallation(options).client, id);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(`${id}: ${sentence(found)}`, ...failureLines(found));
  return 0;
}

export async function batchCancel(id: string, options: ConnectOptions): Promise<number> {
  const path = `/batches/${encodeURIComponent(id)}/cancel`;
  const { message } = await requireInstallation(options).client.post(path, {}, said);
  new Screen().say(`${pc.green('✓')} ${message}.`);
  return 0;
}

const look = (client: ApiClient, id: string): Promise<Seen> =>
  client.get(`/batches/${encodeURIComponent(id)}?limit=${FAILURES}`, seen);

/** Until nothing of it is open: what waits for its owner's word is told once, and waited for no longer. */
async function followed(client: ApiClient, id: string, screen: Screen): Promise<Seen> {
  for (let before = ''; ; await pause(LOOK)) {
    const found = await look(client, id);
    const now = sentence(found);
    if (now !== before) screen.note(now);
    before = now;
    const { count, refused, workflows } = found.batch;
    const waiting = workflows['awaiting_approval'] ?? 0;
    const over = OVER.reduce((sum, status) => sum + (workflows[status] ?? 0), 0);
    const ended = found.batch.status === 'cancelled';
    if (over + refused === count || ended) return found;
    if (over + refused + waiting === count) {
      screen.note(`${plural(waiting, 'run')} wait for your approval: quittance approve <workflow>`);
      return found;
    }
  }
}

function sentence({ batch: { status, count, handled, refused, workflows } }: Seen): string {
  const counts = Object.entries(workflows).map(([name, n]) => `${n} ${name.replaceAll('_', ' ')}`);
  return [
    `${handled} of ${count} made`,
    ...counts,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(status.startsWith('cancel') ? [status] : []),
  ].join(' · ');
}

function failureLines({ failures, nextAfter }: Seen): readonly string[] {
  if (failures.length === 0) return [];
  return [
    ...tableLines(
      [{ head: 'Item', align: 'right' }, { head: 'Workflow' }, { head: 'Ended' }, { head: 'Because' }],
      failures.map((one) => [
        `${one.index}`,
        one.workflowId ?? '–',
        one.status,
        one.error ? plainText(`${one.error.message} (${one.error.code})`) : '',
      ]),
    ),
    ...(nextAfter === null ? [] : [pc.dim(` the first ${failures.length}; there are more`)]),
  ];
}

/**
 * A line is an item as JSON, or a request in a JSON string or in plain words. Empty lines are nothing.
 * @throws Refusal ITEMS_INVALID naming the line
 */
export function itemsOf(text: string): readonly unknown[] {
  const lines = text.split(/\r?\n/).map((line, index) => [line.trim(), index + 1] as const);
  const items = lines.filter(([line]) => line !== '').map(([line, number]) => itemOf(line, number));
  if (items.length === 0) throw new Refusal('ITEMS_INVALID', 'The file has no items.');
  return items;
}

function itemOf(line: string, number: number): unknown {
  if (!/^[{"[]/.test(line)) return { input: line };
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'string') return { input: value };
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new Refusal('ITEMS_INVALID', `Line ${number} is no item: send an object, or a request.`, {
    line: number,
  });
}
