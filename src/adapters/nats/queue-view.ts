import { JetStreamApiError } from '@nats-io/jetstream';
import type { JobKind, Priority, QueueFigures, QueueView } from '../../ports/jobs.js';
import { type JobNames, PRIORITIES } from './job-streams.js';
import { type DisposableStreams, isMissing } from './streams.js';

const NO_MESSAGE_FOUND = 10_037;

export class NatsQueueView implements QueueView {
  constructor(
    private readonly streams: DisposableStreams,
    private readonly names: JobNames,
  ) {}

  async queues(): Promise<readonly QueueFigures[]> {
    const info = await this.streams.mending(async () =>
      (await this.streams.api()).streams.info(this.names.jobs, { subjects_filter: '>' }),
    );
    const figures = await Promise.all(
      Object.entries(info.state.subjects ?? {}).map(([subject, count]) => this.figuresOf(subject, count)),
    );
    return figures.flatMap((each) => each ?? []).sort(byKindAndPriority);
  }

  /** @returns undefined for a queue that was emptied meanwhile */
  private async figuresOf(subject: string, count: number): Promise<QueueFigures | undefined> {
    const [kind, priority] = subject.split('.').slice(-2) as [JobKind, Priority];
    const [oldestAt, taken] = await Promise.all([this.oldest(subject), this.taken(kind, priority)]);
    if (oldestAt === undefined) return undefined;
    const inFlight = Math.min(taken, count);
    return { kind, priority, waiting: count - inFlight, inFlight, oldestAt };
  }

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

  /** Nobody has taken anything of a kind that no worker has ever asked for. */
  private async taken(kind: JobKind, priority: Priority): Promise<number> {
    const { consumers } = await this.streams.api();
    try {
      const info = await consumers.info(this.names.jobs, this.names.consumer(kind, priority));
      return info.num_ack_pending;
    } catch (error) {
      if (isMissing(error)) return 0;
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
