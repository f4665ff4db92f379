import { Journal } from '../solana/journal.js';

/** What was promised for one payment before its transaction was sent. */
export interface Settlement {
  /** SHA-256 of the payment's message, which its payer signed */
  readonly message: string;
  /** digest of bytes and requirements together: the same payment for something else is not a repeat */
  readonly fingerprint: string;
  readonly signature: string;
  /** base64, signed by everybody: what is sent, and sent again */
  readonly wire: string;
  readonly payer: string;
}

/** Settlements by message, durable before the transaction leaves: a lost answer or a crash forgets none. */
export class SettlementBook {
  readonly #known = new Map<string, Settlement>();
  readonly #journal: Journal;

  constructor(path: string) {
    this.#journal = new Journal(path);
    this.#journal.replay(0, (line) => this.#remember(line as Settlement));
  }

  find(message: string): Settlement | undefined {
    return this.#known.get(message);
  }

  async record(settlement: Settlement): Promise<void> {
    this.#journal.append(settlement);
    await this.#journal.durable();
    this.#remember(settlement);
  }

  close(): void {
    this.#journal.close();
  }

  #remember(settlement: Settlement): void {
    this.#known.set(settlement.message, settlement);
  }
}
