import { once } from 'node:events';
import { upcast } from '../events/catalogue.js';
import { comparePositions, type Position, type Recorded } from '../kernel/event.js';
import type { CheckpointStore, Move } from '../ports/checkpoints.js';
import type { EventStore, Subscription } from '../ports/event-store.js';
import type { Reaction, Saga } from '../sagas/reaction.js';
import { Gate } from './gate.js';
import { Lanes } from './lanes.js';
import type { Log } from './log.js';
import { pause } from './pause.js';
import { persist } from './persist.js';
import type { Cause, Reactor } from './reactor.js';
import { SagaPart } from './saga-part.js';
import { type SagaShare, WHOLE } from './saga-share.js';

/** Events whose reactions may be under way at once; the subscription waits above it. */
const OPEN_REACTIONS = 10_000;
const FLUSH_EVERY_MS = 20;
const CHECKPOINT_EVERY_MS = 500;

/**
 * Runs a share of one saga, each part from its own checkpoint: at-least-once, in order within a correlation, side by
 * side across correlations. A checkpoint follows the oldest reaction of its part that is still under way, and is
 * refused once another process has claimed the part.
 */
export class SagaRunner {
  private readonly stopping = new AbortController();
  private readonly lanes = new Lanes();
  private readonly parts = new Map<number, SagaPart>();
  private subscription: Subscription | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private readonly gate = new Gate(() => this.pending < OPEN_REACTIONS || this.stopping.signal.aborted);
  /** open while some part is further than its checkpoint: until then there is nothing to save */
  private readonly ahead = new Gate(() => this.isAhead || this.stopping.signal.aborted);

  constructor(
    private readonly saga: Saga,
    private readonly store: EventStore,
    private readonly checkpoints: CheckpointStore,
    private readonly reactor: Reactor,
    private readonly log: Log,
    private readonly share: SagaShare = WHOLE,
  ) {}

  async start(): Promise<void> {
    const after = await this.claim();
    if (this.isEmpty) return;
    this.subscription = this.store.subscribe({
      ...(after !== undefined && { after }),
      filter: { types: this.saga.handles },
    });
    this.running = Promise.all([this.consume(this.subscription), this.keepCheckpoints()]);
    this.running.catch((error: unknown) =>
      this.log.error({ saga: this.saga.name, error: String(error) }, 'saga stopped'),
    );
  }

  /** Waits for reactions under way, so that a restart has nothing to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const part of this.parts.values()) part.end();
    this.gate.notify();
    this.ahead.notify();
    await this.subscription?.stop();
    await this.flushingWhile(this.running.catch(() => undefined));
    await this.checkpoint(true).catch((error: unknown) => this.notSaved(error));
  }

  /** Gives up some parts while the others go on: waits for what is under way and saves where they stand. */
  async leave(numbers: readonly number[]): Promise<void> {
    const leaving = numbers.flatMap((number) => this.parts.get(number) ?? []);
    for (const part of leaving) part.end();
    this.gate.notify();
    await this.flushingWhile(Promise.all(leaving.map((part) => part.idle())));
    await this.checkpoint(true).catch((error: unknown) => this.notSaved(error));
    await this.forget(numbers);
    if (this.isEmpty) await this.running.catch(() => undefined);
  }

  /** Parts that are another's by now: nothing is saved, nobody waited for. */
  async forget(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      this.parts.get(number)?.end();
      this.parts.delete(number);
    }
    this.gate.notify();
    if (this.isEmpty) await this.subscription?.stop();
    if (this.isEmpty) this.stopping.abort();
    this.ahead.notify();
  }

  get isEmpty(): boolean {
    return this.parts.size === 0;
  }

  /** @returns where to begin reading: at the part that is furthest behind */
  private async claim(): Promise<Position | undefined> {
    const { fences } = this.share;
    const names = new Map([...fences.keys()].map((part) => [part, this.checkpointOf(part)]));
    const claims = [...names].map(([part, subscriber]) => ({ subscriber, epoch: fences.get(part)!.epoch }));
    const positions = await this.checkpoints.claim(claims);
    for (const [part, subscriber] of names)
      if (positions.has(subscriber))
        this.parts.set(part, new SagaPart(subscriber, fences.get(part)!, positions.get(subscriber)));
    const begins = [...positions.values()];
    if (begins.includes(undefined)) return undefined;
    return begins.reduce(
      (low, each) => (low && each && comparePositions(low, each) <= 0 ? low : each),
      begins[0],
    );
  }

  private checkpointOf(part: number): string {
    return this.share.checkpointOf(this.saga.name, part);
  }

  private get pending(): number {
    let sum = 0;
    for (const part of this.parts.values()) sum += part.pending;
    return sum;
  }

  private get isAhead(): boolean {
    for (const part of this.parts.values()) if (part.isAhead) return true;
    return false;
  }

  private async consume(subscription: Subscription): Promise<void> {
    const open = new Set<Promise<void>>();
    for await (const batch of subscription) {
      for (const recorded of batch.events) {
        const done = this.handle(recorded);
        if (!done) continue;
        open.add(done);
        void done.finally(() => {
          open.delete(done);
          this.ahead.notify();
        });
        await this.gate.pass();
      }
      for (const part of this.parts.values()) part.reached(batch.position);
      this.ahead.notify();
      if (this.stopping.signal.aborted) break;
    }
    await Promise.all(open);
  }

  /** @returns when what follows from it is done; undefined where nothing does */
  private handle(stored: Recorded): Promise<void> | undefined {
    try {
      const event = upcast(stored.event);
      return this.reactTo(event === stored.event ? stored : { ...stored, event });
    } catch (error) {
      return this.leaveUnread(stored, error);
    }
  }

  /** Kept for a program that can read it: the checkpoint stays before it, and all others go on. */
  private leaveUnread({ position, stream, revision, metadata }: Recorded, error: unknown) {
    const part = this.parts.get(this.share.partOf(metadata.correlationId));
    if (!part?.wants(position)) return undefined;
    const its = { saga: this.saga.name, stream, revision, error: String(error) };
    this.log.error(its, 'an event that this program cannot react to waits for another');
    return part.run(position, async () => {
      if (!part.signal.aborted) await once(part.signal, 'abort');
      return false;
    });
  }

  private reactTo(recorded: Recorded): Promise<void> | undefined {
    const lane = this.saga.correlate(recorded);
    const part = lane === undefined ? undefined : this.parts.get(this.share.partOf(lane));
    if (lane === undefined || !part?.wants(recorded.position)) return undefined;
    const reactions = this.saga.react(recorded, undefined);
    if (reactions.every((reaction) => this.reactor.takesNoTurn(reaction, recorded))) {
      for (const reaction of reactions) this.reactor.passOver(reaction);
      return undefined;
    }
    return part.run(recorded.position, async () => {
      const kept: Promise<boolean>[] = [];
      const handled = await this.lanes.run(lane, () => this.carryOut(reactions, recorded, part, kept));
      // the next event of this lane need not wait for timers to be stored, nor for calls to end; the checkpoint does
      const all = await Promise.all(kept);
      this.gate.notify();
      return handled && all.every(Boolean);
    });
  }

  /** @returns false when stopped before everything was done: the checkpoint then stays before this event */
  private async carryOut(
    reactions: readonly Reaction[],
    recorded: Recorded,
    part: SagaPart,
    kept: Promise<boolean>[],
  ): Promise<boolean> {
    const cause = {
      processManager: this.saga.name,
      eventId: recorded.id,
      correlationId: recorded.metadata.correlationId,
      stream: recorded.stream,
      revision: recorded.revision,
      mayBeRepeated: this.mayBeRepeated(recorded.position),
    };
    let stopped = false;
    for (const [index, reaction] of reactions.entries()) {
      const done = this.perform(reaction, cause, index, part, kept);
      if (reaction.do === 'timer') kept.push(done);
      else if (!(await done)) stopped = true;
    }
    return !stopped;
  }

  /** @returns false when stopped before it could be done */
  private async perform(
    reaction: Reaction,
    cause: Cause,
    index: number,
    part: SagaPart,
    kept: Promise<boolean>[],
  ): Promise<boolean> {
    let refused = false;
    let lost = false;
    const act = async () => {
      if (part.isCurrent || (await part.mayAct())) {
        const begun = await this.reactor.perform(reaction, cause, index);
        if (begun) kept.push(begun.kept);
      } else lost = true;
    };
    const done = await persist(act, {
      signal: part.signal,
      log: this.log,
      what: `${this.saga.name}: ${reaction.do}`,
      // the refusal is in the audit stream; the world has moved on since the event
      refused: () => (refused = true),
    });
    return (done && !lost) || refused;
  }

  private mayBeRepeated(position: Position): boolean {
    const { head } = this.share;
    return head !== undefined && comparePositions(position, head) <= 0;
  }

  /** Who ends does not wait for timers that are held back only to spare the store. */
  private async flushingWhile(ending: Promise<unknown>): Promise<void> {
    const flushing = setInterval(() => this.reactor.flush(), FLUSH_EVERY_MS);
    await ending;
    clearInterval(flushing);
  }

  private async keepCheckpoints(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.ahead.pass();
      await pause(CHECKPOINT_EVERY_MS, this.stopping.signal);
      await this.checkpoint(false).catch((error: unknown) => this.notSaved(error));
    }
  }

  private notSaved(error: unknown): void {
    this.log.warn({ saga: this.saga.name, error: String(error) }, 'checkpoint not saved');
  }

  private async checkpoint(even: boolean): Promise<void> {
    const moving = [...this.parts].flatMap(([number, part]): [number, SagaPart, Move][] => {
      const move = part.move(even);
      return move ? [[number, part, move]] : [];
    });
    if (moving.length === 0) return;
    const refused = new Set(await this.checkpoints.save(moving.map(([, , move]) => move)));
    for (const [, part, move] of moving) part.hasMoved(move);
    const lost = moving.flatMap(([number, , { subscriber }]) => (refused.has(subscriber) ? [number] : []));
    if (lost.length === 0) return;
    this.log.warn({ saga: this.saga.name, parts: lost }, 'another process has these parts');
    await this.forget(lost);
  }
}
