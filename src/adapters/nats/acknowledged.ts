import { type ApiError, JetStreamApiError, type PubAck, PubHeaders } from '@nats-io/jetstream';
import {
  createInbox,
  errors,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';

export interface PublishOptions {
  readonly msgID?: string;
  readonly headers?: MsgHdrs;
  readonly expect?:
    | { readonly lastMsgID: string }
    | { readonly lastSequence: number }
    | { readonly lastSubjectSequence: number };
}

interface Waiter {
  readonly subject: string;
  readonly until: number;
  readonly resolve: (ack: PubAck) => void;
  readonly reject: (error: Error) => void;
}

/** The client library's own patience. */
const ANSWER_MS = 5_000;
const LOOK_EVERY_MS = 500;

const publishers = new WeakMap<NatsConnection, Acknowledged>();

/**
 * Publishes to JetStream and waits for the acknowledgement. The client library makes a timer, several promises and an
 * error with its trace for every request; here one inbox and one clock serve all that are under way.
 */
export class Acknowledged {
  private readonly inbox = `${createInbox()}.`;
  private readonly waiting = new Map<string, Waiter>();
  private asked = 0;
  private clock: NodeJS.Timeout | undefined;

  private constructor(private readonly connection: NatsConnection) {
    connection.subscribe(`${this.inbox}*`, { callback: (_error, message) => this.hear(message) });
    void connection.closed().then(() => this.end(() => new errors.ClosedConnectionError()));
  }

  /** One a connection. */
  static on(connection: NatsConnection): Acknowledged {
    const known = publishers.get(connection);
    if (known) return known;
    const fresh = new Acknowledged(connection);
    publishers.set(connection, fresh);
    return fresh;
  }

  /** @throws JetStreamApiError what JetStream says; NoRespondersError where no stream takes it; TimeoutError */
  publish(subject: string, data: Uint8Array | string, options: PublishOptions): Promise<PubAck> {
    return new Promise((resolve, reject) => {
      const token = (this.asked++).toString(36);
      this.connection.publish(subject, data, { reply: this.inbox + token, headers: headersOf(options) });
      this.waiting.set(token, { subject, until: Date.now() + ANSWER_MS, resolve, reject });
      this.clock ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    });
  }

  private hear(message: Msg): void {
    const token = message.subject.slice(this.inbox.length);
    const waiter = this.waiting.get(token);
    if (!waiter) return;
    this.waiting.delete(token);
    if (message.data.length === 0 && message.headers?.code === 503) {
      waiter.reject(new errors.NoRespondersError(waiter.subject));
      return;
    }
    const { error, ...ack } = message.json<PubAck & { readonly error?: ApiError }>();
    if (error) waiter.reject(new JetStreamApiError(error));
    else waiter.resolve({ ...ack, duplicate: ack.duplicate ?? false });
  }

  private look(): void {
    const now = Date.now();
    this.end(
      () => new errors.TimeoutError(),
      ({ until }) => until <= now,
    );
  }

  private end(because: () => Error, whom: (waiter: Waiter) => boolean = () => true): void {
    for (const [token, waiter] of this.waiting)
      if (whom(waiter)) {
        this.waiting.delete(token);
        waiter.reject(because());
      }
    if (this.waiting.size > 0) return;
    clearInterval(this.clock);
    this.clock = undefined;
  }
}

function headersOf({ msgID, headers: given, expect }: PublishOptions): MsgHdrs {
  const all = given ?? headers();
  if (msgID !== undefined) all.set(PubHeaders.MsgIdHdr, msgID);
  if (expect && 'lastMsgID' in expect) all.set(PubHeaders.ExpectedLastMsgIdHdr, expect.lastMsgID);
  if (expect && 'lastSequence' in expect) all.set(PubHeaders.ExpectedLastSeqHdr, `${expect.lastSequence}`);
  if (expect && 'lastSubjectSequence' in expect)
    all.set(PubHeaders.ExpectedLastSubjectSequenceHdr, `${expect.lastSubjectSequence}`);
  return all;
}
