import { createHash } from 'node:crypto';
import {
  type Address,
  getBase58Decoder,
  getCompiledTransactionMessageDecoder,
  getCompiledTransactionMessageEncoder,
  getTransactionDecoder,
  type Transaction,
} from '@solana/kit';
import { invalidParams } from './rpc-error.js';
import { isMemoProgram, PACKET_BYTES } from './well-known.js';

export interface DecodedInstruction {
  readonly programIndex: number;
  readonly program: Address;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

export interface DecodedTransaction {
  readonly transaction: Transaction;
  readonly wire: Uint8Array;
  readonly version: 'legacy' | 0;
  /** the fee payer's signature, which names the transaction */
  readonly signature: string;
  readonly signatures: readonly string[];
  /** SHA-256 of the message: equal messages run once, whoever signed them in whatever order */
  readonly messageHash: string;
  readonly blockhash: string;
  readonly keys: readonly Address[];
  readonly header: {
    readonly numSignerAccounts: number;
    readonly numReadonlySignerAccounts: number;
    readonly numReadonlyNonSignerAccounts: number;
  };
  readonly instructions: readonly DecodedInstruction[];
  /** as getSignaturesForAddress shows it: `[bytes] text`, several joined by `; ` */
  readonly memo: string | null;
}

const base58 = getBase58Decoder();
const NONE = new Uint8Array(0);

/** @throws RpcError for bytes that no node would take */
export function decodeTransaction(wire: Uint8Array): DecodedTransaction {
  if (wire.length > PACKET_BYTES)
    throw invalidParams(`transaction too large: ${wire.length} bytes (max: ${PACKET_BYTES} bytes)`);
  try {
    return decode(wire);
  } catch (error) {
    throw invalidParams(`not a transaction: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decode(wire: Uint8Array): DecodedTransaction {
  const transaction = getTransactionDecoder().decode(wire);
  const messageBytes = new Uint8Array(transaction.messageBytes);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version === 1) throw new Error('version 1 is not supported');
  if ('addressTableLookups' in message && (message.addressTableLookups?.length ?? 0) > 0)
    throw new Error('address lookup tables are not supported by the embedded chain');
  // The decoder stops where the message ends; a node refuses what stands behind it.
  if (!Buffer.from(getCompiledTransactionMessageEncoder().encode(message)).equals(messageBytes))
    throw new Error('trailing bytes');
  const keys = message.staticAccounts;
  const instructions = message.instructions.map((instruction) => ({
    programIndex: instruction.programAddressIndex,
    program: keys[instruction.programAddressIndex]!,
    accounts: instruction.accountIndices ?? [],
    data: new Uint8Array(instruction.data ?? NONE),
  }));
  const signatures = Object.values(transaction.signatures).map((s) => base58.decode(s ?? new Uint8Array(64)));
  return {
    transaction,
    wire,
    version: message.version,
    signature: signatures[0]!,
    signatures,
    messageHash: createHash('sha256').update(messageBytes).digest('base64'),
    blockhash: message.lifetimeToken,
    keys,
    header: message.header,
    instructions,
    memo: memoOf(instructions),
  };
}

function memoOf(instructions: readonly DecodedInstruction[]): string | null {
  const memos = instructions
    .filter((instruction) => isMemoProgram(instruction.program))
    .map(({ data }) => `[${data.length}] ${new TextDecoder().decode(data)}`);
  return memos.length > 0 ? memos.join('; ') : null;
}

export function isWritable(decoded: DecodedTransaction, index: number): boolean {
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = decoded.header;
  if (index < numSignerAccounts) return index < numSignerAccounts - numReadonlySignerAccounts;
  return index < decoded.keys.length - numReadonlyNonSignerAccounts;
}
