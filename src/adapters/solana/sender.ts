import {
  type Base64EncodedWireTransaction,
  createSolanaRpc,
  type KeyPairSigner,
  type Rpc,
  type Signature,
  type SolanaRpcApi,
} from '@solana/kit';
import { AccountState, getTokenDecoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { Refusal } from '../../kernel/errors.js';
import type {
  Fate,
  Outgoing,
  PreparedTransfers,
  RecipientState,
  TransferSender,
} from '../../ports/transfers.js';
import { askChain } from './ask-chain.js';
import { tokenAccountOf } from './token-account.js';
import { MOST_TRANSFERS, signTransfers } from './transfers.js';
import { isWellFormedAddress } from './well-formed.js';

export interface SolanaSenderOptions {
  readonly rpcUrl: string;
  /** owns the escrow's token account, and pays fees and rent */
  readonly signer: KeyPairSigner;
  readonly mint: string;
}

const TOKEN_ACCOUNT_BYTES = 165n;
/** lamports of one signature; no priority fee is offered */
const SIGNATURE_FEE = 5_000n;

/** Transfers out of escrow by plain RPC: what it answers of a send is noise, what it shows of the chain is not. */
export class SolanaSender implements TransferSender {
  readonly #rpc: Rpc<SolanaRpcApi>;

  constructor(private readonly options: SolanaSenderOptions) {
    this.#rpc = createSolanaRpc(options.rpcUrl);
  }

  recipient(wallet: string): Promise<RecipientState> {
    return askChain(async () => {
      if (!isWellFormedAddress(wallet)) return 'foreign';
      const { mint } = this.options;
      const account = await tokenAccountOf(wallet, mint);
      const { value } = await this.#rpc
        .getAccountInfo(account, { commitment: 'confirmed', encoding: 'base64' })
        .send();
      if (!value || value.data[0] === '') return 'missing';
      if (value.owner !== TOKEN_PROGRAM_ADDRESS) return 'foreign';
      const held = getTokenDecoder().decode(Buffer.from(value.data[0], 'base64'));
      if (held.owner !== wallet || held.mint !== mint) return 'foreign';
      return held.state === AccountState.Frozen ? 'frozen' : 'ready';
    });
  }

  prepare(transfers: readonly Outgoing[], memo: string): Promise<PreparedTransfers> {
    return askChain(async () => {
      const { signer, mint } = this.options;
      const asked = await Promise.all(
        transfers.slice(0, MOST_TRANSFERS).map(async (transfer) => ({
          ...transfer,
          opens: (await this.recipient(transfer.to)) === 'missing',
        })),
      );
      const { context, value: lifetime } = await this.#rpc
        .getLatestBlockhash({ commitment: 'confirmed' })
        .send();
      const signed = await signTransfers({ signer, mint, memo, lifetime }, asked);
      const opens = asked.slice(0, signed.count).flatMap((one) => (one.opens ? [one.to] : []));
      await this.#requireFees(opens.length);
      await this.#requireSound(signed.transaction);
      const { blockhash, lastValidBlockHeight } = lifetime;
      return { ...signed, blockhash, lastValidBlockHeight, slot: context.slot, opens };
    });
  }

  async broadcast({
    transaction,
    signature,
  }: Pick<PreparedTransfers, 'transaction' | 'signature'>): Promise<void> {
    try {
      await this.#rpc
        .sendTransaction(transaction as Base64EncodedWireTransaction, {
          encoding: 'base64',
          preflightCommitment: 'confirmed',
        })
        .send();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'no reason';
      const said = 'The node did not take the transaction, or did not say so.';
      throw new Refusal('BROADCAST_UNCERTAIN', said, { signature, reason }, 'unknown', { cause });
    }
  }

  fate({
    signature,
    lastValidBlockHeight,
    slot,
  }: Pick<PreparedTransfers, 'signature' | 'lastValidBlockHeight' | 'slot'>): Promise<Fate> {
    return askChain(async () => {
      // in this order: what is not known after its last block was final will never be
      const final = await this.#rpc.getEpochInfo({ commitment: 'finalized' }).send();
      const { context, value } = await this.#rpc
        .getSignatureStatuses([signature as Signature], { searchTransactionHistory: true })
        .send();
      const status = value[0];
      if (status?.confirmationStatus === 'finalized')
        return status.err === null
          ? { status: 'finalized', slot: status.slot }
          : { status: 'failed', slot: status.slot, reason: textOf(status.err) };
      if (status) return { status: 'pending' };
      const isPast = final.blockHeight > lastValidBlockHeight && context.slot >= final.absoluteSlot;
      if (!isPast || !(await this.#remembers(slot))) return { status: 'pending' };
      return { status: 'expired', height: final.blockHeight };
    });
  }

  /** A node that keeps little history says "unknown" of what is merely old. */
  async #remembers(slot: bigint): Promise<boolean> {
    return (await this.#rpc.getFirstAvailableBlock().send()) <= slot;
  }

  async #requireFees(opened: number): Promise<void> {
    const { signer } = this.options;
    const rentOf = (bytes: bigint) => this.#rpc.getMinimumBalanceForRentExemption(bytes).send();
    const [{ value: balance }, least, rent] = await Promise.all([
      this.#rpc.getBalance(signer.address, { commitment: 'confirmed' }).send(),
      rentOf(0n),
      opened > 0 ? rentOf(TOKEN_ACCOUNT_BYTES) : 0n,
    ]);
    const required = SIGNATURE_FEE + least + BigInt(opened) * rent;
    if (balance >= required) return;
    throw new Refusal(
      'FEES_UNPAYABLE',
      `The account that pays fees has ${balance} lamports and needs ${required}.`,
      { address: signer.address, available: String(balance), required: String(required) },
      'retryable',
    );
  }

  /** A transaction that cannot succeed as things are is not even recorded. */
  async #requireSound(transaction: string): Promise<void> {
    const { value } = await this.#rpc
      .simulateTransaction(transaction as Base64EncodedWireTransaction, {
        encoding: 'base64',
        sigVerify: true,
        commitment: 'confirmed',
      })
      .send();
    if (value.err === null) return;
    const reason = textOf(value.err);
    // another node than the one that gave the blockhash: a moment later it knows it, too
    if (reason.includes('BlockhashNotFound'))
      throw new Refusal('CHAIN_UNREACHABLE', 'The chain gives no answer.', { reason }, 'retryable');
    throw new Refusal('TRANSFER_WOULD_FAIL', 'The chain would not carry out this transfer.', { reason });
  }
}

const textOf = (error: unknown): string =>
  JSON.stringify(error, (_, value) => (typeof value === 'bigint' ? value.toString() : value)).slice(0, 200);
