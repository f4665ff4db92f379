import {
  createInbox,
  type Msg,
  type NatsConnection,
  nanos,
  type Subscription,
} from '@nats-io/transport-node';
import { type Delivery, deliveryOf } from './delivery.js';

/** How a pull ended: with how many messages, and whether its consumer was not there at all. */
export interface PullEnd {
  readonly messages: number;
  readonly missing: boolean;
}

const NOW_TIMEOUT_MS = 2_000;
/** An idle worker asks again this often; a server that forgot the request (a restart) is noticed no later. */
const WAIT_MS = 3_000;

const HEARTBEAT = 100;
const CONFLICT = 409;
const NO_RESPONDERS = 503;

/**
 * Pulls from one consumer exactly as many messages as are asked for. The library's own `consume` keeps a buffer filled,
 * which would take work from idle workers and blur the order of priorities.
 */
export class JobPuller {
  private readonly now: PullLane;
  private readonly later: PullLane;
  private waiting: Promise<PullEnd> | undefined;

  constructor(
    connection: NatsConnection,
    stream: string,
    consumer: string,
    onDelivery: (one: Delivery) => void,
  ) {
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.now = new PullLane(connection, subject, onDelivery);
    this.later = new PullLane(connection, subject, onDelivery);
  }

  /** What is there at this moment, up to `batch`. */
  pullNow(batch: number): Promise<PullEnd> {
    return this.now.pull({ batch, no_wait: true }, NOW_TIMEOUT_MS);
  }

  /** Resolves when one message has come, or after a while. Asking again meanwhile waits for the same message. */
  waitForOne(): Promise<PullEnd> {
    this.waiting ??= this.later
      .pull({ batch: 1, expires: nanos(WAIT_MS) }, WAIT_MS + NOW_TIMEOUT_MS)
      .finally(() => {
        this.waiting = undefined;
      });
    return this.waiting;
  }

  /** Ends what is asked for: the server that was asked may be gone, and its successor knows of nothing. */
  giveUp(): void {
    this.now.giveUp();
    this.later.giveUp();
  }

  close(): void {
    this.now.close();
    this.later.close();
  }
}

interface Pull {
  readonly inbox: string;
  readonly batch: number;
  received: number;
  end(missing: boolean): void;
}

/**
 * One pull at a time over one subscription. A message carries the subject it was published to, not our inbox, so the
 * subscription is all that tells to which pull it belongs.
 */
class PullLane {
  private readonly inbox = createInbox();
  private readonly subscription: Subscription;
  private current: Pull | undefined;
  private count = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly subject: string,
    private readonly onDelivery: (one: Delivery) => void,
  ) {
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.receive(message);
      },
    });
  }

  pull(how: { batch: number; no_wait?: true; expires?: number }, timeoutMs: number): Promise<PullEnd> {
    return new Promise((resolve) => {
      const pull: Pull = {
        inbox: `${this.inbox}.${this.count++}`,
        batch: how.batch,
        received: 0,
        end: (missing) => {
          clearTimeout(timer);
          if (this.current === pull) this.current = undefined;
          resolve({ messages: pull.received, missing });
        },
      };
      const timer = setTimeout(() => pull.end(false), timeoutMs);
      this.current = pull;
      if (this.connection.isClosed()) pull.end(false);
      else this.connection.publish(this.subject, JSON.stringify(how), { reply: pull.inbox });
    });
  }

  giveUp(): void {
    this.current?.end(false);
  }

  close(): void {
    this.subscription.unsubscribe();
    this.giveUp();
  }

  /** A late message of a pull that was given up is handed on all the same; a late status is not ours any more. */
  private receive(message: Msg): void {
    const status = message.subject.startsWith(this.inbox) ? (message.headers?.code ?? 0) : 0;
    if (status === HEARTBEAT) return;
    if (status) {
      if (message.subject === this.current?.inbox) this.current.end(isGone(status, message));
      return;
    }
    this.onDelivery(deliveryOf(message));
    if (this.current && ++this.current.received === this.current.batch) this.current.end(false);
  }
}

const isGone = (status: number, message: Msg): boolean =>
  status === NO_RESPONDERS || (status === CONFLICT && /deleted/i.test(message.headers?.description ?? ''));
