import { type Address, createSolanaRpc, type Rpc, type Signature, type SolanaRpcApi } from '@solana/kit';
import { type Micros, toMicros, ZERO } from '../../kernel/money.js';
import type { Chain, DepositLookup, DepositTransfer, MemoSearch } from '../../ports/chain.js';
import { askChain } from './ask-chain.js';
import { readTransaction } from './read-transaction.js';
import { tokenAccountOf } from './token-account.js';
import { isWellFormedSignature } from './well-formed.js';

export interface SolanaChainOptions {
  readonly rpcUrl: string;
  /** CAIP-2 */
  readonly network: string;
  /** address of the USDC mint */
  readonly mint: string;
  /** address that owns the escrow's token account */
  readonly escrowOwner: string;
}

interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner?: string;
  readonly uiTokenAmount: { readonly amount: string };
}

/** Reads deposits from what the chain has made final, never from what a client says. */
export class SolanaChain implements Chain, MemoSearch {
  readonly network: string;
  readonly mint: string;
  readonly #rpc: Rpc<SolanaRpcApi>;

  constructor(private readonly options: SolanaChainOptions) {
    this.network = options.network;
    this.mint = options.mint;
    this.#rpc = createSolanaRpc(options.rpcUrl);
  }

  async escrowAddress(): Promise<{ readonly owner: string; readonly tokenAccount: Address }> {
    const { escrowOwner: owner, mint } = this.options;
    return { owner, tokenAccount: await tokenAccountOf(owner, mint) };
  }

  async lookupDeposit(signature: string): Promise<DepositLookup> {
    if (!isWellFormedSignature(signature)) return { status: 'unknown' };
    return askChain(async () => {
      const { value } = await this.#rpc
        .getSignatureStatuses([signature], { searchTransactionHistory: true })
        .send();
      const status = value[0];
      if (!status) return { status: 'unknown' };
      if (status.confirmationStatus !== 'finalized') return { status: 'pending' };
      if (status.err !== null) return { status: 'failed', reason: errorText(status.err) };
      return this.#finalized(signature);
    });
  }

  async withMemo(memo: string, since: string): Promise<readonly string[]> {
    const { tokenAccount } = await this.escrowAddress();
    const until = since as Signature;
    const found: string[] = [];
    let before: Signature | undefined;
    for (;;) {
      const page = await askChain(() =>
        this.#rpc
          .getSignaturesForAddress(tokenAccount, {
            commitment: 'finalized',
            limit: SEARCH_PAGE,
            until,
            ...(before && { before }),
          })
          .send(),
      );
      for (const { signature, err, memo: said } of page)
        if (err === null && said?.includes(memo)) found.push(signature);
      before = page.at(-1)?.signature;
      if (page.length < SEARCH_PAGE || !before) return found;
    }
  }

  async escrowBalance(): Promise<Micros> {
    const { tokenAccount } = await this.escrowAddress();
    const { value } = await askChain(() =>
      this.#rpc.getAccountInfo(tokenAccount, { commitment: 'confirmed', encoding: 'base64' }).send(),
    );
    if (!value) return ZERO;
    return toMicros(Buffer.from(value.data[0], 'base64').readBigUInt64LE(AMOUNT_OFFSET));
  }

  async ready(): Promise<boolean> {
    return this.#rpc
      .getHealth()
      .send()
      .then(
        (health) => health === 'ok',
        () => false,
      );
  }

  async #finalized(signature: Signature): Promise<DepositLookup> {
    const found = await this.#rpc
      .getTransaction(signature, {
        commitment: 'finalized',
        encoding: 'base64',
        maxSupportedTransactionVersion: 0,
      })
      .send();
    // Statuses and transactions may come from different nodes: the other will have it in a moment.
    if (!found?.meta) return { status: 'pending' };
    const { signers, memos, keys } = readTransaction(found.transaction[0]);
    // Balances count lookup-table accounts after the static ones, writable first.
    const loaded = 'loadedAddresses' in found.meta ? found.meta.loadedAddresses : undefined;
    const accounts: readonly string[] = [...keys, ...(loaded?.writable ?? []), ...(loaded?.readonly ?? [])];
    const { preTokenBalances = [], postTokenBalances = [] } = found.meta;
    const { owner, tokenAccount } = await this.escrowAddress();
    const held = (balances: readonly TokenBalance[]): bigint => {
      const ours = balances.find(
        (balance) =>
          accounts[Number(balance.accountIndex)] === tokenAccount &&
          balance.mint === this.mint &&
          balance.owner === owner,
      );
      return BigInt(ours?.uiTokenAmount.amount ?? 0);
    };
    const gained = held(postTokenBalances) - held(preTokenBalances);
    if (gained <= 0n) return { status: 'finalized', transfer: undefined };
    const transfer: DepositTransfer = {
      signature,
      slot: found.slot,
      amount: toMicros(gained),
      mint: this.mint,
      signers,
      memos,
    };
    return { status: 'finalized', transfer };
  }
}

/** as many as nodes give at once */
const SEARCH_PAGE = 1_000;
/** Of an SPL token account: mint 32, owner 32, amount 8, … */
const AMOUNT_OFFSET = 64;

const errorText = (error: unknown): string =>
  JSON.stringify(error, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
