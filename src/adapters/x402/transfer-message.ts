import { randomInt } from 'node:crypto';
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type Instruction,
  partiallySignTransactionMessageWithSigners,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type TransactionSigner,
} from '@solana/kit';
import { getTransferCheckedInstruction } from '@solana-program/token';
import type { Quote } from '../../ports/payments.js';
import { tokenAccountOf } from '../solana/token-account.js';
import { assertAsAsked, type OwnTerms } from './signing.js';

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111' as Address;
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;
const USDC_DECIMALS = 6;

/** What a transaction may use, and what a unit of it is worth in micro-lamports. */
export interface Budget {
  readonly units: number;
  readonly price: number;
}

/** As the x402 client has it. */
export const USUAL_BUDGET: Budget = { units: 20_000, price: 1 };

/**
 * Two payments that say the same, of the same amount to the same recipient, would be one transaction, and land once.
 * Where the memo is not ours to choose, the budget tells them apart: one of 400 million, for 600 lamports at most.
 */
export const anyBudget = (): Budget => ({ units: randomInt(20_000, 60_000), price: randomInt(1, 10_000) });

/**
 * The transfer that x402 `exact` asks for, out of the account of `own.payer`. The order of the instructions is the
 * scheme's.
 * @param authority the owner of that account, or its delegate
 * @returns base64
 */
export async function signOwnTransfer(
  authority: TransactionSigner,
  quote: Quote,
  own: OwnTerms,
  { units, price }: Budget,
): Promise<string> {
  const { asset, payTo, amount, feePayer } = quote;
  const [source, destination] = await Promise.all([
    tokenAccountOf(own.payer, asset),
    tokenAccountOf(payTo, asset),
  ]);
  const transfer = { source, mint: asset as Address, destination, authority, amount };
  const instructions: readonly Instruction[] = [
    { programAddress: COMPUTE_BUDGET, accounts: [], data: withNumber(2, BigInt(units), 4) },
    { programAddress: COMPUTE_BUDGET, accounts: [], data: withNumber(3, BigInt(price), 8) },
    getTransferCheckedInstruction({ ...transfer, decimals: USDC_DECIMALS }),
    { programAddress: MEMO, accounts: [], data: new TextEncoder().encode(own.memo) },
  ];
  const { lastValidBlockHeight } = own;
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayer(feePayer as Address, message),
    (message) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: own.blockhash as Blockhash, lastValidBlockHeight },
        message,
      ),
    (message) => appendTransactionMessageInstructions(instructions, message),
    (message) => partiallySignTransactionMessageWithSigners(message),
  );
  const wire = getBase64EncodedWireTransaction(signed);
  await assertAsAsked(wire, quote, own);
  return wire;
}

/** An instruction of the compute budget: its number, and one operand, little-endian. */
function withNumber(instruction: number, operand: bigint, bytes: number): Uint8Array {
  const data = new Uint8Array(1 + bytes);
  data[0] = instruction;
  for (let at = 0; at < bytes; at++) data[1 + at] = Number((operand >> BigInt(8 * at)) & 0xffn);
  return data;
}
