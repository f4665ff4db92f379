import { createHash } from 'node:crypto';
import { upcast } from '../events/catalogue.js';
import type { AnyAggregate } from '../kernel/aggregate.js';
import { LIMITS } from '../kernel/limits.js';
import { stateFromText, stateToText } from '../kernel/state-text.js';
import { weightOf } from '../kernel/weight.js';
import type { EventStore } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';

/** -1 for a stream without events */
export interface Folded {
  readonly state: unknown;
  readonly revision: number;
  /** about the bytes of the events it was folded from, see {@link weightOf} */
  readonly weight: number;
}

export interface Read extends Folded {
  /** of the event it was last folded with */
  readonly lastId: string;
}

export interface Snapshots {
  readonly store: SnapshotStore;
  /** names the code that folds: what other code has written is not read */
  readonly shape: string;
}

/**
 * Folds streams. A long one goes on from a snapshot, if there is one of this very history; a short one, which most
 * are, never asks for any. One without end has new ones while it grows, so that no start has much to read. Snapshots
 * are never truth: without them the same state is reached, later.
 */
export class StreamFolder {
  private saving = false;
  /** up to where streams without end were folded or kept */
  private readonly keptUpTo = new Map<string, Pick<Folded, 'revision' | 'weight'>>();

  constructor(
    private readonly store: EventStore,
    private readonly snapshots?: Snapshots,
  ) {}

  /** @param known an earlier state of the same stream */
  async fold(aggregate: AnyAggregate, stream: string, known?: Folded): Promise<Folded> {
    const begin: Read = {
      ...(known ?? { state: aggregate.decider.initial, revision: -1, weight: 0 }),
      lastId: '',
    };
    if (known || !this.snapshots) return this.readOn(aggregate, stream, begin);
    if (aggregate.isEndless) return this.foldEndless(aggregate, stream, begin);
    const first = await this.readOn(aggregate, stream, begin, LIMITS.snapshotEvery);
    if (first.revision + 1 < LIMITS.snapshotEvery) return first;
    const kept = await this.recall(stream, first.revision);
    const folded = await this.readOn(aggregate, stream, kept ?? first);
    if (folded.revision - (kept?.revision ?? -1) > LIMITS.snapshotEvery) this.remember(stream, folded);
    return folded;
  }

  /** Told of what was appended here. */
  grown(aggregate: AnyAggregate, stream: string, now: Read): void {
    if (!aggregate.isEndless || !this.snapshots || this.saving) return;
    const kept = this.keptUpTo.get(stream) ?? NOTHING_KEPT;
    const isMuch = now.weight - kept.weight >= LIMITS.snapshotBytes;
    if (!isMuch && now.revision - kept.revision < LIMITS.snapshotEvery) return;
    this.keptUpTo.set(stream, now);
    this.remember(stream, now);
  }

  private async foldEndless(aggregate: AnyAggregate, stream: string, begin: Read): Promise<Read> {
    const kept = await this.recall(stream, -1);
    const folded = await this.readOn(aggregate, stream, kept ?? begin);
    this.keptUpTo.set(stream, kept ?? NOTHING_KEPT);
    this.grown(aggregate, stream, folded);
    return folded;
  }

  private async readOn(aggregate: AnyAggregate, stream: string, start: Read, limit?: number): Promise<Read> {
    let { state, revision, weight, lastId } = start;
    const options = { from: revision + 1, ...(limit !== undefined && { limit }) };
    for await (const recorded of this.store.read(stream, options)) {
      state = aggregate.decider.evolve(state, upcast(recorded.event));
      revision = recorded.revision;
      weight += weightOf(recorded.event);
      lastId = recorded.id;
    }
    return { state, revision, weight, lastId };
  }

  /** What is kept of this stream, if it saves anything and the stream still has the event it was taken after. */
  private async recall(stream: string, beyond: number): Promise<Read | undefined> {
    const { store, shape } = this.snapshots!;
    try {
      const found = await store.load(stream, shape);
      if (!found || found.revision <= beyond) return undefined;
      const state = stateFromText(withoutDigest(found, stream));
      const weight = found.text.length;
      for await (const { id } of this.store.read(stream, { from: found.revision, limit: 1 }))
        if (id === found.eventId) return { state, revision: found.revision, weight, lastId: id };
    } catch {
      // a cache that is away or holds nonsense is as good as an empty one; the events are read instead
    }
    return undefined;
  }

  /** Nobody waits for it, and one at a time: a process that wakes with many long streams keeps a few of them. */
  private remember(stream: string, { state, revision, lastId }: Read): void {
    const { store, shape } = this.snapshots!;
    if (this.saving) return;
    const text = stateToText(state);
    if (text.length > LIMITS.snapshotChars) return;
    this.saving = true;
    store
      .save(stream, shape, { revision, eventId: lastId, text: withDigest(text, stream, revision) })
      .catch(() => undefined) // the next load tries again
      .finally(() => {
        this.saving = false;
      });
  }
}

const NOTHING_KEPT = { revision: -1, weight: 0 };

const digest = (text: string, stream: string, revision: number): string =>
  createHash('sha256').update(`${stream}@${revision}\n`).update(text).digest('hex');

const withDigest = (text: string, stream: string, revision: number): string =>
  `${digest(text, stream, revision)}\n${text}`;

/** @throws Error when a character of it is not what was written */
function withoutDigest({ text, revision }: Snapshot, stream: string): string {
  const state = text.slice(text.indexOf('\n') + 1);
  if (text !== withDigest(state, stream, revision)) throw new Error('a garbled snapshot');
  return state;
}
