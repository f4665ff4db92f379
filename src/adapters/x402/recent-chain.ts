import type { Rpc, SolanaRpcApi } from '@solana/kit';
import { tokenAccountOf } from '../solana/token-account.js';

/** What a payment is signed with, and where the search for it begins. */
export interface Anchor {
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  /** newest signature of our token account: whatever is signed from now on is newer */
  readonly watermark: string | null;
}

/** ms; a blockhash is good for a minute, and an older watermark only makes a search longer */
const FRESH_MS = 1_000;

/** A blockhash and a watermark, shared by payments that are signed within a second of each other. */
export class RecentChain {
  readonly #known = new Map<string, { readonly anchor: Promise<Anchor>; readonly until: number }>();

  constructor(
    private readonly rpc: Rpc<SolanaRpcApi>,
    private readonly owner: string,
    private readonly now: () => number = Date.now,
  ) {}

  anchorFor(asset: string): Promise<Anchor> {
    const known = this.#known.get(asset);
    if (known && this.now() < known.until) return known.anchor;
    const anchor = this.#ask(asset);
    this.#known.set(asset, { anchor, until: this.now() + FRESH_MS });
    anchor.catch(() => this.#known.delete(asset));
    return anchor;
  }

  async #ask(asset: string): Promise<Anchor> {
    const account = await tokenAccountOf(this.owner, asset);
    const [newest, { value: latest }] = await Promise.all([
      this.rpc.getSignaturesForAddress(account, { limit: 1, commitment: 'confirmed' }).send(),
      this.rpc.getLatestBlockhash({ commitment: 'confirmed' }).send(),
    ]);
    const { blockhash, lastValidBlockHeight } = latest;
    return { blockhash, lastValidBlockHeight, watermark: newest[0]?.signature ?? null };
  }
}
