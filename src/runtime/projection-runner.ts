import { upcast } from '../events/catalogue.js';
import { isRefusal } from '../kernel/errors.js';
import type { Position, Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { Batch, EventStore, Subscription } from '../ports/event-store.js';
import type { Announcement, LiveBus } from '../ports/live.js';
import type { ReadModels } from '../ports/read-models.js';
import type { Sql } from '../ports/sql.js';
import { Memory } from '../projections/memory.js';
import type { Projection } from '../projections/projection.js';
import { type Fence, UNRIVALLED } from './fence.js';
import type { Log } from './log.js';
import { persist } from './persist.js';
import type { ReadModelProgress } from './read-model-progress.js';

const PACE_MS = 10;
/** A read model rests so many times as long as its last write took: what is busy is busier with large writes. */
const REST_SHARE = 4;
/** ms it rests at most, and so about what it is behind in a steady stream of events. */
const MOST_REST_MS = 100;

type Written = { readonly news: readonly Announcement[] } | { readonly to: Position | undefined };

/**
 * Keeps one read model. Rows and checkpoint change in one transaction, so a crash neither loses nor doubles a row.
 * A read model whose version has changed is rebuilt from the beginning before it follows again.
 */
export class ProjectionRunner {
  private readonly stopping = new AbortController();
  private readonly memory = new Memory();
  private subscription: Subscription | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly projection: Projection,
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly live: LiveBus,
    private readonly progress: ReadModelProgress,
    private readonly log: Log,
    /** a read model is kept by one process as a whole: its rows and its one checkpoint change together */
    private readonly fence: Fence = UNRIVALLED,
  ) {}

  async start(): Promise<void> {
    const after = await this.prepare();
    if (after !== undefined) this.progress.advance(this.projection.name, after);
    this.running = this.run(this.subscribe(after), after);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
    await this.running;
  }

  private subscribe(after: Position | undefined): Subscription {
    const { handles } = this.projection;
    this.subscription = this.store.subscribe({
      ...(after !== undefined && { after }),
      filter: { types: handles },
    });
    return this.subscription;
  }

  private async run(first: Subscription, start: Position | undefined): Promise<void> {
    let moved = await this.follow(first, start);
    while (moved && !this.stopping.signal.aborted) {
      const { to } = moved;
      this.log.warn({ projection: this.projection.name, to }, 'the database went back, and so do we');
      moved = await this.follow(this.subscribe(to), to);
    }
  }

  /** @returns where to go on from when the read model is not where it was left; undefined when stopped */
  private async follow(
    subscription: Subscription,
    start: Position | undefined,
  ): Promise<{ readonly to: Position | undefined } | undefined> {
    let saved = start;
    for await (const batch of subscription) {
      const began = performance.now();
      if (batch.events.length > 0) {
        const written = await this.write(batch, saved);
        if (written === undefined) return undefined;
        if ('to' in written) {
          await subscription.stop();
          return written;
        }
        saved = batch.position;
        for (const { topic, message } of written.news) this.live.publish(topic, message);
      }
      this.progress.advance(this.projection.name, batch.position);
      if (this.stopping.signal.aborted) return undefined;
      // who is behind gets many at once as it is
      const isBehind = !batch.caughtUp && batch.events.length >= LIMITS.subscriptionBatch;
      if (batch.events.length > 0 && !isBehind) await this.rest(performance.now() - began);
    }
    return undefined;
  }

  /** The first event after a pause is written at once; in a stream of them each transaction takes many. */
  private rest(tookMs: number): Promise<void> {
    const least = (this.projection.paceMs ?? PACE_MS) - tookMs;
    const most = Math.min(MOST_REST_MS, tookMs * REST_SHARE);
    return this.progress.rest(least, Math.max(least, most), this.stopping.signal);
  }

  /** @returns what to announce, or where the read model is instead; undefined when stopped before it was written */
  private async write(batch: Batch, from: Position | undefined): Promise<Written | undefined> {
    let written: Written = { news: [] };
    const { name } = this.projection;
    const advance = async () => {
      try {
        const write = async (sql: Sql) => {
          const events = batch.events.map(current);
          const news = await this.projection.project(events, sql, this.memory);
          written = { news };
          return news;
        };
        await this.readModels.advance(name, from, batch.position, write, this.fence.epoch);
      } catch (error) {
        this.memory.forget();
        if (!isRefusal(error, 'CONFLICT')) throw error;
        const to = await this.prepare();
        // a commit whose answer was lost has moved the checkpoint all the same
        if (to === batch.position) return;
        if (to === from) throw error;
        // commits are not flushed one by one: a database that crashed has lost the last ones, rows and checkpoint
        written = { to };
      }
    };
    const options = {
      signal: this.stopping.signal,
      log: this.log,
      what: `projection ${this.projection.name}`,
    };
    return (await persist(advance, options)) ? written : undefined;
  }

  private prepare(): Promise<Position | undefined> {
    const { name, version, schema } = this.projection;
    return this.readModels.prepare({ name, version, schema, epoch: this.fence.epoch });
  }
}

function current(recorded: Recorded): Recorded {
  const event = upcast(recorded.event);
  return event === recorded.event ? recorded : { ...recorded, event };
}
