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
import { requestTestFunds } from '../../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../../src/adapters/solana/token-account.js';
import { parseMicros } from '../../../src/kernel/money.js';
import type { Addresses } from '../../kit/installation.js';

const SYSTEM_PROGRAM = '11111111111111111111111111111111' as KeyPairSigner['address'];

/** Makes a token of its own with six decimals and mints some of it straight into somebody's account. */
export async function mintWorthless({ chain }: Addresses, owner: string): Promise<string> {
  const forger = await generateKeyPairSigner();
  await requestTestFunds(chain.rpcUrl, forger.address, parseMicros('1'));
  const mint = await generateKeyPairSigner();
  const space = BigInt(getMintSize());
  const rent = await createSolanaRpc(chain.rpcUrl).getMinimumBalanceForRentExemption(space).send();
  const token = await tokenAccountOf(owner, mint.address);
  return run(chain.rpcUrl, forger, [
    createAccount(forger, mint, rent, space),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: forger.address }),
    getCreateAssociatedTokenIdempotentInstruction({
      payer: forger,
      owner: owner as KeyPairSigner['address'],
      mint: mint.address,
      ata: token,
    }),
    getMintToInstruction({ mint: mint.address, token, mintAuthority: forger, amount: 1_000_000_000n }),
  ]);
}

async function run(
  rpcUrl: string,
  payer: KeyPairSigner,
  instructions: readonly Instruction[],
): Promise<string> {
  const rpc = createSolanaRpc(rpcUrl);
  const { value: latest } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(payer, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
    (message) => signTransactionMessageWithSigners(message),
  );
  await rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send();
  return getSignatureFromTransaction(signed);
}

/** The system program's CreateAccount, whose client is no package of ours. */
function createAccount(from: KeyPairSigner, made: KeyPairSigner, funds: bigint, space: bigint): Instruction {
  const data = Buffer.alloc(52);
  data.writeUInt32LE(0, 0);
  data.writeBigUInt64LE(funds, 4);
  data.writeBigUInt64LE(space, 12);
  data.set(getAddressEncoder().encode(TOKEN_PROGRAM_ADDRESS), 20);
  return {
    programAddress: SYSTEM_PROGRAM,
    accounts: [
      { address: from.address, role: AccountRole.WRITABLE_SIGNER, signer: from },
      { address: made.address, role: AccountRole.WRITABLE_SIGNER, signer: made },
    ] as Instruction['accounts'] & object,
    data,
  };
}
