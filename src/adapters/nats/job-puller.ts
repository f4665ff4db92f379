import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { type Delivery, deliveryOf } from './delivery.js';

/** How a pull ended: with how many messages, and whether its consumer was not there at all. */
export interface PullEnd {
  readonly messages: number;
  readonly missing: boolean;
}

/** What is pulled from: the messages of one subject. */
export interface PullSource {
  readonly consumer: string;
  readonly subject: string;
}

interface Pull {
  readonly inbox: string;
  readonly subject: string;
  readonly batch: number;
  received: number;
  end(missing: boolean): void;
}

const TIMEOUT_MS = 2_000;
const HEARTBEAT = 100;
const CONFLICT = 409;
const NO_RESPONDERS = 503;

/**
 * Pulls what is there at this moment from any consumer of a stream, exactly as many messages as are asked for. The
 * library's own `consume` keeps a buffer filled, which would take work from idle workers and blur whose turn it is.
 *
 * All pulls share one subscription. A message carries the subject it was published to, not our inbox: one pull a
 * subject at a time, so that the subject tells to which it belongs.
 */
export class JobPuller {
  private readonly inbox = createInbox();
  private readonly subscription: Subscription;
  private readonly bySubject = new Map<string, Pull>();
  private readonly byInbox = new Map<string, Pull>();
  private count = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly stream: string,
    private readonly onDelivery: (one: Delivery) => void,
  ) {
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.receive(message);
      },
    });
  }

  isPulling(subject: string): boolean {
    return this.bySubject.has(subject);
  }

  /** @param onEnd called in the order in which the server spoke, so that later news is not taken for older */
  pull({ consumer, subject }: PullSource, batch: number, onEnd: (end: PullEnd) => void): void {
    const inbox = `${this.inbox}.${this.count++}`;
    const pull: Pull = {
      inbox,
      subject,
      batch,
      received: 0,
      end: (missing) => {
        clearTimeout(timer);
        this.byInbox.delete(inbox);
        this.bySubject.delete(subject);
        onEnd({ messages: pull.received, missing });
      },
    };
    const timer = setTimeout(() => pull.end(false), TIMEOUT_MS);
    this.byInbox.set(inbox, pull);
    this.bySubject.set(subject, pull);
    if (this.connection.isClosed()) {
      pull.end(false);
      return;
    }
    const asked = JSON.stringify({ batch, no_wait: true });
    this.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${this.stream}.${consumer}`, asked, { reply: inbox });
  }

  /** Ends what is asked for: the server that was asked may be gone, and its successor knows of nothing. */
  giveUp(): void {
    for (const pull of [...this.byInbox.values()]) pull.end(false);
  }

  close(): void {
    this.subscription.unsubscribe();
    this.giveUp();
  }

  /** A late message of a pull that was given up is handed on all the same; a late status is not ours any more. */
  private receive(message: Msg): void {
    const isStatus = message.subject.startsWith(this.inbox);
    const status = isStatus ? (message.headers?.code ?? 0) : 0;
    if (status === HEARTBEAT) return;
    if (isStatus) {
      this.byInbox.get(message.subject)?.end(isGone(status, message));
      return;
    }
    const pull = this.bySubject.get(message.subject);
    if (pull) pull.received++;
    this.onDelivery(deliveryOf(message));
    if (pull?.received === pull?.batch) pull?.end(false);
  }
}

const isGone = (status: number, message: Msg): boolean =>
  status === NO_RESPONDERS || (status === CONFLICT && /deleted/i.test(message.headers?.description ?? ''));
