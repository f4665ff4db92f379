import {
  type Address,
  address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  getTransactionEncoder,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  getCreateAssociatedTokenIdempotentInstruction,
  getTransferCheckedInstruction,
} from '@solana-program/token';
import type { Outgoing } from '../../ports/transfers.js';
import { tokenAccountOf } from './token-account.js';

const MEMO_PROGRAM = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const USDC_DECIMALS = 6;
/** Bytes a transaction may have: one packet of the network. */
export const TRANSACTION_BYTES = 1_232;
/** So many transfers and a memo fit one transaction when every account is there. */
export const MOST_TRANSFERS = 19;

export interface TransferOrder {
  readonly signer: KeyPairSigner;
  readonly mint: string;
  readonly memo: string;
  readonly lifetime: { readonly blockhash: string; readonly lastValidBlockHeight: bigint };
}

/** A transfer, and whether it opens the recipient's token account first. */
export interface OpeningTransfer extends Outgoing {
  readonly opens: boolean;
}

export interface SignedTransfers {
  readonly transaction: string;
  readonly signature: string;
  readonly count: number;
}

/** Signs as many of the transfers, from the first on, as fit one transaction. */
export async function signTransfers(
  order: TransferOrder,
  transfers: readonly OpeningTransfer[],
): Promise<SignedTransfers> {
  const instructions = await Promise.all(
    transfers.slice(0, MOST_TRANSFERS).map((transfer) => instructionsOf(order, transfer)),
  );
  for (let count = instructions.length; count > 0; count--) {
    const message = messageOf(order, instructions.slice(0, count).flat());
    if (getTransactionEncoder().encode(compileTransaction(message)).length > TRANSACTION_BYTES) continue;
    const signed = await signTransactionMessageWithSigners(message);
    return {
      transaction: getBase64EncodedWireTransaction(signed),
      signature: getSignatureFromTransaction(signed),
      count,
    };
  }
  throw new RangeError('not one transfer fits a transaction');
}

const messageOf = ({ signer, lifetime, memo }: TransferOrder, instructions: readonly Instruction[]) =>
  pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(signer, message),
    (message) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { ...lifetime, blockhash: lifetime.blockhash as Blockhash },
        message,
      ),
    (message) =>
      appendTransactionMessageInstructions(
        [
          ...instructions,
          { programAddress: MEMO_PROGRAM, accounts: [], data: new TextEncoder().encode(memo) },
        ],
        message,
      ),
  );

async function instructionsOf(
  { signer, mint }: TransferOrder,
  { to, amount, opens }: OpeningTransfer,
): Promise<readonly Instruction[]> {
  const token = mint as Address;
  const [source, destination] = await Promise.all([
    tokenAccountOf(signer.address, mint),
    tokenAccountOf(to, mint),
  ]);
  const transfer = getTransferCheckedInstruction({
    source,
    mint: token,
    destination,
    authority: signer,
    amount,
    decimals: USDC_DECIMALS,
  });
  if (!opens) return [transfer];
  const open = { payer: signer, owner: to as Address, mint: token, ata: destination };
  return [getCreateAssociatedTokenIdempotentInstruction(open), transfer];
}
