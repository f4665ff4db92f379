import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { idOfStream } from '../kernel/ids.js';
import type { EventStore } from '../ports/event-store.js';
import type { LiveBus } from '../ports/live.js';
import type { ParkedStream, ReadModels } from '../ports/read-models.js';
import type { Projection } from '../projections/projection.js';
import { type Caller, contextOf } from '../requests/caller.js';
import { takeParked } from '../runtime/take-parked.js';
import { type AuditParts, recordAudit, recordRefused } from './audit-trail.js';

export interface ParkedStreamsParts extends AuditParts {
  readonly store: EventStore;
  readonly readModels: Pick<ReadModels, 'parked' | 'standing'>;
  readonly live: Pick<LiveBus, 'publish'>;
}

export interface Retried {
  readonly parked: ParkedStream;
  /** events */
  readonly taken: number;
  readonly position: Position;
}

const ACTION = 'retry-parked-stream';

/** What operators do about streams that read models leave out. Each act is on record before it is done. */
export class ParkedStreams {
  constructor(
    private readonly parts: ParkedStreamsParts,
    private readonly projections: readonly Projection[],
  ) {}

  /** @param model undefined: of all */
  async list(model?: string): Promise<readonly ParkedStream[]> {
    const all = await this.parts.readModels.parked();
    return model === undefined ? all : all.filter((parked) => parked.model === model);
  }

  /** @throws Refusal NOT_FOUND, WRONG_STATE, EVENT_UNREADABLE, STREAM_UNTAKEN, READ_MODEL_OTHER */
  async retry(caller: Caller, model: string, stream: string): Promise<Retried> {
    const { parked, projection } = await this.one(model, stream);
    const context = contextOf(caller, ACTION, idOfStream(stream));
    const { revision } = parked;
    const asked = { type: 'ParkedStreamRetried', v: 1, model, stream, revision } as const;
    const { position } = await recordAudit(this.parts, asked, context);
    try {
      const { readModels, store, live } = this.parts;
      const { taken, news } = await takeParked(parked, projection, readModels, store);
      for (const { topic, message } of news) live.publish(topic, message);
      return { parked, taken, position };
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'terminal') {
        const what = { category: 'read-model', aggregateId: stream, command: ACTION };
        await recordRefused(this.parts, what, error, context);
      }
      throw error;
    }
  }

  private async one(
    model: string,
    stream: string,
  ): Promise<{ readonly parked: ParkedStream; readonly projection: Projection }> {
    const parked = (await this.list(model)).find((each) => each.stream === stream);
    const projection = this.projections.find(({ name }) => name === model);
    if (parked && projection) return { parked, projection };
    throw new Refusal('NOT_FOUND', 'No such stream of such a read model is parked.');
  }
}
