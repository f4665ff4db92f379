import { getBase58Decoder } from '@solana/kit';
import { mintOf, tokenAmount } from './accounts.js';
import {
  type DecodedInstruction,
  type DecodedTransaction,
  decodeTransaction,
  isWritable,
} from './decoded-transaction.js';
import type { Ledger } from './ledger.js';
import type { IndexEntry, TransactionRecord } from './transaction-record.js';
import { isMemoProgram, TOKEN_PROGRAM } from './well-known.js';

export type TransactionEncoding = 'json' | 'jsonParsed' | 'base58' | 'base64';

const TRANSFER_CHECKED = 12;

/** A recorded transaction as getTransaction answers it. */
export function transactionView(ledger: Ledger, entry: IndexEntry, encoding: TransactionEncoding): unknown {
  const record = ledger.record(entry);
  const decoded = decodeTransaction(Buffer.from(record.wire, 'base64'));
  return {
    slot: record.slot,
    blockTime: record.time,
    version: decoded.version,
    transaction: transactionBody(ledger, decoded, encoding),
    meta: meta(record),
  };
}

function meta(record: TransactionRecord): unknown {
  return {
    err: record.err,
    status: record.err ? { Err: record.err } : { Ok: null },
    fee: record.fee,
    preBalances: record.preBalances.map(Number),
    postBalances: record.postBalances.map(Number),
    preTokenBalances: record.preTokens,
    postTokenBalances: record.postTokens,
    innerInstructions: record.inner,
    logMessages: record.logs,
    loadedAddresses: { readonly: [], writable: [] },
    computeUnitsConsumed: record.unitsConsumed,
    rewards: [],
  };
}

function transactionBody(
  ledger: Ledger,
  decoded: DecodedTransaction,
  encoding: TransactionEncoding,
): unknown {
  if (encoding === 'base64') return [Buffer.from(decoded.wire).toString('base64'), 'base64'];
  if (encoding === 'base58') return [getBase58Decoder().decode(decoded.wire), 'base58'];
  const { header, keys } = decoded;
  const parsed = encoding === 'jsonParsed';
  const message = {
    accountKeys: parsed ? keys.map((_, i) => parsedKey(decoded, i)) : keys,
    ...(parsed
      ? {}
      : {
          header: {
            numRequiredSignatures: header.numSignerAccounts,
            numReadonlySignedAccounts: header.numReadonlySignerAccounts,
            numReadonlyUnsignedAccounts: header.numReadonlyNonSignerAccounts,
          },
        }),
    instructions: decoded.instructions.map((instruction) =>
      parsed ? parsedInstruction(ledger, decoded, instruction) : plainInstruction(instruction),
    ),
    recentBlockhash: decoded.blockhash,
    addressTableLookups: [],
  };
  return { signatures: decoded.signatures, message };
}

const parsedKey = (decoded: DecodedTransaction, index: number): unknown => ({
  pubkey: decoded.keys[index],
  signer: index < decoded.header.numSignerAccounts,
  writable: isWritable(decoded, index),
  source: 'transaction',
});

const plainInstruction = ({ programIndex, accounts, data }: DecodedInstruction): unknown => ({
  programIdIndex: programIndex,
  accounts,
  data: getBase58Decoder().decode(data),
  stackHeight: 1,
});

function parsedInstruction(
  ledger: Ledger,
  { keys }: DecodedTransaction,
  instruction: DecodedInstruction,
): unknown {
  const { program, data } = instruction;
  const accounts = instruction.accounts.map((index) => keys[index]!);
  if (isMemoProgram(program))
    return {
      program: 'spl-memo',
      programId: program,
      stackHeight: 1,
      parsed: new TextDecoder().decode(data),
    };
  if (program !== TOKEN_PROGRAM || data[0] !== TRANSFER_CHECKED || data.length < 10)
    return { programId: program, accounts, data: getBase58Decoder().decode(data), stackHeight: 1 };
  const [source, mint, destination, authority] = accounts;
  const amount = Buffer.from(data).readBigUInt64LE(1);
  const decimals = mintOf(ledger.svm, mint!)?.decimals ?? 0;
  const info = { source, mint, destination, authority, tokenAmount: tokenAmount(amount, decimals) };
  const parsed = { type: 'transferChecked', info };
  return { program: 'spl-token', programId: program, stackHeight: 1, parsed };
}
