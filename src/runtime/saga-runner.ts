import { upcast } from '../events/catalogue.js';
import { isRefusal } from '../kernel/errors.js';
import type { Position, Recorded } from '../kernel/event.js';
import type { CheckpointStore } from '../ports/checkpoints.js';
import type { EventStore, Subscription } from '../ports/event-store.js';
import type { Reaction, Saga } from '../sagas/reaction.js';
import { Gate } from './gate.js';
import { Lanes } from './lanes.js';
import type { Log } from './log.js';
import { pause } from './pause.js';
import { persist } from './persist.js';
import type { Cause, Reactor } from './reactor.js';
import { Watermark } from './watermark.js';

/** Events whose reactions may be under way at once; the subscription waits above it. */
const OPEN_REACTIONS = 10_000;
const FLUSH_EVERY_MS = 20;
const CHECKPOINT_EVERY_MS = 200;

/**
 * Runs one saga from its own checkpoint: at-least-once, in order within a correlation, side by side across
 * correlations. The checkpoint follows the oldest reaction that is still under way.
 */
export class SagaRunner {
  private readonly stopping = new AbortController();
  private readonly lanes = new Lanes();
  private subscription: Subscription | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private saved: Position | undefined;
  private watermark = new Watermark(undefined);
  private readonly gate = new Gate(
    () => this.watermark.pending < OPEN_REACTIONS || this.stopping.signal.aborted,
  );

  constructor(
    private readonly saga: Saga,
    private readonly store: EventStore,
    private readonly checkpoints: CheckpointStore,
    private readonly reactor: Reactor,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.saved = await this.checkpoints.load(this.subscriber);
    this.watermark = new Watermark(this.saved);
    this.subscription = this.store.subscribe({
      ...(this.saved !== undefined && { after: this.saved }),
      filter: { types: this.saga.handles },
    });
    this.running = Promise.all([this.consume(this.subscription), this.keepCheckpoint()]);
    this.running.catch((error: unknown) =>
      this.log.error({ saga: this.saga.name, error: String(error) }, 'saga stopped'),
    );
  }

  /** Waits for reactions under way, so that a restart has nothing to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.gate.notify();
    await this.subscription?.stop();
    const flushing = setInterval(() => this.reactor.flush(), FLUSH_EVERY_MS);
    await this.running.catch(() => undefined);
    clearInterval(flushing);
    await this.checkpoint().catch((error: unknown) => this.notSaved(error));
  }

  private get subscriber(): string {
    return `saga/${this.saga.name}`;
  }

  private async consume(subscription: Subscription): Promise<void> {
    const open = new Set<Promise<void>>();
    for await (const batch of subscription) {
      for (const recorded of batch.events) {
        await this.gate.pass();
        const done = this.handle({ ...recorded, event: upcast(recorded.event) });
        open.add(done);
        void done.finally(() => open.delete(done));
      }
      this.watermark.reached(batch.position);
      if (this.stopping.signal.aborted) break;
    }
    await Promise.all(open);
  }

  private async handle(recorded: Recorded): Promise<void> {
    const lane = this.saga.correlate(recorded);
    if (lane === undefined) return;
    const end = this.watermark.begin(recorded.position);
    const timers: Promise<boolean>[] = [];
    const handled = await this.lanes.run(lane, () => this.react(recorded, timers));
    // the next event of this lane need not wait for timers to be stored; the checkpoint does
    const stored = await Promise.all(timers);
    if (handled && stored.every(Boolean)) end();
    this.gate.notify();
  }

  /** @returns false when stopped before everything was done: the checkpoint then stays before this event */
  private async react(recorded: Recorded, timers: Promise<boolean>[]): Promise<boolean> {
    const reactions = this.saga.react(recorded, undefined);
    const cause = {
      processManager: this.saga.name,
      eventId: recorded.id,
      correlationId: recorded.metadata.correlationId,
    };
    let stopped = false;
    for (const [index, reaction] of reactions.entries()) {
      const done = this.perform(reaction, cause, index);
      if (reaction.do === 'timer') timers.push(done);
      else if (!(await done)) stopped = true;
    }
    return !stopped;
  }

  /** @returns false when stopped before it could be done */
  private async perform(reaction: Reaction, cause: Cause, index: number): Promise<boolean> {
    let refused = false;
    const done = await persist(() => this.reactor.perform(reaction, cause, index), {
      signal: this.stopping.signal,
      log: this.log,
      what: `${this.saga.name}: ${reaction.do}`,
      // the refusal is in the audit stream; the world has moved on since the event
      refused: () => (refused = true),
    });
    return done || refused;
  }

  private async keepCheckpoint(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await pause(CHECKPOINT_EVERY_MS, this.stopping.signal);
      await this.checkpoint().catch((error: unknown) => this.notSaved(error));
    }
  }

  private notSaved(error: unknown): void {
    this.log.warn({ saga: this.saga.name, error: String(error) }, 'checkpoint not saved');
  }

  private async checkpoint(): Promise<void> {
    const position = this.watermark.position;
    if (position === undefined || position === this.saved) return;
    try {
      await this.checkpoints.save(this.subscriber, position, this.saved);
    } catch (error) {
      // a save whose answer was lost has moved it all the same
      if (!isRefusal(error, 'CONFLICT') || (await this.checkpoints.load(this.subscriber)) !== position)
        throw error;
    }
    this.saved = position;
  }
}
