import {
  type Address,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
} from '@solana/kit';

export interface TransferChecked {
  readonly source: Address;
  readonly mint: Address;
  readonly destination: Address;
  readonly authority: Address;
  readonly amount: bigint;
}

export interface ReadTransaction {
  readonly blockhash: string;
  readonly keys: readonly Address[];
  readonly signers: readonly Address[];
  readonly memos: readonly string[];
  /** TransferChecked instructions of the SPL token program at the top level */
  readonly transfers: readonly TransferChecked[];
  /** accounts that stand in any instruction, but for the programs */
  readonly touched: ReadonlySet<string>;
}

const MEMO_PROGRAMS: ReadonlySet<string> = new Set([
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
]);
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const TRANSFER_CHECKED = 12;

/**
 * Reads a transaction from its bytes, trusting nobody's parsing of it.
 * @param wire base64
 */
export function readTransaction(wire: string): ReadTransaction {
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version === 1) throw new RangeError('transactions of version 1 are not read');
  const keys = message.staticAccounts;
  const memos: string[] = [];
  const transfers: TransferChecked[] = [];
  const touched = new Set<string>();
  for (const { programAddressIndex, accountIndices = [], data } of message.instructions) {
    const program = keys[programAddressIndex]!;
    for (const index of accountIndices) if (keys[index]) touched.add(keys[index]);
    const bytes = Buffer.from(data ?? []);
    if (MEMO_PROGRAMS.has(program)) memos.push(bytes.toString());
    if (program !== TOKEN_PROGRAM || bytes[0] !== TRANSFER_CHECKED || bytes.length < 10) continue;
    const [source, mint, destination, authority] = accountIndices.map((index) => keys[index]);
    // Accounts from a lookup table are not in `keys`: such a transfer is none that we made or asked for.
    if (source && mint && destination && authority)
      transfers.push({ source, mint, destination, authority, amount: bytes.readBigUInt64LE(1) });
  }
  const signers = keys.slice(0, message.header.numSignerAccounts);
  return { blockhash: message.lifetimeToken, keys, signers, memos, transfers, touched };
}
