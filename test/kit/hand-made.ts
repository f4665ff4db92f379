import {
  type Address,
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type Instruction,
  type KeyPairSigner,
  partiallySignTransactionMessageWithSigners,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { getTransferCheckedInstruction } from '@solana-program/token';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111' as Address;
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;

export function computeLimit(units: number): Instruction {
  const data = Buffer.from([2, 0, 0, 0, 0]);
  data.writeUInt32LE(units, 1);
  return { programAddress: COMPUTE_BUDGET, accounts: [], data };
}

export function computePrice(microLamports: bigint): Instruction {
  const data = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0]);
  data.writeBigUInt64LE(microLamports, 1);
  return { programAddress: COMPUTE_BUDGET, accounts: [], data };
}

export const memo = (text: string): Instruction => ({
  programAddress: MEMO,
  accounts: [],
  data: new TextEncoder().encode(text),
});

export async function transfer(
  mint: string,
  from: KeyPairSigner,
  to: string,
  amount: bigint,
): Promise<Instruction> {
  return getTransferCheckedInstruction({
    source: await tokenAccountOf(from.address, mint),
    mint: mint as Address,
    destination: await tokenAccountOf(to, mint),
    authority: from,
    amount,
    decimals: 6,
  });
}

/** A transaction as a hostile client would build it: signed by whoever is in it, not by the fee payer. */
export async function handMade(
  rpcUrl: string,
  feePayer: string,
  instructions: readonly Instruction[],
): Promise<string> {
  const { value: latest } = await createSolanaRpc(rpcUrl)
    .getLatestBlockhash({ commitment: 'confirmed' })
    .send();
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayer(feePayer as Address, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
    (message) => partiallySignTransactionMessageWithSigners(message),
  );
  return getBase64EncodedWireTransaction(signed);
}
