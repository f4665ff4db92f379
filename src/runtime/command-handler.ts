import { LRUCache } from 'lru-cache';
import type { AuditEvent } from '../events/audit.js';
import type { Aggregate, AnyAggregate } from '../kernel/aggregate.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { type DomainEvent, eventId, type Position } from '../kernel/event.js';
import { streamOf } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import { isoTime } from '../kernel/time.js';
import { weightOf } from '../kernel/weight.js';
import type { Clock } from '../ports/clock.js';
import type { Appended, EventStore } from '../ports/event-store.js';
import { decide, hold, toAppend, tooManyConflicts } from './decision.js';
import type { CommandContext, Converse, Dispatch, Dispatched, Memory, Said } from './dispatch.js';
import { Lanes } from './lanes.js';
import { type Folded, type Snapshots, StreamFolder } from './stream-folder.js';

const LEAST_WEIGHT = Math.ceil(LIMITS.cachedAggregateBytes / LIMITS.cachedAggregates);

/**
 * Load, decide, append. Commands of one stream take turns in this process, so that conflicts only come from other
 * processes; those are met by the expected revision. A refusal or an empty decision that rests on a cached state
 * is checked against the store before it is believed.
 */
export class CommandHandler implements Dispatch, Converse, Memory {
  private readonly cache = new LRUCache<string, Folded>({
    maxSize: LIMITS.cachedAggregateBytes,
    // none counts for so little that there were too many of them: `max` would make room for all as it is made.
    // The largest are kept too: to fold one of them for every command would cost more than its room
    sizeCalculation: ({ weight }) =>
      Math.min(Math.max(weight, LEAST_WEIGHT), LIMITS.cachedAggregateBytes / 16),
  });
  private readonly turns = new Lanes();
  private readonly folder: StreamFolder;

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    snapshots?: Snapshots,
  ) {
    this.folder = new StreamFolder(store, snapshots);
  }

  async send<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    command: C,
    context: CommandContext,
  ): Promise<Dispatched<S, E>> {
    try {
      return await this.turns.run(streamOf(aggregate.category, id), () =>
        this.handle(aggregate, id, command, context),
      );
    } catch (error) {
      if (isRefusal(error) && error.kind === 'terminal')
        await this.recordRejection(aggregate, id, command, context, error);
      throw error;
    }
  }

  async load<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    atLeast?: number,
  ): Promise<{ readonly state: S; readonly revision: number }> {
    const stream = streamOf(aggregate.category, id);
    const known = this.cache.get(stream);
    const enough = atLeast !== undefined && known !== undefined && known.revision >= atLeast;
    const { state, revision } = enough ? known : await this.refresh(aggregate, stream);
    return { state: state as S, revision };
  }

  known<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
  ): { readonly state: S; readonly revision: number } | undefined {
    return this.cache.get(streamOf(aggregate.category, id)) as
      | { readonly state: S; readonly revision: number }
      | undefined;
  }

  async converse<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    next: (state: S) => Promise<Said<C> | undefined>,
    isNew = false,
  ): Promise<Dispatched<S, E>> {
    const stream = streamOf(aggregate.category, id);
    let last: Said<C> | undefined;
    const remembering = async (state: S) => {
      last = await next(state);
      return last;
    };
    try {
      return await this.turns.run(stream, () => this.talk(aggregate, stream, remembering, isNew));
    } catch (error) {
      if (last && isRefusal(error) && error.kind === 'terminal')
        await this.recordRejection(aggregate, id, last.command, last.context, error);
      throw error;
    }
  }

  private async talk<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    stream: string,
    next: (state: S) => Promise<Said<C> | undefined>,
    isNew: boolean,
  ): Promise<Dispatched<S, E>> {
    const begun = isNew ? { state: aggregate.decider.initial, revision: -1, weight: 0 } : undefined;
    let folded = this.cache.get(stream) ?? begun ?? (await this.refresh(aggregate, stream));
    let fresh = false;
    for (let conflicts = 0; ; ) {
      const talk = await hold(aggregate, folded.state as S, next, this.clock);
      const { state, events, toStore, refusal } = talk;
      if (toStore.length === 0) {
        const { revision } = folded;
        if (!fresh) {
          folded = await this.refresh(aggregate, stream);
          fresh = true;
          if (folded.revision !== revision) continue; // what was known was old: ask again
        }
        if (refusal) throw refusal;
        return { events, state, revision, position: undefined };
      }
      try {
        const expected = folded.revision < 0 ? 'none' : folded.revision;
        const appended = await this.store.append(stream, toStore, expected);
        if (appended.repeated) return await this.asStored(aggregate, stream, appended.position);
        const lastId = toStore.at(-1)!.id;
        this.keep(aggregate, stream, folded, { state, events, lastId }, appended);
        if (refusal) throw refusal;
        return { events, state, revision: appended.revision, position: appended.position };
      } catch (error) {
        if (error === refusal) throw error;
        this.cache.delete(stream);
        if (!isRefusal(error, 'CONFLICT')) throw error;
        if (++conflicts > LIMITS.appendRetries) throw tooManyConflicts(conflicts);
        const { revision } = folded;
        folded = await this.refresh(aggregate, stream);
        const [first] = toStore;
        if (folded.revision === revision && (await this.wasCarriedOut(stream, first!.metadata.commandId)))
          return { events: [], state: folded.state as S, revision, position: undefined };
      }
    }
  }

  private async handle<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    id: string,
    command: C,
    context: CommandContext,
  ): Promise<Dispatched<S, E>> {
    const stream = streamOf(aggregate.category, id);
    const known = this.cache.get(stream);
    const answered = context.answers?.stream === stream ? context.answers.revision : Number.POSITIVE_INFINITY;
    let fresh = known === undefined;
    let folded = known ?? (await this.refresh(aggregate, stream));
    for (let conflicts = 0; ; ) {
      const decision = decide(aggregate, command, folded.state as S);
      const isBelieved = fresh || (!(decision instanceof Refusal) && folded.revision >= answered);
      if (!isBelieved && (decision instanceof Refusal || decision.length === 0)) {
        folded = await this.refresh(aggregate, stream);
        fresh = true;
        continue;
      }
      if (decision instanceof Refusal) throw decision;
      if (decision.length === 0)
        return { events: [], state: folded.state as S, revision: folded.revision, position: undefined };
      try {
        const toStore = toAppend(decision, context, this.clock.now());
        const appended = await this.store.append(
          stream,
          toStore,
          folded.revision < 0 ? 'none' : folded.revision,
        );
        if (appended.repeated) return await this.asStored(aggregate, stream, appended.position);
        const state = decision.reduce((at, event) => aggregate.decider.evolve(at, event), folded.state as S);
        const lastId = toStore.at(-1)!.id;
        this.keep(aggregate, stream, folded, { state, events: decision, lastId }, appended);
        return { events: decision, state, revision: appended.revision, position: appended.position };
      } catch (error) {
        this.cache.delete(stream);
        if (!isRefusal(error, 'CONFLICT')) throw error;
        if (++conflicts > LIMITS.appendRetries) throw tooManyConflicts(conflicts);
        const { revision } = folded;
        folded = await this.refresh(aggregate, stream);
        fresh = true;
        // nobody else wrote: the store refuses because this command wrote before, and the world has moved on since
        if (folded.revision === revision && (await this.wasCarriedOut(stream, context.commandId)))
          return { events: [], state: folded.state as S, revision, position: undefined };
      }
    }
  }

  /** Somebody sent the same command before, with other content perhaps: what counts is what stands. */
  private async asStored<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    stream: string,
    position: Position,
  ): Promise<Dispatched<S, E>> {
    this.cache.delete(stream);
    const { state, revision } = await this.refresh(aggregate, stream);
    return { events: [], state: state as S, revision, position };
  }

  private async wasCarriedOut(stream: string, commandId: string): Promise<boolean> {
    const first = eventId(commandId, 0);
    for await (const recorded of this.store.read(stream, { backwards: true }))
      if (recorded.id === first) return true;
    return false;
  }

  /** A store that counted the bytes of the events spares looking through them. */
  private keep(
    aggregate: AnyAggregate,
    stream: string,
    { weight: before }: Folded,
    now: { readonly state: unknown; readonly events: readonly DomainEvent[]; readonly lastId: string },
    { revision, bytes }: Appended,
  ): void {
    const { state, events, lastId } = now;
    const weight = before + (bytes ?? events.reduce((sum, event) => sum + weightOf(event), 0));
    this.cache.set(stream, { state, revision, weight });
    this.folder.grown(aggregate, stream, { state, revision, weight, lastId });
  }

  /** Folds what the cache does not know yet. */
  private async refresh<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    stream: string,
  ): Promise<Folded> {
    const folded = await this.folder.fold(aggregate, stream, this.cache.get(stream));
    if (folded.revision >= 0) this.cache.set(stream, folded);
    return folded;
  }

  /** Nothing a person or program tried goes unrecorded; a refused command changes no aggregate. */
  private async recordRejection<S, C extends { readonly type: string }, E extends DomainEvent>(
    aggregate: Aggregate<S, C, E>,
    aggregateId: string,
    command: C,
    context: CommandContext,
    refusal: Refusal,
  ): Promise<void> {
    const now = this.clock.now();
    const day = isoTime(now).slice(0, 10);
    const rejected: AuditEvent = {
      type: 'CommandRejected',
      v: 1,
      category: aggregate.category,
      aggregateId: aggregateId.slice(0, 100) || '-',
      command: command.type,
      code: refusal.code,
      message: refusal.message.slice(0, 500),
    };
    // an id of its own, by day: the same command may have been accepted before, or refused on another day
    const own = { ...context, causationId: context.causationId ?? context.commandId };
    const commandId = `${context.commandId}/rejected/${day}/${refusal.code}`;
    const [event] = toAppend([rejected], { ...own, commandId }, now);
    const { metadata } = event!;
    await this.store.append(
      streamOf('audit', day),
      [{ ...event!, metadata: { ...metadata, commandId: context.commandId } }],
      'any',
    );
  }
}
