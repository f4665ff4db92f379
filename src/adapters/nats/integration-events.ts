import { JetStreamApiError, type PubAck, PubHeaders } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection, nanos } from '@nats-io/transport-node';
import { Refusal } from '../../kernel/errors.js';
import type { Position, Recorded } from '../../kernel/event.js';
import { categoryOf, idOfStream } from '../../kernel/ids.js';
import { DisposableStreams } from './streams.js';

const POSITION = 'Quittance-Position';
const NO_MESSAGE_FOUND = 10_037;
const KEPT_MS = 7 * 24 * 3_600_000;
const DEDUPLICATION_MS = 120_000;

/**
 * Recorded events for other processes: stream EVENTS, subject `evt.<category>.<id>.<Type>`, message id = event id.
 * Each message carries its position in the event store, so that the relay resumes from what it finds here.
 */
export class NatsIntegrationEvents {
  private readonly stream: string;
  private readonly root: string;
  private readonly streams: DisposableStreams;
  /** sequence of the last message, as far as this process has seen the stream */
  private last: number | undefined;

  private constructor(connection: NatsConnection, prefix: string) {
    this.stream = prefix ? `${prefix}_EVENTS` : 'EVENTS';
    this.root = prefix ? `${prefix}.evt` : 'evt';
    this.streams = new DisposableStreams(connection, [
      {
        name: this.stream,
        subjects: [`${this.root}.>`],
        max_age: nanos(KEPT_MS),
        duplicate_window: nanos(DEDUPLICATION_MS),
      },
    ]);
  }

  static async open(connection: NatsConnection, { prefix = '' } = {}): Promise<NatsIntegrationEvents> {
    const events = new NatsIntegrationEvents(connection, prefix);
    await events.streams.restore();
    return events;
  }

  /** Position of the last event relayed, or undefined when the stream is empty (new, or wiped). */
  async lastPosition(): Promise<Position | undefined> {
    const last = await this.streams.mending(async () => {
      const { streams } = await this.streams.api();
      return streams.getMessage(this.stream, { last_by_subj: `${this.root}.>` }).catch((error: unknown) => {
        if (error instanceof JetStreamApiError && error.code === NO_MESSAGE_FOUND) return null;
        throw error;
      });
    });
    this.last = last?.seq;
    return (last?.header.get(POSITION) || undefined) as Position | undefined;
  }

  /**
   * In store order, all in flight at once. Each names the one before it, the first by its sequence: neither can a
   * loss in the middle leave a gap, nor can a relay that was paused repeat what another has copied meanwhile. Only the
   * last one is answered: it is taken where all before it were. What follows a loss is refused, and the relay goes on
   * from {@link lastPosition}.
   * @throws Refusal RELAY_INTERRUPTED, retryable
   */
  async publish(events: readonly Recorded[]): Promise<void> {
    const last = events.at(-1);
    if (!last) return;
    try {
      for (const [at, event] of events.slice(0, -1).entries()) this.send(event, events[at - 1]?.id);
      const { seq, duplicate } = await this.publishLast(last, events.at(-2)?.id);
      // stored before, which says nothing of those that were sent with it now
      if (duplicate && events.length > 1) throw new Error('the last event was there already');
      this.last = seq;
    } catch (cause) {
      this.last = undefined;
      throw new Refusal(
        'RELAY_INTERRUPTED',
        `JetStream did not take all of ${events.length} events.`,
        { events: events.length },
        'retryable',
        { cause },
      );
    }
  }

  /** Nobody answers: what becomes of it is known by what becomes of the one after it. */
  private send(recorded: Recorded, previousId: string | undefined): void {
    const about = headersOf(recorded);
    about.set(PubHeaders.MsgIdHdr, recorded.id);
    if (previousId !== undefined) about.set(PubHeaders.ExpectedLastMsgIdHdr, previousId);
    else if (this.last !== undefined) about.set(PubHeaders.ExpectedLastSeqHdr, `${this.last}`);
    this.streams.connection.publish(this.subjectOf(recorded), bodyOf(recorded), { headers: about });
  }

  private publishLast(recorded: Recorded, previousId: string | undefined): Promise<PubAck> {
    return this.streams.publish(this.subjectOf(recorded), bodyOf(recorded), {
      msgID: recorded.id,
      headers: headersOf(recorded),
      ...(previousId !== undefined && { expect: { lastMsgID: previousId } }),
      ...(previousId === undefined && this.last !== undefined && { expect: { lastSequence: this.last } }),
    });
  }

  private subjectOf({ stream, event }: Recorded): string {
    return `${this.root}.${categoryOf(stream)}.${token(idOfStream(stream))}.${event.type}`;
  }
}

function headersOf({ position, metadata: { traceparent } }: Recorded): MsgHdrs {
  const about = headers();
  about.set(POSITION, position);
  if (traceparent) about.set('traceparent', traceparent);
  return about;
}

/** In a piece of a buffer that many share: the client library would make one of its own for each, in five times the time. */
const bodyOf = ({ id, stream, revision, position, event, metadata }: Recorded): Uint8Array =>
  Buffer.from(JSON.stringify({ id, stream, revision, position, event, metadata }));

/** Dots would split a subject, and wildcards are not allowed in one. */
const token = (id: string): string => id.replaceAll(/[.*>\s]/g, '_');
