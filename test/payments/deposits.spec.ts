import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AccountRole,
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  generateKeyPairSigner,
  getAddressEncoder,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { SolanaChain } from '../../src/adapters/solana/chain.js';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { Wallet } from '../../src/adapters/solana/wallet.js';
import { type EmbeddedChain, startChain } from '../../src/embedded/chain.js';
import { parseMicros } from '../../src/kernel/money.js';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';

const FINAL = 8;

let folder: TemporaryFolder;
let embedded: EmbeddedChain;
let chain: SolanaChain;
let wallet: Wallet;
let escrowOwner: string;

beforeAll(async () => {
  folder = temporaryFolder();
  embedded = await startChain({ dataDir: join(folder.path, 'chain'), now: () => 1_700_000_000_000 });
  escrowOwner = (await generateKeyPairSigner()).address;
  const { rpcUrl, network, mint } = embedded;
  chain = new SolanaChain({ rpcUrl, network, mint, escrowOwner });
  wallet = await Wallet.open(join(folder.path, 'wallet.json'));
  await requestTestFunds(rpcUrl, wallet.address, parseMicros('50000000'));
});

afterAll(async () => {
  await embedded.close();
  folder.remove();
});

const order = (micros: string, memo: string, owner = escrowOwner) => ({
  rpcUrl: embedded.rpcUrl,
  mint: embedded.mint,
  escrowOwner: owner,
  amount: parseMicros(micros),
  memo,
});

async function run(payer: KeyPairSigner, instructions: readonly Instruction[], skipPreflight = false) {
  const rpc = createSolanaRpc(embedded.rpcUrl);
  const { value: latest } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(payer, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
    (message) => signTransactionMessageWithSigners(message),
  );
  const wire = getBase64EncodedWireTransaction(signed);
  await rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight }).send();
  return getSignatureFromTransaction(signed);
}

describe('a deposit', () => {
  it('is empty before the first one', async () => {
    expect(await chain.escrowBalance()).toBe(0n);
  });

  it('is unknown, then pending until it is final, then told with amount, signers and memo', async () => {
    const signature = await wallet.deposit(order('10500000', 'deposit dep_1'));
    expect(await chain.lookupDeposit(signature)).toEqual({ status: 'pending' });
    embedded.skipSlots(FINAL);
    expect(await chain.lookupDeposit(signature)).toEqual({
      status: 'finalized',
      transfer: {
        signature,
        slot: expect.any(BigInt),
        amount: 10_500_000n,
        mint: embedded.mint,
        signers: [wallet.address],
        memos: ['deposit dep_1'],
      },
    });
    expect(await chain.escrowBalance()).toBe(10_500_000n);
  });

  it('is counted by what our account gained, so two transfers are two amounts', async () => {
    const before = await chain.escrowBalance();
    await wallet.deposit(order('1', 'deposit dep_2'));
    const second = await wallet.deposit(order('2', 'deposit dep_3'));
    embedded.skipSlots(FINAL);
    expect(await chain.lookupDeposit(second)).toMatchObject({
      transfer: { amount: 2n, memos: ['deposit dep_3'] },
    });
    expect(await chain.escrowBalance()).toBe(before + 3n);
  });

  it('into somebody else’s account is no transfer of ours', async () => {
    const { address } = await generateKeyPairSigner();
    const signature = await wallet.deposit(order('5', 'deposit dep_4', address));
    embedded.skipSlots(FINAL);
    expect(await chain.lookupDeposit(signature)).toEqual({ status: 'finalized', transfer: undefined });
  });

  it('of another mint, into an account that we own, is no transfer of ours', async () => {
    const forger = await generateKeyPairSigner();
    await requestTestFunds(embedded.rpcUrl, forger.address, parseMicros('1'));
    const mint = await generateKeyPairSigner();
    const rpc = createSolanaRpc(embedded.rpcUrl);
    const space = BigInt(getMintSize());
    const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
    const token = await tokenAccountOf(escrowOwner, mint.address);
    const signature = await run(forger, [
      createAccount(forger, mint, rent, space),
      getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: forger.address }),
      getCreateAssociatedTokenIdempotentInstruction({
        payer: forger,
        owner: escrowOwner as KeyPairSigner['address'],
        mint: mint.address,
        ata: token,
      }),
      getMintToInstruction({ mint: mint.address, token, mintAuthority: forger, amount: 1_000_000_000n }),
    ]);
    embedded.skipSlots(FINAL);
    expect(await chain.lookupDeposit(signature)).toEqual({ status: 'finalized', transfer: undefined });
  });

  it('that failed on the chain is told as failed', async () => {
    const poor = await generateKeyPairSigner();
    await requestTestFunds(embedded.rpcUrl, poor.address, parseMicros('1'));
    const token = await tokenAccountOf(poor.address, embedded.mint);
    // Nobody but the bank may mint.
    const signature = await run(
      poor,
      [
        getMintToInstruction({
          mint: embedded.mint as KeyPairSigner['address'],
          token,
          mintAuthority: poor,
          amount: 5n,
        }),
      ],
      true,
    );
    embedded.skipSlots(FINAL);
    expect(await chain.lookupDeposit(signature)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('InstructionError'),
    });
  });

  it.each([
    [
      'never seen',
      '5HYxjxxLDFKgDtrmbknQY4EpY5nZ8sSPhL5sGzrq9SDsrFyYiSuacTSemUywyPAkiFS3HfhvRRwCdvqPQuJDV46y',
    ],
    ['too short', 'abc'],
    ['empty', ''],
    ['not base58', '0'.repeat(88)],
  ])('whose signature is %s is unknown', async (_, signature) => {
    expect(await chain.lookupDeposit(signature)).toEqual({ status: 'unknown' });
  });

  it('of more than the wallet has does not leave it', async () => {
    const before = await chain.escrowBalance();
    await expect(wallet.deposit(order('99000000', 'deposit dep_9'))).rejects.toMatchObject({
      code: 'DEPOSIT_REFUSED',
      kind: 'terminal',
    });
    expect(await chain.escrowBalance()).toBe(before);
  });
});

it('the chain is ready while it runs, and not elsewhere', async () => {
  expect(await chain.ready()).toBe(true);
  const { network, mint } = embedded;
  const nowhere = new SolanaChain({ rpcUrl: 'http://127.0.0.1:9', network, mint, escrowOwner });
  expect(await nowhere.ready()).toBe(false);
  await expect(nowhere.escrowBalance()).rejects.toMatchObject({
    code: 'CHAIN_UNREACHABLE',
    kind: 'retryable',
  });
});

it('the escrow account is the associated token account of its owner', async () => {
  expect(await chain.escrowAddress()).toEqual({
    owner: escrowOwner,
    tokenAccount: await tokenAccountOf(escrowOwner, embedded.mint),
  });
});

function createAccount(from: KeyPairSigner, made: KeyPairSigner, funds: bigint, space: bigint): Instruction {
  const data = Buffer.alloc(52);
  data.writeUInt32LE(0, 0);
  data.writeBigUInt64LE(funds, 4);
  data.writeBigUInt64LE(space, 12);
  data.set(getAddressEncoder().encode(TOKEN_PROGRAM_ADDRESS), 20);
  return {
    programAddress: '11111111111111111111111111111111' as KeyPairSigner['address'],
    accounts: [
      { address: from.address, role: AccountRole.WRITABLE_SIGNER, signer: from },
      { address: made.address, role: AccountRole.WRITABLE_SIGNER, signer: made },
    ] as Instruction['accounts'] & object,
    data,
  };
}
