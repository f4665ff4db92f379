import {
  address,
  appendTransactionMessageInstruction,
  createSolanaRpc,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import type { AnchorSender, PreparedMemo } from '../../ports/anchor.js';
import type { TransferSender } from '../../ports/transfers.js';
import { askChain } from './ask-chain.js';

const MEMO_PROGRAM = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

export interface MemoAnchorOptions {
  readonly rpcUrl: string;
  /** CAIP-2 */
  readonly network: string;
  /** pays the fee, 5,000 lamports a memo */
  readonly signer: KeyPairSigner;
  /** sends it, and tells what became of it */
  readonly sender: Pick<TransferSender, 'broadcast' | 'fate'>;
}

/** A memo in a transaction of its own. */
export class MemoAnchor implements AnchorSender {
  readonly broadcast: AnchorSender['broadcast'];
  readonly fate: AnchorSender['fate'];

  constructor(private readonly options: MemoAnchorOptions) {
    const { sender } = options;
    this.broadcast = (memo) => sender.broadcast(memo);
    this.fate = (memo) => sender.fate(memo);
  }

  get network(): string {
    return this.options.network;
  }

  prepareMemo(memo: string): Promise<PreparedMemo> {
    return askChain(async () => {
      const { rpcUrl, signer } = this.options;
      const rpc = createSolanaRpc(rpcUrl);
      const { context, value: lifetime } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
      const said = { programAddress: MEMO_PROGRAM, accounts: [], data: new TextEncoder().encode(memo) };
      const signed = await pipe(
        createTransactionMessage({ version: 0 }),
        (message) => setTransactionMessageFeePayerSigner(signer, message),
        (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
        (message) => appendTransactionMessageInstruction(said, message),
        (message) => signTransactionMessageWithSigners(message),
      );
      return {
        transaction: getBase64EncodedWireTransaction(signed),
        signature: getSignatureFromTransaction(signed),
        lastValidBlockHeight: lifetime.lastValidBlockHeight,
        slot: context.slot,
      };
    });
  }
}
