import {
  type Address,
  address,
  appendTransactionMessageInstructions,
  createSignableMessage,
  createSolanaRpc,
  createTransactionMessage,
  getBase58Decoder,
  getBase64EncodedWireTransaction,
  getBase64Encoder,
  getSignatureFromTransaction,
  getTransactionDecoder,
  type Instruction,
  isSolanaError,
  type KeyPairSigner,
  partiallySignTransaction,
  pipe,
  type Rpc,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  type SolanaRpcApi,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  getApproveCheckedInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getTransferCheckedInstruction,
} from '@solana-program/token';
import { Refusal } from '../../kernel/errors.js';
import type { Micros } from '../../kernel/money.js';
import { askChain } from './ask-chain.js';
import { keyFromFile } from './key-file.js';
import { tokenAccountOf } from './token-account.js';

const MEMO_PROGRAM = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const USDC_DECIMALS = 6;

export interface DepositOrder {
  readonly rpcUrl: string;
  readonly mint: string;
  /** who owns the escrow's token account */
  readonly escrowOwner: string;
  readonly amount: Micros;
  /** by which the deposit is recognised as its user's */
  readonly memo: string;
}

export interface DelegateOrder {
  readonly rpcUrl: string;
  readonly mint: string;
  /** address of the key that may spend */
  readonly delegate: string;
  readonly amount: Micros;
}

/** A client's own key pair in a file, for the CLI and the demo. It never leaves this process. */
export class Wallet {
  private constructor(private readonly signer: KeyPairSigner) {}

  /** Opens the wallet in `path`, making it (mode 0600) when there is none. */
  static async open(path: string): Promise<Wallet> {
    return new Wallet(await keyFromFile(path));
  }

  get address(): string {
    return this.signer.address;
  }

  /** Proves ownership of the address. @returns ed25519 signature of the text, base58 */
  async sign(message: string): Promise<string> {
    const [signatures] = await this.signer.signMessages([createSignableMessage(message)]);
    return getBase58Decoder().decode(signatures![this.signer.address]!);
  }

  /**
   * Adds this wallet's signature to a transaction, whatever it says: who calls this has looked at it.
   * @param wire base64
   */
  async signTransaction(wire: string): Promise<string> {
    const transaction = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
    const signed = await partiallySignTransaction([this.signer.keyPair], transaction);
    return getBase64EncodedWireTransaction(signed);
  }

  /**
   * Transfers USDC to the escrow, opening its token account if there is none.
   * @returns the transaction's signature, to be submitted as the deposit's
   * @throws Refusal DEPOSIT_REFUSED (the chain would not run it) or DEPOSIT_UNCERTAIN (unknown) {signature}
   */
  async deposit(order: DepositOrder): Promise<string> {
    const rpc = createSolanaRpc(order.rpcUrl);
    const signed = await this.#signed(rpc, await this.#depositInstructions(order));
    const signature = getSignatureFromTransaction(signed);
    await rpc
      .sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' })
      .send()
      .catch((error: unknown) => {
        throw notSent(error, signature);
      });
    return signature;
  }

  async #signed(rpc: Rpc<SolanaRpcApi>, instructions: readonly Instruction[]) {
    const { value: latest } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
    return pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(this.signer, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
      (message) => signTransactionMessageWithSigners(message),
    );
  }

  /**
   * Lets somebody else spend up to `amount` of this wallet's tokens; the chain counts. Nothing moves by this.
   * @returns the transaction's signature
   */
  async approveDelegate(order: DelegateOrder): Promise<string> {
    const { mint, delegate, amount } = order;
    const source = await tokenAccountOf(this.signer.address, mint);
    const approve = getApproveCheckedInstruction({
      source,
      mint: mint as Address,
      delegate: delegate as Address,
      owner: this.signer,
      amount,
      decimals: USDC_DECIMALS,
    });
    const rpc = createSolanaRpc(order.rpcUrl);
    const signed = await this.#signed(rpc, [approve]);
    return askChain(() =>
      rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send(),
    );
  }

  async #depositInstructions({ mint, escrowOwner, amount, memo }: DepositOrder) {
    const { signer } = this;
    const token = mint as Address;
    const source = await tokenAccountOf(signer.address, mint);
    const destination = await tokenAccountOf(escrowOwner, mint);
    const open = { payer: signer, owner: escrowOwner as Address, mint: token, ata: destination };
    const transfer = { source, mint: token, destination, authority: signer, amount, decimals: USDC_DECIMALS };
    return [
      getCreateAssociatedTokenIdempotentInstruction(open),
      getTransferCheckedInstruction(transfer),
      { programAddress: MEMO_PROGRAM, accounts: [], data: new TextEncoder().encode(memo) },
    ];
  }
}

function notSent(error: unknown, signature: string): Refusal {
  const refused = isSolanaError(
    error,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  );
  const reason = refused && error.cause instanceof Error ? error.cause.message : '';
  return refused
    ? new Refusal('DEPOSIT_REFUSED', 'The chain refuses this transfer.', { signature, reason }, 'terminal', {
        cause: error,
      })
    : new Refusal(
        'DEPOSIT_UNCERTAIN',
        'The transfer may or may not have been sent.',
        { signature },
        'unknown',
        {
          cause: error,
        },
      );
}
