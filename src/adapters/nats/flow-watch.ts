import type { Subscription } from '@nats-io/transport-node';
import type { JobFlow, JobKind } from '../../ports/jobs.js';
import type { JobNames } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

export interface Watched {
  arrived(flow: JobFlow, count: number): void;
  /** what the stream holds, by flow key, taken jobs included */
  found(counts: ReadonlyMap<string, { readonly flow: JobFlow; readonly count: number }>): void;
  reconnected(): void;
}

/**
 * What waits for workers of one kind: publishers tell at once, and the stream is looked at now and then for what
 * nobody told of, as when a worker died or a publisher between storing and telling.
 */
export class FlowWatch {
  private readonly subscription: Subscription;
  private readonly looking: NodeJS.Timeout;
  private stopped = false;
  private isLooking = false;

  constructor(
    private readonly streams: DisposableStreams,
    private readonly names: JobNames,
    private readonly kind: JobKind,
    everyMs: number,
    private readonly tell: Watched,
  ) {
    this.subscription = streams.connection.subscribe(names.ready(`${kind}.>`), {
      callback: (error, message) => {
        if (!error) tell.arrived(names.flowOfReady(message.subject), Number(message.string()) || 1);
      },
    });
    this.looking = setInterval(() => void this.look(), everyMs);
    void this.look();
    void this.lookWhenReconnected();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.looking);
    this.subscription.unsubscribe();
  }

  private async lookWhenReconnected(): Promise<void> {
    for await (const { type } of this.streams.connection.status()) {
      if (this.stopped) return;
      if (type !== 'reconnect') continue;
      this.tell.reconnected();
      void this.look();
    }
  }

  /** When it fails, the next look will tell. */
  private async look(): Promise<void> {
    if (this.isLooking || this.stopped || this.streams.connection.isClosed()) return;
    this.isLooking = true;
    try {
      const { streams } = await this.streams.api();
      const filter = { subjects_filter: this.names.kindSubject(this.kind) };
      const { state } = await this.streams.mending(() => streams.info(this.names.jobs, filter));
      const counts = Object.entries(state.subjects ?? {}).map(([subject, count]) => {
        const flow = this.names.flowOf(subject);
        return [flow.key, { flow, count }] as const;
      });
      if (!this.stopped) this.tell.found(new Map(counts));
    } catch {
      // the server is away, or mends itself: asked again soon
    } finally {
      this.isLooking = false;
    }
  }
}
