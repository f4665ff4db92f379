import { type Msg, nanos } from '@nats-io/transport-node';

/** One delivery of a message of a pull consumer, and the answers JetStream knows (ADR-15 of NATS). */
export interface Delivery {
  readonly message: Msg;
  /** 1 for the first */
  readonly count: number;
  done(): void;
  /** puts off the redelivery by another ack wait */
  stillWorking(): void;
  giveBack(delayMs: number): void;
  /** never to be delivered again */
  discard(): void;
}

/** `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<seq>.…`: the short form has nine tokens. */
const SHORT_FORM = 9;
const DELIVERED = 4;

export function deliveryOf(message: Msg): Delivery {
  const tokens = (message.reply ?? '').split('.');
  return {
    message,
    count: Number(tokens[tokens.length > SHORT_FORM ? DELIVERED + 2 : DELIVERED]) || 1,
    done: () => message.respond('+ACK'),
    stillWorking: () => message.respond('+WPI'),
    giveBack: (delayMs) => message.respond(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`),
    discard: () => message.respond('+TERM'),
  };
}
