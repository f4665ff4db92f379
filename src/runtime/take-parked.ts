import { isReadable } from '../events/catalogue.js';
import { Refusal } from '../kernel/errors.js';
import { comparePositions, type Position, type Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { EventStore } from '../ports/event-store.js';
import type { Announcement } from '../ports/live.js';
import type { ParkedStream, ReadModels } from '../ports/read-models.js';
import type { Transaction } from '../ports/sql.js';
import { Memory } from '../projections/memory.js';
import { ownStream, type Projection } from '../projections/projection.js';
import { current } from './current-event.js';
import { reasonOf, take, Untaken, untaken } from './untaken.js';

export interface TakenAgain {
  readonly taken: number;
  readonly news: readonly Announcement[];
}

/**
 * Takes what a read model left out of a stream, up to where it stands, and lets it go on with the others: one transaction
 * that holds the model where it is, so any process may do it, whoever keeps the model.
 * @throws Refusal WRONG_STATE, EVENT_UNREADABLE, or STREAM_UNTAKEN, of which the attempt is counted
 */
export async function takeParked(
  parked: ParkedStream,
  projection: Projection,
  readModels: Pick<ReadModels, 'standing'>,
  store: Pick<EventStore, 'read' | 'readAll'>,
): Promise<TakenAgain> {
  const leftOut = new LeftOut(parked, projection, store);
  // what is long is read while the model goes on
  await leftOut.read();
  try {
    return await readModels.standing(projection, async (sql, parking, at) => {
      requireSame(parked, await parking.all());
      await leftOut.read();
      const events = leftOut.upTo(at);
      const news = await project(projection, events, sql);
      await parking.release(parked.stream);
      return { taken: events.length, news };
    });
  } catch (thrown) {
    const error = untaken(thrown);
    if (!(error instanceof Untaken)) throw error;
    throw await stillUntaken(parked, projection, readModels, error);
  }
}

/** The events of a parked stream that its model handles, from the one on that it did not take. */
class LeftOut {
  private readonly events: Recorded[] = [];
  private revision: number;
  private after: Position | undefined;

  constructor(
    private readonly parked: ParkedStream,
    private readonly projection: Projection,
    private readonly store: Pick<EventStore, 'read' | 'readAll'>,
  ) {
    this.revision = parked.revision;
    this.after = parked.after;
  }

  /** On from what was read already. */
  async read(): Promise<void> {
    for await (const recorded of this.stored()) {
      this.after = recorded.position;
      this.revision = recorded.revision + 1;
      if (this.isLeftOut(recorded)) this.events.push(recorded);
    }
  }

  /** @throws Refusal EVENT_UNREADABLE */
  upTo(at: Position | undefined): readonly Recorded[] {
    const events = this.events.filter(
      ({ position }) => at !== undefined && comparePositions(position, at) <= 0,
    );
    return events.map((recorded) => {
      requireReadable(recorded);
      return current(recorded);
    });
  }

  /** Whose one is that cannot be read, nobody knows. */
  private isLeftOut(recorded: Recorded): boolean {
    const { handles, parkedWith } = this.projection;
    if (!handles.includes(recorded.event.type)) return false;
    if (comparePositions(recorded.position, this.parked.position) < 0) return false;
    return !isReadable(recorded.event) || parkedWith?.(current(recorded)) === this.parked.stream;
  }

  /** What is parked by other than its own stream has to be looked for among all. */
  private stored(): AsyncIterable<Recorded> {
    const { handles, parkedWith } = this.projection;
    if (parkedWith === ownStream) return this.store.read(this.parked.stream, { from: this.revision });
    const after = this.after !== undefined && { after: this.after };
    return this.store.readAll({ ...after, filter: { types: handles } });
  }
}

async function project(
  projection: Projection,
  events: readonly Recorded[],
  sql: Transaction,
): Promise<readonly Announcement[]> {
  const memory = new Memory();
  const news: Announcement[] = [];
  for (let at = 0; at < events.length; at += LIMITS.subscriptionBatch)
    news.push(...(await take(projection, events.slice(at, at + LIMITS.subscriptionBatch), sql, memory)));
  return news;
}

function requireSame({ model, stream, position }: ParkedStream, all: readonly ParkedStream[]): void {
  if (all.some((other) => other.stream === stream && other.position === position)) return;
  throw new Refusal('WRONG_STATE', 'Somebody else was faster: it is no longer parked there.', {
    model,
    stream,
  });
}

function requireReadable({ stream, revision, event }: Recorded): void {
  if (isReadable(event)) return;
  const { type, v } = event;
  throw new Refusal(
    'EVENT_UNREADABLE',
    `Event ${revision} of ${stream} was written by a newer program: this one cannot read ${type} version ${v}.`,
    { stream, revision, type, version: v },
  );
}

async function stillUntaken(
  parked: ParkedStream,
  projection: Projection,
  readModels: Pick<ReadModels, 'standing'>,
  error: Untaken,
): Promise<Refusal> {
  const { model, stream, revision } = parked;
  const reason = reasonOf(error);
  const attempts = await readModels.standing(projection, async (_sql, parking) => {
    const known = (await parking.all()).find((other) => other.stream === stream);
    if (!known) return parked.attempts + 1;
    await parking.park([{ ...known, ...reason, attempts: known.attempts + 1 }]);
    return known.attempts + 1;
  });
  return new Refusal(
    'STREAM_UNTAKEN',
    `The read model ${model} still does not take ${stream} from revision ${revision} on: ${reason.code}.`,
    { model, stream, revision, reason: reason.code, detail: reason.detail, attempts },
  );
}
