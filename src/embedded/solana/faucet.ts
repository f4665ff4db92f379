import { randomBytes } from 'node:crypto';
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createTransactionMessage,
  getTransactionEncoder,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getMintToCheckedInstruction,
} from '@solana-program/token';
import { decodeTransaction } from './decoded-transaction.js';
import type { Ledger } from './ledger.js';
import { invalidParams, RpcError } from './rpc-error.js';
import {
  DEVNET_USDC,
  LAMPORTS_PER_SOL,
  MEMO_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  USDC_DECIMALS,
} from './well-known.js';

const MOST_SOL = 1_000n;
const MOST_MICROS = 1_000_000_000_000n;

/** Gives away test money, by ordinary transactions that anybody can look up. */
export class Faucet {
  constructor(
    private readonly ledger: Ledger,
    private readonly bank: KeyPairSigner,
  ) {}

  /** @returns the signature of a transfer of `lamports` */
  async sol(to: Address, lamports: bigint): Promise<string> {
    if (lamports < 1n || lamports > MOST_SOL * LAMPORTS_PER_SOL)
      throw invalidParams(`an airdrop is at most ${MOST_SOL} SOL`);
    return this.#run([this.#transferSol(to, lamports)]);
  }

  /** @param micros micro-USDC @returns the signature of the mint, into the owner's associated token account */
  async usdc(owner: Address, micros: bigint): Promise<string> {
    if (micros < 1n || micros > MOST_MICROS) throw invalidParams(`at most ${MOST_MICROS} micro-USDC at once`);
    const { bank } = this;
    const [token] = await findAssociatedTokenPda({ owner, mint: DEVNET_USDC, tokenProgram: TOKEN_PROGRAM });
    return this.#run([
      getCreateAssociatedTokenIdempotentInstruction({ payer: bank, ata: token, owner, mint: DEVNET_USDC }),
      getMintToCheckedInstruction({
        mint: DEVNET_USDC,
        token,
        mintAuthority: bank,
        amount: micros,
        decimals: USDC_DECIMALS,
      }),
    ]);
  }

  /** A random memo keeps two equal gifts within one slot apart. */
  async #run(instructions: readonly Instruction[]): Promise<string> {
    const { slots } = this.ledger;
    const slot = slots.current();
    const lifetime = {
      blockhash: slots.blockhash(slot) as Blockhash,
      lastValidBlockHeight: BigInt(slots.lastValidHeight(slot)),
    };
    const memo = new TextEncoder().encode(`faucet ${randomBytes(8).toString('hex')}`);
    const signed = await pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(this.bank, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
      (message) =>
        appendTransactionMessageInstructions(
          [...instructions, { programAddress: MEMO_PROGRAM, accounts: [], data: memo }],
          message,
        ),
      (message) => signTransactionMessageWithSigners(message),
    );
    const decoded = decodeTransaction(new Uint8Array(getTransactionEncoder().encode(signed)));
    const entry = this.ledger.execute(decoded);
    if (!entry || entry.err !== null)
      throw new RpcError(-32603, `The faucet could not give: ${JSON.stringify(entry?.err ?? 'dropped')}`);
    return entry.signature;
  }

  #transferSol(to: Address, lamports: bigint): Instruction {
    const data = Buffer.alloc(12);
    data.writeUInt32LE(2, 0);
    data.writeBigUInt64LE(lamports, 4);
    const from = { address: this.bank.address, role: AccountRole.WRITABLE_SIGNER, signer: this.bank };
    return {
      programAddress: SYSTEM_PROGRAM,
      accounts: [from, { address: to, role: AccountRole.WRITABLE }],
      data,
    };
  }
}
