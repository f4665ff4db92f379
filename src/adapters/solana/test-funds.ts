import { address, createSolanaRpc, devnet, lamports } from '@solana/kit';
import { Refusal } from '../../kernel/errors.js';
import type { Micros } from '../../kernel/money.js';

const LAMPORTS = 1_000_000_000n;

/** lamports; thousands of transfers, and rent for some token accounts */
const LOW = LAMPORTS / 10n;

/** Has the embedded chain give SOL to whoever pays fees with too little of it. @returns whether there is enough */
export async function requestFees(rpcUrl: string, owner: string): Promise<boolean> {
  const rpc = createSolanaRpc(devnet(rpcUrl));
  try {
    const { value } = await rpc.getBalance(address(owner)).send();
    if (value < LOW) await rpc.requestAirdrop(address(owner), lamports(LAMPORTS)).send();
    return true;
  } catch {
    return false; // a chain without a faucet: its operator sees to it
  }
}

/** Asks the embedded chain for test USDC and for a SOL to pay fees with. Other chains have no such faucet. */
export async function requestTestFunds(rpcUrl: string, owner: string, amount: Micros): Promise<void> {
  await createSolanaRpc(devnet(rpcUrl)).requestAirdrop(address(owner), lamports(LAMPORTS)).send();
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'requestTokenAirdrop',
      params: [owner, amount.toString()],
    }),
  });
  const { error } = (await response.json()) as { error?: { message?: string } };
  if (error)
    throw new Refusal('NO_TEST_FUNDS', `The chain gives no test USDC: ${error.message ?? 'no reason'}.`);
}
