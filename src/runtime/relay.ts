import { isReadable, upcast } from '../events/catalogue.js';
import { comparePositions, type Position, type Recorded } from '../kernel/event.js';
import type { EventStore, Subscription } from '../ports/event-store.js';
import type { Log } from './log.js';
import { persist } from './persist.js';

/** Where integration events go: a stream that anybody may lose, and that remembers how far it was filled. */
export interface IntegrationEvents {
  publish(events: readonly Recorded[]): Promise<void>;
  /** position of the last event found in the stream; undefined when it is empty */
  lastPosition(): Promise<Position | undefined>;
}

/** Copies committed events to the integration stream; resumes from what the stream itself holds. */
export class Relay {
  private readonly stopping = new AbortController();
  private subscription: Subscription | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly target: IntegrationEvents,
    private readonly log: Log,
    /** event types to copy; all when absent */
    private readonly types?: readonly string[],
  ) {}

  async start(): Promise<void> {
    const after = await this.target.lastPosition();
    this.subscription = this.store.subscribe({
      ...(after !== undefined && { after }),
      ...(this.types && { filter: { types: this.types } }),
    });
    this.running = this.copy(this.subscription);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
    await this.running;
  }

  private async copy(subscription: Subscription): Promise<void> {
    for await (const batch of subscription) {
      let left: readonly Recorded[] = batch.events.map(asToldToday);
      const publish = async () => {
        try {
          if (left.length > 0) await this.target.publish(left);
        } catch (error) {
          left = after(left, await this.target.lastPosition());
          throw error;
        }
      };
      await persist(publish, { signal: this.stopping.signal, log: this.log, what: 'relay' });
      if (this.stopping.signal.aborted) break;
    }
  }
}

/** Others hear one version of an event, whenever it was stored; what only a newer program knows is passed on as it is. */
const asToldToday = (recorded: Recorded): Recorded =>
  isReadable(recorded.event) ? { ...recorded, event: upcast(recorded.event) } : recorded;

/** What an interrupted publication has not copied yet. */
const after = (events: readonly Recorded[], position: Position | undefined): readonly Recorded[] =>
  position === undefined ? events : events.filter((event) => comparePositions(event.position, position) > 0);
