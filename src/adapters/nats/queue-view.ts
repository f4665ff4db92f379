import { JetStreamApiError } from '@nats-io/jetstream';
import type { FlowFigures, JobFlow, JobKind, Priority, QueueFigures, QueueView } from '../../ports/jobs.js';
import { type JobNames, PRIORITIES } from './job-streams.js';
import { type DisposableStreams, isMissing } from './streams.js';

const NO_MESSAGE_FOUND = 10_037;

/** Jobs that are not done, and those of them that a worker has. */
interface Open {
  readonly flow: JobFlow;
  readonly subject: string;
  readonly count: number;
  readonly taken: number;
}

export class NatsQueueView implements QueueView {
  constructor(
    private readonly streams: DisposableStreams,
    private readonly names: JobNames,
  ) {}

  async queues(): Promise<readonly QueueFigures[]> {
    const queues = new Map<string, { kind: JobKind; priority: Priority; count: number; taken: number }>();
    for (const { flow, count, taken } of await this.open()) {
      const { kind, priority } = flow;
      const before = queues.get(`${kind}.${priority}`) ?? { kind, priority, count: 0, taken: 0 };
      const after = { ...before, count: before.count + count, taken: before.taken + taken };
      queues.set(`${kind}.${priority}`, after);
    }
    const figures = await Promise.all(
      [...queues.values()].map(async ({ kind, priority, count, taken }) => {
        const subject = this.names.subject({ kind, priority });
        const oldest = await Promise.all([this.oldest(subject), this.oldest(`${subject}.>`)]);
        const [oldestAt] = oldest.flatMap((at) => at ?? []).sort();
        return oldestAt && { kind, priority, waiting: count - taken, inFlight: taken, oldestAt };
      }),
    );
    return figures.flatMap((each) => each || []).sort(byKindAndPriority);
  }

  async flows(limit: number, owner?: string): Promise<readonly FlowFigures[]> {
    const largest = (await this.open(owner)).toSorted((a, b) => b.count - a.count).slice(0, limit);
    const figures = await Promise.all(
      largest.map(async ({ flow, subject, count, taken }) => {
        const oldestAt = await this.oldest(subject);
        return oldestAt && { flow, waiting: count - taken, inFlight: taken, oldestAt };
      }),
    );
    return figures.flatMap((each) => each || []);
  }

  private async open(owner?: string): Promise<readonly Open[]> {
    const filters = owner === undefined ? ['>'] : this.names.ownerSubjects(owner);
    const counts = (await Promise.all(filters.map((filter) => this.counts(filter)))).flat();
    const taken = owner === undefined ? await this.takenByAll() : undefined;
    return Promise.all(
      counts.map(async ([subject, count]) => {
        const flow = this.names.flowOf(subject);
        const its = taken ? (taken.get(subject) ?? 0) : await this.takenOf(flow);
        return { flow, subject, count, taken: Math.min(its, count) };
      }),
    );
  }

  private async counts(filter: string): Promise<readonly [subject: string, count: number][]> {
    const info = await this.streams.mending(async () =>
      (await this.streams.api()).streams.info(this.names.jobs, { subjects_filter: filter }),
    );
    return Object.entries(info.state.subjects ?? {});
  }

  /** By subject. */
  private async takenByAll(): Promise<ReadonlyMap<string, number>> {
    const { consumers } = await this.streams.api();
    const taken = new Map<string, number>();
    for await (const { config, num_ack_pending } of consumers.list(this.names.jobs))
      taken.set(config.filter_subject ?? '', num_ack_pending);
    return taken;
  }

  /** Nobody has taken anything of a flow that no worker has ever asked for. */
  private async takenOf(flow: JobFlow): Promise<number> {
    const { consumers } = await this.streams.api();
    try {
      return (await consumers.info(this.names.jobs, this.names.consumer(flow))).num_ack_pending;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** @returns undefined for what was emptied meanwhile */
  private async oldest(subject: string): Promise<string | undefined> {
    const { streams } = await this.streams.api();
    const first = { seq: 1, next_by_subj: subject };
    try {
      return (await streams.getMessage(this.names.jobs, first))?.time.toISOString();
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NO_MESSAGE_FOUND) return undefined;
      throw error;
    }
  }
}

const byKindAndPriority = (a: QueueFigures, b: QueueFigures): number =>
  a.kind === b.kind
    ? PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority)
    : a.kind < b.kind
      ? -1
      : 1;
