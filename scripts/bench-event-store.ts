import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresEventStore } from '../src/adapters/postgres/event-store.js';
import { startPostgres } from '../src/embedded/postgres.js';
import type { NewEvent } from '../src/kernel/event.js';
import type { EventStore } from '../src/ports/event-store.js';

export interface AppendFigures {
  readonly writers: number;
  readonly subscribers: number;
  readonly appendsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of this process, without that of Postgres */
  readonly cpuMsPerAppend: number;
}

const EVENTS_PER_APPEND = 2;

/** About the size of a step's events: 400 bytes of content, 250 of metadata. */
const someEvent = (): NewEvent => ({
  id: randomUUID(),
  event: { type: 'StepCompleted', v: 1, output: { inline: 'x'.repeat(350) } } as NewEvent['event'],
  metadata: {
    commandId: randomUUID(),
    correlationId: 'wf_01JD0000000000000000000000',
    causationId: randomUUID(),
    actor: { type: 'worker', id: 'worker-1' },
    occurredAt: '2026-01-02T03:04:05.678Z',
  },
});

/** Writers that each append to streams of their own, one append after the other, and subscribers that follow. */
export async function measureAppends(
  store: EventStore,
  writers: number,
  subscribers: number,
  forMs: number,
): Promise<AppendFigures> {
  const after = await store.head();
  const subscriptions = Array.from({ length: subscribers }, () => store.subscribe({ after }));
  const seen = subscriptions.map(async (subscription) => {
    let count = 0;
    for await (const batch of subscription) count += batch.events.length;
    return count;
  });
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  const write = async (): Promise<void> => {
    for (let stream = `bench-${randomUUID()}`, revision = -1; performance.now() - started < forMs; ) {
      const begun = performance.now();
      const events = Array.from({ length: EVENTS_PER_APPEND }, someEvent);
      revision = (await store.append(stream, events, revision < 0 ? 'none' : revision)).revision;
      latencies.push(performance.now() - begun);
      if (revision >= 10) [stream, revision] = [`bench-${randomUUID()}`, -1];
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  await Promise.all(seen);
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number => round(latencies[Math.floor(q * (latencies.length - 1))]!);
  return {
    writers,
    subscribers,
    appendsPerSecond: Math.round(latencies.length / seconds),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuMsPerAppend: round((user + system) / 1_000 / latencies.length),
  };
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

/** On a Postgres of its own with fsync on, in a folder that is removed afterwards. */
export async function benchEventStore(
  print: (figures: AppendFigures) => void,
  forMs = 3_000,
): Promise<readonly AppendFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-bench-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  try {
    const store = await PostgresEventStore.open(postgres.url);
    const all: AppendFigures[] = [];
    await measureAppends(store, 200, 0, 500);
    for (const [writers, subscribers] of [
      [1, 0],
      [16, 0],
      [200, 0],
      [200, 6],
    ] as const) {
      const figures = await measureAppends(store, writers, subscribers, forMs);
      print(figures);
      all.push(figures);
    }
    await store.close();
    return all;
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1]?.includes('bench-event-store'))
  await benchEventStore((figures) => console.log(JSON.stringify(figures)));
