import { join } from 'node:path';
import { requestTestFunds } from '../../../src/adapters/solana/test-funds.js';
import { Wallet } from '../../../src/adapters/solana/wallet.js';
import { parseMicros } from '../../../src/kernel/money.js';
import type { Installed } from '../../kit/installation.js';
import { Client } from './client.js';

/** A further user of an installation with an escrow of its own. @param usdc whole ones it deposits */
export async function fundedUser(installed: Installed, userId: string, usdc: number): Promise<Client> {
  const client = new Client(installed.url, await installed.addUser(userId));
  const wallet = await Wallet.open(join(installed.dataDir, `${userId}.json`));
  const { rpcUrl, mint } = installed.chain;
  const amount = parseMicros(`${usdc}000000`);
  await requestTestFunds(rpcUrl, wallet.address, amount);
  const asked = await client.get<{ memo: string; address: string; challenge: string }>(
    `/escrow/address?wallet=${wallet.address}`,
  );
  const { memo, address: escrowOwner, challenge } = asked.body;
  const opening = { userWallet: wallet.address, signature: await wallet.sign(challenge) };
  await client.post(`/escrow/${userId}/create`, opening);
  const signature = await wallet.deposit({ rpcUrl, mint, escrowOwner, amount, memo });
  await client.post(`/escrow/${userId}/deposit`, { amount: usdc, signature });
  await client.funded(amount);
  return client;
}
