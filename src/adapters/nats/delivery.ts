import { type Msg, nanos } from '@nats-io/transport-node';

/** One delivery of a message of a pull consumer, and the answers JetStream knows (ADR-15 of NATS). */
export interface Delivery {
  readonly message: Msg;
  /** 1 for the first */
  readonly count: number;
  /** id of the dead letter this becomes: by time and place of its first publication, so that ids sort */
  readonly letter: string;
  /** how much more waited behind it */
  readonly pending: number;
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
const SEQUENCE = 5;
const PUBLISHED_NANOS = 7;
const PENDING = 8;

/** Header of a job that was dead before: the id it keeps. */
export const LETTER = 'Quittance-Letter';

export function deliveryOf(message: Msg): Delivery {
  const tokens = (message.reply ?? '').split('.');
  const token = (at: number) => tokens[tokens.length > SHORT_FORM ? at + 2 : at] ?? '';
  return {
    message,
    count: Number(token(DELIVERED)) || 1,
    letter: message.headers?.get(LETTER) || letterId(token(PUBLISHED_NANOS), token(SEQUENCE)),
    pending: Number(token(PENDING)) || 0,
    done: () => message.respond('+ACK'),
    stillWorking: () => message.respond('+WPI'),
    giveBack: (delayMs) => message.respond(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`),
    discard: () => message.respond('+TERM'),
  };
}

const letterId = (nanos: string, sequence: string): string => `dead_${word(nanos, 13)}${word(sequence, 9)}`;

const word = (digits: string, length: number): string =>
  (/^\d+$/.test(digits) ? BigInt(digits) : 0n).toString(36).padStart(length, '0');
