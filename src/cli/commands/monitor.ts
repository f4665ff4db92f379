import pc from 'picocolors';
import { z } from 'zod';
import { requireInstallation } from '../connect.js';
import { duration, plainText, plural } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const queues = z.looseObject({
  queues: z.array(
    z.looseObject({
      kind: z.string(),
      priority: z.string(),
      waiting: z.number(),
      inFlight: z.number(),
      oldestAgeMs: z.number(),
    }),
  ),
  dead: z.number(),
});
const components = z.looseObject({
  components: z.array(z.looseObject({ name: z.string(), status: z.string() })),
  breakers: z
    .array(
      z.looseObject({
        serviceId: z.string(),
        state: z.string(),
        failures: z.number(),
        retryAt: z.string().nullable(),
      }),
    )
    .nullable(),
  parkedStreams: z.number().nullish(),
});

/** One screen of what an operator looks at first. */
export async function monitor(options: ReadOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const [work, parts] = await Promise.all([
    client.get('/monitor/queues', queues),
    client.get('/monitor/components', components),
  ]);
  if (options.json) {
    const { queues: jobs, dead } = work;
    const { components: found, breakers, parkedStreams = null } = parts;
    const all = { components: found, breakers, parkedStreams, queues: jobs, dead };
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  } else new Screen().say(...componentLines(parts), '', ...queueLines(work), '', ...breakerLines(parts));
  return 0;
}

const componentLines = ({
  components: found,
  parkedStreams,
}: z.output<typeof components>): readonly string[] => [
  ` ${found
    .map(({ name, status }) => `${status === 'up' ? pc.green('✓') : pc.red('✗')} ${plainText(name)}`)
    .join('   ')}`,
  ...(parkedStreams ? [pc.yellow(` ${plural(parkedStreams, 'parked stream')}: quittance parked list`)] : []),
];

function queueLines({ queues: found, dead }: z.output<typeof queues>): readonly string[] {
  const buried = dead === 0 ? [] : [pc.yellow(` ${plural(dead, 'dead job')}: quittance dead list`)];
  if (found.length === 0) return [pc.dim(' No jobs wait.'), ...buried];
  return [
    ...tableLines(
      [
        { head: 'Jobs' },
        { head: 'Priority' },
        { head: 'Waiting', align: 'right' },
        { head: 'In flight', align: 'right' },
        { head: 'Oldest', align: 'right' },
      ],
      found.map(({ kind, priority, waiting, inFlight, oldestAgeMs }) => [
        kind,
        priority,
        String(waiting),
        String(inFlight),
        duration(oldestAgeMs),
      ]),
    ),
    ...buried,
  ];
}

function breakerLines({ breakers }: z.output<typeof components>): readonly string[] {
  if (!breakers) return [pc.red(' The breakers cannot be reached.')];
  const moved = breakers.filter(({ state, failures }) => state !== 'closed' || failures > 0);
  if (moved.length === 0) return [pc.dim(' No service has failed lately.')];
  return tableLines(
    [
      { head: 'Service' },
      { head: 'Breaker' },
      { head: 'Failures', align: 'right' },
      { head: 'Again at (UTC)' },
    ],
    moved.map(({ serviceId, state, failures, retryAt }) => [
      plainText(serviceId),
      state,
      String(failures),
      retryAt === null ? '–' : retryAt.slice(11, 19),
    ]),
  );
}
