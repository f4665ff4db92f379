import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position, Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { Batch, EventStore, Subscription } from '../ports/event-store.js';
import type { Announcement, LiveBus } from '../ports/live.js';
import type { Parking, ReadModels } from '../ports/read-models.js';
import type { Transaction } from '../ports/sql.js';
import { Memory } from '../projections/memory.js';
import type { Projection } from '../projections/projection.js';
import { current } from './current-event.js';
import { type Fence, UNRIVALLED } from './fence.js';
import type { Log } from './log.js';
import { ParkingLot } from './parking-lot.js';
import { FIRST_WAIT_MS, persist } from './persist.js';
import type { ReadModelProgress } from './read-model-progress.js';
import type { Poisoned, Sifted } from './sift.js';
import { reasonOf, take, Untaken, untaken } from './untaken.js';

const PACE_MS = 10;
/** A read model rests so many times as long as its last write took: what is busy is busier with large writes. */
const REST_SHARE = 8;
/**
 * Batches in which there was nothing for it, after which a read model says where it stands all the same: a start looks
 * through what came after that, and not through an old store.
 */
const MOST_PASSED = 250;
/** ms it rests at most, and so about what it is behind in a steady stream of events. */
const MOST_REST_MS = 100;

type Written = { readonly news: readonly Announcement[] } | { readonly to: Position | undefined };

/**
 * Keeps one read model. Rows and checkpoint change in one transaction, so a crash neither loses nor doubles a row.
 * A read model whose version has changed is rebuilt from the beginning before it follows again. A stream with an event
 * that it cannot take is parked, where the others do not need it.
 */
export class ProjectionRunner {
  private readonly stopping = new AbortController();
  private readonly memory = new Memory();
  private readonly lot: ParkingLot;
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
    private readonly firstWaitMs = FIRST_WAIT_MS,
  ) {
    this.lot = new ParkingLot(projection, store);
  }

  async start(): Promise<void> {
    const after = await this.prepare();
    if (after !== undefined) this.progress.advance(this.projection.name, after);
    this.running = this.run(this.subscribe(after), after).finally(() => {
      this.progress.leave(this.projection.name);
    });
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
    let passed = 0;
    for await (const batch of subscription) {
      const began = performance.now();
      if (batch.events.length > 0 || ++passed >= MOST_PASSED) {
        passed = 0;
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
    let failures = 0;
    const advance = async () => {
      try {
        written = { news: await this.advance(batch, from, () => ++failures) };
      } catch (error) {
        this.memory.forget();
        if (!isRefusal(error, 'CONFLICT')) throw notFinal(error);
        const to = await this.prepare();
        // a commit whose answer was lost has moved the checkpoint all the same
        if (to === batch.position) return;
        if (to === from) throw error;
        // commits are not flushed one by one: a database that crashed has lost the last ones, rows and checkpoint
        written = { to };
      }
    };
    const { name } = this.projection;
    const options = {
      signal: this.stopping.signal,
      log: this.log,
      what: `projection ${name}`,
      firstWaitMs: this.firstWaitMs,
      refused: ({ message }: Error) => this.log.warn({ projection: name, message }, 'not kept here any more'),
    };
    return (await persist(advance, options)) ? written : undefined;
  }

  /** @param failed counts what the model did not take, however often it was asked */
  private async advance(
    batch: Batch,
    from: Position | undefined,
    failed: () => number,
  ): Promise<readonly Announcement[]> {
    try {
      return await this.take(batch, from);
    } catch (error) {
      if (!(error instanceof Untaken)) throw error;
      const attempts = failed();
      if (attempts < LIMITS.projectionAttempts) throw error;
      this.memory.forget();
      return await this.takeOthers(batch, from, error, attempts);
    }
  }

  private async take(batch: Batch, from: Position | undefined): Promise<readonly Announcement[]> {
    let events: readonly Recorded[] = [];
    const news = await this.move(batch, from, async (sql, parking) => {
      if (await this.lot.hasChanged(parking)) this.memory.forget();
      events = this.lot.leaveOut(batch.events.map(current));
      return events.length > 0 ? take(this.projection, events, sql, this.memory) : [];
    });
    if (events.length > 0) this.lot.hasTaken();
    return news;
  }

  /** Parks the streams that the failure belongs to, if that is what helps, together with the rows of all others. */
  private async takeOthers(
    batch: Batch,
    from: Position | undefined,
    error: Untaken,
    attempts: number,
  ): Promise<readonly Announcement[]> {
    const events = this.lot.leaveOut(batch.events.map(current));
    const verdict = await this.lot.judge(events, batch.position, (some) => this.refusal(some, batch, from));
    if ('standsStill' in verdict) {
      const { standsStill: why } = verdict;
      const its = { projection: this.projection.name, from, attempts, ...reasonOf(error), why };
      this.log.error(its, 'a read model stands still until this program is mended');
      throw error;
    }
    return this.park(batch, from, verdict, attempts);
  }

  private async park(
    batch: Batch,
    from: Position | undefined,
    { taken, whole, poisoned }: Sifted,
    attempts: number,
  ): Promise<readonly Announcement[]> {
    const parked = poisoned.map((each) => ({ ...parkedOf(each), after: from, attempts }));
    const news = await this.move(batch, from, async (sql, parking) => {
      if (await this.lot.hasChanged(parking)) throw movedMeanwhile(this.projection.name);
      await parking.park(parked);
      return taken.length > 0 ? take(this.projection, taken, sql, this.memory) : [];
    });
    this.lot.add(parked.map(({ stream }) => stream));
    if (whole > 0) this.lot.hasTaken();
    for (const { after, ...its } of parked)
      this.log.warn(
        { projection: this.projection.name, ...its },
        'a stream is parked: this model leaves it out',
      );
    return news;
  }

  /** Why the model does not take these; undefined when it would. Nothing is written. */
  private async refusal(
    events: readonly Recorded[],
    batch: Batch,
    from: Position | undefined,
  ): Promise<Untaken | undefined> {
    this.stopping.signal.throwIfAborted();
    try {
      return await this.move(batch, from, async (sql) => {
        await take(this.projection, events, sql, new Memory());
        await sql.sent();
        throw UNDONE;
      });
    } catch (error) {
      if (error === UNDONE) return undefined;
      if (error instanceof Untaken) return error;
      throw error;
    }
  }

  private async move<T>(
    { position }: Batch,
    from: Position | undefined,
    write: (sql: Transaction, parking: Parking) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.readModels.advance(this.projection.name, from, position, write, this.fence.epoch);
    } catch (error) {
      throw untaken(error);
    }
  }

  private async prepare(): Promise<Position | undefined> {
    const { name, version, schema } = this.projection;
    const after = await this.readModels.prepare({ name, version, schema, epoch: this.fence.epoch });
    const parked = await this.readModels.parked();
    this.lot.hold(parked.filter(({ model }) => model === name).map(({ stream }) => stream));
    return after;
  }
}

/** Rolls back what was tried. */
const UNDONE = new Error('only tried');

const parkedOf = ({ stream, event: { position, revision, event }, error }: Poisoned) => ({
  stream,
  position,
  revision,
  type: event.type,
  ...reasonOf(error),
});

const movedMeanwhile = (model: string): Refusal =>
  new Refusal('PARKED_MEANWHILE', `What ${model} leaves out has changed.`, { model }, 'retryable');

/** Nothing ends a read model but that another process keeps it. */
function notFinal(error: unknown): unknown {
  const reason = error instanceof Untaken ? error.cause : error;
  if (!isRefusal(reason) || reason.kind !== 'terminal') return reason;
  return new Refusal(reason.code, reason.message, reason.figures, 'retryable', { cause: reason });
}
