import { type Address, createSolanaRpc, type Rpc, type Signature, type SolanaRpcApi } from '@solana/kit';
import { type Micros, toMicros, ZERO } from '../../kernel/money.js';
import type { Custody, CustodyMovement, CustodyStatement } from '../../ports/custody.js';
import { askChain } from './ask-chain.js';
import { readTransaction } from './read-transaction.js';
import { tokenAccountOf } from './token-account.js';

export interface SolanaCustodyOptions {
  readonly rpcUrl: string;
  /** address of the USDC mint */
  readonly mint: string;
  /** address that owns the custodial token account */
  readonly escrowOwner: string;
}

/** as many as nodes give at once */
const PAGE = 1_000;
/** transactions asked for at once */
const AT_ONCE = 8;
/** looks at the balance while transactions keep coming */
const LOOKS = 5;
const FINAL = { commitment: 'finalized' } as const;

interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly uiTokenAmount: { readonly amount: string };
}

/** Reads what the custodial token account went through from finalized transactions, oldest first. */
export class SolanaCustody implements Custody {
  readonly #rpc: Rpc<SolanaRpcApi>;

  constructor(
    private readonly options: SolanaCustodyOptions,
    private readonly pageSize = PAGE,
  ) {
    this.#rpc = createSolanaRpc(options.rpcUrl);
  }

  statement(after: string | null, limit: number): Promise<CustodyStatement> {
    return askChain(async () => {
      const { escrowOwner, mint } = this.options;
      const account = await tokenAccountOf(escrowOwner, mint);
      const { newestFirst, newest } = await this.signaturesSince(account, after);
      const wanted = newestFirst.slice(-limit).reverse();
      const read = await this.readAll(account, wanted);
      const upTo = wanted.at(-1) ?? (after as Signature | null);
      const complete = wanted.length === newestFirst.length;
      const balance = complete ? await this.balanceAt(account, newest, read) : (read.at(-1)?.after ?? ZERO);
      const movements = read.flatMap(({ movement }) => (movement.amount === 0n ? [] : movement));
      return { movements, upTo, balance, complete };
    });
  }

  /** @returns those that changed something, newest first, and the newest of all: also failed ones stand in the list */
  private async signaturesSince(
    account: Address,
    after: string | null,
  ): Promise<{ readonly newestFirst: readonly Signature[]; readonly newest: string | null }> {
    const found: Signature[] = [];
    let newest: string | null = after;
    for (let before: Signature | undefined; ; ) {
      const page = await this.#rpc
        .getSignaturesForAddress(account, {
          ...FINAL,
          limit: this.pageSize,
          ...(before && { before }),
          ...(after !== null && { until: after as Signature }),
        })
        .send();
      if (!before && page[0]) newest = page[0].signature;
      for (const { signature, err } of page) if (err === null) found.push(signature);
      before = page.at(-1)?.signature;
      if (page.length < this.pageSize || !before) return { newestFirst: found, newest };
    }
  }

  private async readAll(account: Address, signatures: readonly Signature[]) {
    const read: Awaited<ReturnType<SolanaCustody['read']>>[] = [];
    for (let from = 0; from < signatures.length; from += AT_ONCE) {
      const some = signatures.slice(from, from + AT_ONCE);
      read.push(...(await Promise.all(some.map((signature) => this.read(account, signature)))));
    }
    return read;
  }

  private async read(
    account: Address,
    signature: Signature,
  ): Promise<{ readonly movement: CustodyMovement; readonly after: Micros }> {
    const options = { ...FINAL, encoding: 'base64', maxSupportedTransactionVersion: 0 } as const;
    const found = await this.#rpc.getTransaction(signature, options).send();
    if (!found?.meta) throw new Error(`the node lists ${signature} and does not show it`);
    const { memos, keys } = readTransaction(found.transaction[0]);
    const loaded = 'loadedAddresses' in found.meta ? found.meta.loadedAddresses : undefined;
    const accounts: readonly string[] = [...keys, ...(loaded?.writable ?? []), ...(loaded?.readonly ?? [])];
    const held = (balances: readonly TokenBalance[] = []): bigint => {
      const ours = balances.find(({ accountIndex, mint }) => {
        return accounts[Number(accountIndex)] === account && mint === this.options.mint;
      });
      return BigInt(ours?.uiTokenAmount.amount ?? 0);
    };
    const after = toMicros(held(found.meta.postTokenBalances));
    const amount = after - held(found.meta.preTokenBalances);
    return { movement: { signature, slot: found.slot, amount, memos }, after };
  }

  /**
   * The balance the account is asked for belongs to `newest` only if nothing was finalized meanwhile. Where something
   * always is, what the last transaction itself says it left is taken.
   */
  private async balanceAt(
    account: Address,
    newest: string | null,
    read: readonly { readonly after: Micros }[],
  ): Promise<Micros> {
    for (let look = 0; look < LOOKS; look++) {
      const { value } = await this.#rpc.getAccountInfo(account, { ...FINAL, encoding: 'base64' }).send();
      const [last] = await this.#rpc.getSignaturesForAddress(account, { ...FINAL, limit: 1 }).send();
      if ((last?.signature ?? null) !== newest) continue;
      return value ? toMicros(Buffer.from(value.data[0], 'base64').readBigUInt64LE(AMOUNT_OFFSET)) : ZERO;
    }
    return read.at(-1)?.after ?? ZERO;
  }
}

/** Of an SPL token account: mint 32, owner 32, amount 8, … */
const AMOUNT_OFFSET = 64;
