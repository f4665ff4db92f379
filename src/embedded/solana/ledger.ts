import { type Address, type EncodedAccount, getBase58Decoder, lamports } from '@solana/kit';
import { Clock, FailedTransactionMetadata, LiteSVM, type TransactionMetadata } from 'litesvm';
import {
  mintOf,
  restoreAccount,
  type StoredAccount,
  storedAccount,
  tokenAccount,
  tokenAmount,
} from './accounts.js';
import { type DecodedTransaction, decodeTransaction, isWritable } from './decoded-transaction.js';
import { feeOf } from './fees.js';
import type { Journal } from './journal.js';
import { RpcError } from './rpc-error.js';
import type { Slots } from './slots.js';
import { type TransactionError, transactionError } from './transaction-error.js';
import { TransactionIndex } from './transaction-index.js';
import type { IndexEntry, InnerInstructions, TokenBalance, TransactionRecord } from './transaction-record.js';
import { TOKEN_PROGRAM } from './well-known.js';

type JournalLine =
  | { readonly accounts: readonly StoredAccount[] }
  | { readonly transaction: TransactionRecord };

export interface Simulation {
  readonly err: TransactionError | null;
  readonly logs: readonly string[];
  readonly unitsConsumed: number;
  readonly inner: readonly InnerInstructions[];
  readonly postAccounts: ReadonlyMap<Address, EncodedAccount>;
}

/**
 * The Solana VM with a memory: what it executes goes to the journal together with every account it changed, so that
 * opening the journal again restores the state without executing anything twice.
 * Effects are visible here at once; whoever answers for them waits for `journal.durable()` first.
 */
export class Ledger {
  readonly svm = new LiteSVM().withTransactionHistory(0n).withBlockhashCheck(false).withSigverify(true);
  readonly index = new TransactionIndex();
  readonly #touched = new Set<Address>();

  constructor(
    readonly journal: Journal,
    readonly slots: Slots,
    private readonly now: () => number,
  ) {}

  /** Takes up a line of the journal at start. */
  restore(line: unknown, offset: number, length: number): void {
    const read = line as JournalLine;
    if ('accounts' in read) {
      this.restoreAccounts(read.accounts);
      return;
    }
    const { transaction } = read;
    this.restoreAccounts(transaction.accounts);
    const decoded = decodeTransaction(Buffer.from(transaction.wire, 'base64'));
    this.addToIndex(indexEntry(decoded, transaction, offset, length));
  }

  restoreAccounts(accounts: readonly StoredAccount[]): void {
    for (const account of accounts) {
      this.#touched.add(account.address);
      restoreAccount(this.svm, account);
    }
  }

  addToIndex(entry: IndexEntry): void {
    this.index.add(entry);
    this.slots.notBefore(entry.slot);
  }

  /** Every account that ever changed, for the snapshot. */
  accounts(): StoredAccount[] {
    return [...this.#touched].map((address) => storedAccount(this.svm, address));
  }

  /** Puts accounts in place without a transaction, as a genesis block does. */
  plant(accounts: readonly StoredAccount[]): void {
    this.restoreAccounts(accounts);
    this.journal.append({ accounts } satisfies JournalLine);
  }

  simulate(decoded: DecodedTransaction, options: { verify: boolean; anyBlockhash: boolean }): Simulation {
    if (!options.anyBlockhash && !this.slots.isRecent(decoded.blockhash)) return refused('BlockhashNotFound');
    if (this.index.byMessage(decoded.messageHash)) return refused('AlreadyProcessed');
    this.#setClock();
    this.svm.withSigverify(options.verify);
    try {
      const result = this.svm.simulateTransaction(decoded.transaction);
      const failed = result instanceof FailedTransactionMetadata;
      return {
        err: failed ? transactionError(result) : null,
        ...outcome(result.meta()),
        postAccounts: new Map(
          failed ? [] : result.postAccounts().map((account) => [account.address, account]),
        ),
      };
    } finally {
      this.svm.withSigverify(true);
    }
  }

  /**
   * Runs a transaction. As on a real cluster, one with a message that ran before or with a blockhash that is not
   * recent is dropped without a word.
   * @throws RpcError -32003 when a signature is wrong
   */
  execute(decoded: DecodedTransaction): IndexEntry | undefined {
    if (this.index.byMessage(decoded.messageHash)) return undefined;
    const slot = this.slots.current();
    if (!this.slots.isRecent(decoded.blockhash)) return undefined;
    this.#setClock();
    const before = this.#balances(decoded);
    const result = this.svm.sendTransaction(decoded.transaction);
    const failed = result instanceof FailedTransactionMetadata;
    const err = failed ? transactionError(result) : null;
    if (err === 'SignatureFailure') throw new RpcError(-32003, 'Transaction signature verification failure');
    const after = this.#balances(decoded);
    const fee = failed ? Number(before.lamports[0]! - after.lamports[0]!) : feeOf(decoded);
    // A failure that cost no fee was refused before it entered a block.
    if (failed && fee === 0) return undefined;
    const accounts = decoded.keys.filter((_, i) => isWritable(decoded, i)).map((key) => this.#stored(key));
    const record: TransactionRecord = {
      slot,
      time: Math.floor(this.now() / 1000),
      wire: Buffer.from(decoded.wire).toString('base64'),
      err,
      fee,
      ...outcome(failed ? result.meta() : result),
      preBalances: before.lamports.map(String),
      postBalances: after.lamports.map(String),
      preTokens: before.tokens,
      postTokens: after.tokens,
      accounts,
    };
    const { offset, length } = this.journal.append({ transaction: record } satisfies JournalLine);
    const entry = indexEntry(decoded, record, offset, length);
    this.addToIndex(entry);
    return entry;
  }

  record(entry: IndexEntry): TransactionRecord {
    return (this.journal.read(entry) as { transaction: TransactionRecord }).transaction;
  }

  #stored(address: Address): StoredAccount {
    this.#touched.add(address);
    return storedAccount(this.svm, address);
  }

  #setClock(): void {
    const seconds = BigInt(Math.floor(this.now() / 1000));
    this.svm.setClock(new Clock(BigInt(this.slots.current()), 0n, 0n, 0n, seconds));
  }

  #balances({ keys }: DecodedTransaction): { lamports: bigint[]; tokens: TokenBalance[] } {
    const tokens = keys.flatMap((key, accountIndex) => {
      const token = tokenAccount(this.svm, key);
      if (!token) return [];
      const decimals = mintOf(this.svm, token.mint)?.decimals ?? 0;
      const { mint, owner, amount } = token;
      return [
        { accountIndex, mint, owner, programId: TOKEN_PROGRAM, uiTokenAmount: tokenAmount(amount, decimals) },
      ];
    });
    return { lamports: keys.map((key) => this.svm.getBalance(key) ?? lamports(0n)), tokens };
  }
}

const refused = (err: TransactionError): Simulation => ({
  err,
  logs: [],
  unitsConsumed: 0,
  inner: [],
  postAccounts: new Map(),
});

function outcome(meta: TransactionMetadata): Pick<TransactionRecord, 'logs' | 'unitsConsumed' | 'inner'> {
  const base58 = getBase58Decoder();
  const inner = meta.innerInstructions().map((list, index) => ({
    index,
    instructions: list.map((item) => ({
      programIdIndex: item.instruction().programIdIndex(),
      accounts: [...item.instruction().accounts()],
      data: base58.decode(item.instruction().data()),
      stackHeight: item.stackHeight(),
    })),
  }));
  return {
    logs: meta.logs(),
    unitsConsumed: Number(meta.computeUnitsConsumed()),
    inner: inner.filter(({ instructions }) => instructions.length > 0),
  };
}

function indexEntry(
  decoded: DecodedTransaction,
  record: TransactionRecord,
  offset: number,
  length: number,
): IndexEntry {
  const { signature, messageHash, memo, keys } = decoded;
  const { slot, time, err } = record;
  return { signature, messageHash, slot, time, err, memo, keys, offset, length };
}
