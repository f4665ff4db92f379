import { filterTest } from '../../src/adapters/event-filter.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { isRefusal, Refusal } from '../../src/kernel/errors.js';
import type { DomainEvent, NewEvent, Position, Recorded } from '../../src/kernel/event.js';
import type {
  Appended,
  Batch,
  EventFilter,
  EventStore,
  ExpectedRevision,
  ReadOptions,
  Subscription,
} from '../../src/ports/event-store.js';
import type { Network } from './network.js';

const conflict = (stream: string): Refusal =>
  new Refusal('CONFLICT', `${stream} was written by somebody else.`, {}, 'retryable');

const NOTHING_YET = '0000000000000000' as Position;

/** The truth, and who listens to it. Survives every crash; only the way to it is unsafe. */
export class EventLog implements EventStore {
  readonly log: Recorded[] = [];
  private readonly memory = new MemoryEventStore();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly network: Network,
    /** told of every event at the moment it becomes durable */
    private readonly observe: (recorded: Recorded) => void,
    /** told of what a process was promised */
    private readonly acknowledged: (stream: string, ids: readonly string[]) => void,
  ) {}

  async append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    const { random, stormy, faults } = this.network;
    const appended = await this.network.call('append', async () => {
      if (stormy && expected !== 'any' && faults.met(random.chance(0.01), 'store conflict without cause'))
        throw conflict(stream);
      return this.store(stream, events, expected).catch((error: unknown) => {
        faults.met(isRefusal(error, 'CONFLICT'), 'store conflict');
        throw error;
      });
    });
    this.acknowledged(
      stream,
      events.map(({ id }) => id),
    );
    return appended;
  }

  protected async store(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    const before = this.log.length;
    const appended = await this.memory.append(stream, events, expected);
    const after = this.log.at(-1)?.position;
    for await (const recorded of this.memory.readAll(after === undefined ? {} : { after })) {
      this.log.push(recorded);
      this.observe(recorded);
    }
    if (this.log.length > before) for (const ring of this.listeners) ring();
    return appended;
  }

  async *read(stream: string, options?: ReadOptions): AsyncIterable<Recorded> {
    yield* await this.network.call('read', async () => {
      const found: Recorded[] = [];
      for await (const recorded of this.memory.read(stream, options)) found.push(recorded);
      return found;
    });
  }

  async *readAll(): AsyncIterable<Recorded> {
    yield* this.log;
  }

  subscribe(options: { readonly after?: Position; readonly filter?: EventFilter } = {}): Subscription {
    const wanted = filterTest(options.filter);
    const { scheduler } = this.network;
    const owner = scheduler.current;
    let after = options.after ?? NOTHING_YET;
    let stopped = false;
    let wake: (() => void) | undefined;
    const ring = () => {
      const resume = wake;
      wake = undefined;
      if (resume) scheduler.after(this.network.delay(), owner, 'events', resume);
    };
    this.listeners.add(ring);
    const next = (): Batch | undefined => {
      const from = Number(after);
      if (from >= this.log.length) return undefined;
      // a store hands over as much as it likes at once
      const until = Math.min(this.log.length, from + this.network.random.between(1, 40));
      const events = this.log.slice(from, until).filter(({ event, stream }) => wanted(event.type, stream));
      after = this.log[until - 1]!.position;
      return { events, position: after, caughtUp: until === this.log.length };
    };
    return {
      stop: async () => {
        stopped = true;
        this.listeners.delete(ring);
        wake?.();
      },
      async *[Symbol.asyncIterator]() {
        while (!stopped) {
          const batch = next();
          if (batch) yield batch;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      },
    };
  }

  async head(): Promise<Position> {
    return this.log.at(-1)?.position ?? NOTHING_YET;
  }

  async close(): Promise<void> {}
}
