import { createHash } from 'node:crypto';
import { getBase58Decoder } from '@solana/kit';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface SlotSettings {
  /** ms since the epoch at which slot `FIRST_SLOT` began */
  readonly genesisAt: number;
  readonly slotMs: number;
  /** slots after which a block is final */
  readonly finalitySlots: number;
  /** 32 secret bytes; every blockhash is derived from them and its slot */
  readonly seed: Uint8Array;
}

export const FIRST_SLOT = 1_000;
/** Blocks a transaction may wait for, as on the public clusters. */
export const BLOCKHASH_LIFE = 150;

/**
 * Slots follow the wall clock and blockhashes follow the slots, so neither has to be written down: after a crash
 * a transaction signed before it is still valid, or expired, exactly as it would have been.
 * Every slot has a block here, so slot and block height are the same number.
 */
export class Slots {
  readonly #issued = new Map<string, number>();
  #newest = FIRST_SLOT - 1;
  #floor = FIRST_SLOT;
  #skipped = 0;

  constructor(
    readonly settings: SlotSettings,
    private readonly now: () => number,
  ) {}

  /** Never goes back, even if the system clock does. */
  current(): number {
    const { genesisAt, slotMs } = this.settings;
    const slot = FIRST_SLOT + Math.floor((this.now() - genesisAt) / slotMs) + this.#skipped;
    this.#floor = Math.max(this.#floor, slot);
    return this.#floor;
  }

  at(commitment: Commitment): number {
    const lag = commitment === 'finalized' ? this.settings.finalitySlots : 0;
    return Math.max(FIRST_SLOT, this.current() - lag);
  }

  /** @param slot a slot known to have been reached, e.g. that of a recorded transaction */
  notBefore(slot: number): void {
    this.#floor = Math.max(this.#floor, slot);
  }

  /** Lets `count` slots pass at once. */
  skip(count: number): void {
    this.#skipped += count;
  }

  commitmentOf(slot: number): Commitment {
    return this.current() - slot >= this.settings.finalitySlots ? 'finalized' : 'confirmed';
  }

  blockhash(slot: number): string {
    const digest = createHash('sha256').update(this.settings.seed).update(`slot ${slot}`).digest();
    return getBase58Decoder().decode(digest);
  }

  lastValidHeight(slot: number): number {
    return slot + BLOCKHASH_LIFE;
  }

  isRecent(blockhash: string): boolean {
    const current = this.current();
    for (let slot = Math.max(this.#newest + 1, current - BLOCKHASH_LIFE); slot <= current; slot++)
      this.#issued.set(this.blockhash(slot), slot);
    this.#newest = current;
    for (const [hash, slot] of this.#issued) {
      if (this.lastValidHeight(slot) >= current) break;
      this.#issued.delete(hash);
    }
    return this.#issued.has(blockhash);
  }
}
