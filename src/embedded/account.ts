import { createHmac } from 'node:crypto';
import { requestFees, requestTestFunds } from '../adapters/solana/test-funds.js';
import { Wallet } from '../adapters/solana/wallet.js';
import { verifyWalletSignature } from '../adapters/solana/wallet-signature.js';
import { systemChance } from '../adapters/system/chance.js';
import { systemClock } from '../adapters/system/clock.js';
import { escrow } from '../commands/escrow/decide.js';
import type { App } from '../composition/app.js';
import { issueKey, registerUser } from '../identity/keys.js';
import type { Principal } from '../identity/principal.js';
import { uuidv5 } from '../kernel/event.js';
import { makeId } from '../kernel/ids.js';
import { toMicros } from '../kernel/money.js';
import { depositMemo, openEscrow, walletChallenge } from '../requests/open-escrow.js';
import { submitDeposit } from '../requests/submit-deposit.js';
import { pause } from '../runtime/pause.js';

export interface Account {
  readonly userId: string;
  readonly apiKey: string;
}

/** Test USDC that a new installation puts into escrow. It exists on the embedded chain only. */
const FIRST_DEPOSIT = toMicros(100_000_000n);
/** The embedded chain makes a transfer final within two seconds; a slow machine gets more. */
const FINAL_WITHIN_MS = 60_000;

/**
 * The user of this installation. Its id and key derive from the installation's own secret, so that every start
 * finds the same ones and nothing is stored in clear.
 */
export async function openAccount(
  app: Pick<App, 'config' | 'parts' | 'engine'>,
  walletFile: string,
  say: (message: string) => void = () => {},
): Promise<Account> {
  const { config, engine } = app;
  const derive = (purpose: string) =>
    createHmac('sha256', config.API_KEY_PEPPER).update(purpose).digest('hex');
  const userId = makeId('user', derive('local user').slice(0, 26));
  const keyId = makeId('apiKey', derive('local key id').slice(0, 26));
  const secret = `qk_${Buffer.from(derive('local key'), 'hex').toString('base64url')}`;
  const parts = {
    dispatch: engine.dispatch,
    clock: systemClock,
    chance: systemChance,
    pepper: config.API_KEY_PEPPER,
  };
  const by = (what: string) => ({
    commandId: uuidv5(`${userId}/${what}`),
    correlationId: userId,
    actor: { type: 'system', id: 'installation' } as const,
  });
  await registerUser(parts, { userId, roles: ['user', 'operator'] }, by('register'));
  await issueKey(parts, { userId, name: 'this installation' }, by('key'), { keyId, secret });
  await fund(app, { userId, keyId, roles: ['user', 'operator'] }, walletFile, say);
  return { userId, apiKey: secret };
}

/** Only on the embedded chain, which has a faucet; elsewhere people deposit their own money. */
async function fund(
  app: Pick<App, 'config' | 'parts' | 'engine'>,
  principal: Principal,
  walletFile: string,
  say: (message: string) => void,
): Promise<void> {
  const { config, engine, parts } = app;
  const { userId } = principal;
  if (!(await requestFees(config.SOLANA_RPC_URL, parts.payerAddress)))
    say('The escrow has no SOL: nobody can withdraw until it can pay fees');
  const { state } = await engine.dispatch.load(escrow, userId);
  if (state.status === 'open' && state.deposits.size > 0) return;
  const wallet = await Wallet.open(walletFile);
  const caller = { principal, callId: uuidv5(`${userId}/first deposit`) };
  const { chain } = parts;
  const open = { dispatch: engine.dispatch, clock: systemClock, chain, verifyWalletSignature };
  await openEscrow(open, caller, wallet.address, await wallet.sign(walletChallenge(userId, wallet.address)));
  say('Putting test money into escrow');
  await requestTestFunds(config.SOLANA_RPC_URL, wallet.address, FIRST_DEPOSIT);
  const signature = await wallet.deposit({
    rpcUrl: config.SOLANA_RPC_URL,
    mint: config.USDC_MINT,
    escrowOwner: parts.payerAddress,
    amount: FIRST_DEPOSIT,
    memo: depositMemo(userId),
  });
  await submitDeposit({ dispatch: engine.dispatch, clock: systemClock }, caller, {
    signature,
    amount: FIRST_DEPOSIT,
  });
  await confirmed(app, userId, signature);
}

async function confirmed({ engine }: Pick<App, 'engine'>, userId: string, signature: string): Promise<void> {
  const signal = AbortSignal.timeout(FINAL_WITHIN_MS);
  while (!signal.aborted) {
    const { state } = await engine.dispatch.load(escrow, userId);
    if (state.status === 'open' && state.deposits.get(signature)?.status !== 'submitted') return;
    await pause(50, signal);
  }
}
