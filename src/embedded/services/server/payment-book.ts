import type { PaymentRequirements, SettleResponse } from '@x402/core/types';
import { type Entry, Journal } from '../../solana/journal.js';
import type { Answer } from './answer.js';

/** One line of the book. Each is on the disk before what it allows happens. */
type Line =
  /** this payment belongs to this request; from here on the money may move */
  | {
      readonly t: 'claimed';
      readonly key: string;
      readonly message: string;
      /** its payer's own name for the payment */
      readonly identifier?: string;
      readonly for: PaymentRequirements;
    }
  | { readonly t: 'settled'; readonly key: string; readonly receipt: SettleResponse }
  | { readonly t: 'answered'; readonly key: string; readonly answer: Answer };

export interface Claim {
  readonly key: string;
  readonly message: string;
  /** what was asked for then: asked again, a facilitator knows it as the same settlement */
  readonly for: PaymentRequirements;
  /** the payment reached the facilitator before, perhaps in a process that is gone */
  readonly triedBefore: boolean;
  readonly receipt?: SettleResponse;
  readonly answer?: Entry;
}

/**
 * Every payment that came, by request and by what its payer signed. It outlives the process: the same paid bytes are
 * answered after a crash as before, and the same money buys nothing else.
 */
export class PaymentBook {
  readonly #claims = new Map<string, Claim>();
  readonly #keyOfMessage = new Map<string, string>();
  readonly #keyOfIdentifier = new Map<string, string>();
  readonly #journal: Journal;

  constructor(path: string) {
    this.#journal = new Journal(path);
    this.#journal.replay(0, (line, entry) => this.#remember(line as Line, entry, true));
  }

  claimOf(key: string): Claim | undefined {
    return this.#claims.get(key);
  }

  /** The request that this money was given for. */
  keyOfMessage(message: string): string | undefined {
    return this.#keyOfMessage.get(message);
  }

  /** The request that its payer gave this name. */
  keyOfIdentifier(identifier: string): string | undefined {
    return this.#keyOfIdentifier.get(identifier);
  }

  answerOf({ answer }: Claim): Answer | undefined {
    if (answer === undefined) return undefined;
    const line = this.#journal.read(answer) as Line & { t: 'answered' };
    return line.answer;
  }

  claim(
    key: string,
    { message, identifier }: { readonly message: string; readonly identifier?: string },
    requirements: PaymentRequirements,
  ): Promise<void> {
    const named = identifier === undefined ? {} : { identifier };
    return this.#write({ t: 'claimed', key, message, ...named, for: requirements });
  }

  settled(key: string, receipt: SettleResponse): Promise<void> {
    return this.#write({ t: 'settled', key, receipt });
  }

  answered(key: string, answer: Answer): Promise<void> {
    return this.#write({ t: 'answered', key, answer });
  }

  /** The facilitator has seen the payment now: a second attempt is a repetition. */
  tried(key: string): void {
    const claim = this.#claims.get(key);
    if (claim !== undefined) this.#claims.set(key, { ...claim, triedBefore: true });
  }

  close(): void {
    this.#journal.close();
  }

  /** Known at once, so that nobody claims the same money meanwhile; true once it is on the disk. */
  #write(line: Line): Promise<void> {
    this.#remember(line, this.#journal.append(line), false);
    return this.#journal.durable();
  }

  #remember(line: Line, entry: Entry, past: boolean): void {
    if (line.t === 'claimed') {
      const { key, message } = line;
      this.#claims.set(key, { key, message, for: line.for, triedBefore: past });
      this.#keyOfMessage.set(message, key);
      if (line.identifier !== undefined) this.#keyOfIdentifier.set(line.identifier, key);
      return;
    }
    const claim = this.#claims.get(line.key);
    if (claim === undefined) return;
    const more = line.t === 'settled' ? { receipt: line.receipt } : { answer: entry };
    this.#claims.set(line.key, { ...claim, ...more });
  }
}
