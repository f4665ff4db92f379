import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { plainText, plural } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { pairLines, tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const ids = z.record(z.string(), z.unknown());
const task = z.looseObject({
  id: z.string(),
  kind: z.string(),
  priority: z.string(),
  code: z.string(),
  deliveries: z.number(),
  diedAt: z.string(),
  readable: z.boolean(),
  jobId: z.string().nullable(),
  correlationId: z.string().nullable(),
  ids: ids.nullable(),
});
type Task = z.output<typeof task>;

const listed = z.looseObject({ tasks: z.array(task), nextCursor: z.string().nullable() });
const one = z.looseObject({ task });

const pathOf = (id: string, act = '') => `/monitor/tasks/${encodeURIComponent(id)}${act}`;
const when = ({ diedAt }: Task) => diedAt.slice(0, 19).replace('T', ' ');

export async function deadList(
  options: ReadOptions & { readonly workflow?: string; readonly limit: number },
): Promise<number> {
  const { client } = requireInstallation(options);
  const query = new URLSearchParams({
    limit: String(options.limit),
    ...(options.workflow !== undefined && { correlation: options.workflow }),
  });
  const found = await client.get(`/monitor/tasks?${query}`, listed);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...listLines(found));
  return 0;
}

export async function deadShow(id: string, options: ReadOptions): Promise<number> {
  const found = (await requireInstallation(options).client.get(pathOf(id), one)).task;
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...pairLines(pairsOf(found)));
  return 0;
}

export async function deadEdit(
  id: string,
  options: ConnectOptions & { readonly set: readonly string[] },
): Promise<number> {
  const { client } = requireInstallation(options);
  const present = (await client.get(pathOf(id), one)).task;
  const edited = await client.post(
    pathOf(id, '/edit'),
    { ids: idsFrom(options.set, present.ids ?? {}) },
    one,
  );
  new Screen().say(...pairLines(pairsOf(edited.task)));
  return 0;
}

export async function deadRerun(id: string, options: ConnectOptions): Promise<number> {
  const done = (await requireInstallation(options).client.post(pathOf(id, '/rerun'), {}, one)).task;
  new Screen().say(`${pc.green('✓')} ${plainText(done.jobId ?? done.id)} is with the workers again.`);
  return 0;
}

export async function deadDrop(id: string, options: ConnectOptions): Promise<number> {
  const done = (await requireInstallation(options).client.post(pathOf(id, '/cancel'), {}, one)).task;
  new Screen().say(`${pc.green('✓')} ${plainText(done.jobId ?? done.id)} is dropped for good.`);
  return 0;
}

/**
 * `name=value` pairs as ids: what the job has as a number or a mark is read as one.
 * @throws Refusal EDIT_INVALID
 */
export function idsFrom(pairs: readonly string[], present: z.output<typeof ids>): z.output<typeof ids> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=(.+)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new Refusal('EDIT_INVALID', `${pair} is no name=value, such as attempt=2.`);
      return [name, typeof present[name] === 'string' ? value : literal(value)];
    }),
  );
}

function literal(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function listLines({ tasks, nextCursor }: z.output<typeof listed>): readonly string[] {
  if (tasks.length === 0) return [pc.dim(' No dead jobs.')];
  return [
    ...tableLines(
      [
        { head: 'Dead job' },
        { head: 'Kind' },
        { head: 'Died (UTC)' },
        { head: 'Code' },
        { head: 'Of' },
        { head: 'Deliveries', align: 'right' },
      ],
      tasks.map((dead) => [
        dead.id,
        dead.kind,
        when(dead),
        plainText(dead.code),
        plainText(dead.correlationId ?? '–'),
        String(dead.deliveries),
      ]),
    ),
    ...(nextCursor === null ? [] : [pc.dim(` the first ${plural(tasks.length, 'job')}; there are more`)]),
  ];
}

const pairsOf = (dead: Task): readonly (readonly [string, string])[] => [
  ['Dead job', dead.id],
  ['Kind', `${dead.kind}, priority ${dead.priority}`],
  ['Job', plainText(dead.jobId ?? '(this version cannot read it)')],
  ['Of', plainText(dead.correlationId ?? '–')],
  ['Died (UTC)', when(dead)],
  ['Code', `${plainText(dead.code)} at delivery ${dead.deliveries}`],
  ...Object.entries(dead.ids ?? {}).map(([name, value]) => [name, plainText(String(value))] as const),
];
