import { join } from 'node:path';
import { requestTestFunds } from '../../../src/adapters/solana/test-funds.js';
import { Wallet } from '../../../src/adapters/solana/wallet.js';
import { systemChance } from '../../../src/adapters/system/chance.js';
import { systemClock } from '../../../src/adapters/system/clock.js';
import { openLog } from '../../../src/adapters/system/log.js';
import type { App } from '../../../src/composition/app.js';
import { buildEngine } from '../../../src/composition/engine.js';
import { openParts } from '../../../src/composition/parts.js';
import type { Config } from '../../../src/config.js';
import { type Account, openAccount } from '../../../src/embedded/account.js';
import { freePort } from '../../../src/embedded/loopback-port.js';
import { configOf } from '../../../src/embedded/stack-config.js';
import { issueKey, registerUser } from '../../../src/identity/keys.js';
import { uuidv5 } from '../../../src/kernel/event.js';
import { toMicros } from '../../../src/kernel/money.js';
import { depositMemo } from '../../../src/requests/open-escrow.js';
import type { Dispatch } from '../../../src/runtime/dispatch.js';
import type { Market } from '../../e2e/kit/market.js';
import { buildOnce, clean } from '../../kit/installation.js';
import { AppProcess } from './app-process.js';
import { PatientClient } from './patient-client.js';
import { openServers, type Servers } from './servers.js';

/** Servers that stay, an account with money, and app processes that come and go on one port. */
export class House {
  private constructor(
    readonly servers: Servers,
    readonly config: Config,
    readonly env: Readonly<Record<string, string>>,
    private readonly walletFile: string,
  ) {}

  account: Account = { userId: '', apiKey: '' };
  /** somebody else, who owns nothing */
  stranger: Account = { userId: '', apiKey: '' };
  payerAddress = '';

  /** The first process stays up; whoever wants another ends it first. */
  static async open(folder: string, market: Market): Promise<{ house: House; app: AppProcess }> {
    buildOnce();
    const servers = await openServers(folder, market.url);
    try {
      await market.connect({ chain: servers.stack.chain });
      const port = String(await freePort());
      const given = { ...clean(process.env), PORT: port, RATE_LIMIT_PER_MIN: '100000000' };
      const config = configOf(servers.stack, given);
      const set = Object.entries(config).filter(([, value]) => value !== undefined && value !== '');
      const env = Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
      const house = new House(servers, config, env, join(folder, 'wallet.json'));
      const app = await house.start();
      await house.openAccount();
      return { house, app };
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.config.PORT}`;
  }

  client = (): PatientClient => new PatientClient(this.url, this.account);

  /** @param extra environment of this process only */
  launch(extra: Readonly<Record<string, string>> = {}): AppProcess {
    return new AppProcess({ ...this.env, INSTANCE: 'app', ...extra });
  }

  async start(extra?: Readonly<Record<string, string>>): Promise<AppProcess> {
    const app = this.launch(extra);
    if (!(await app.serves())) throw new Error(`the app did not start: ${app.output()}`);
    return app;
  }

  /** Moves test money to escrow on the chain. @returns the transaction, not reported yet */
  async transfer(amount: bigint, memo = depositMemo(this.account.userId)): Promise<string> {
    const wallet = await Wallet.open(this.walletFile);
    const { SOLANA_RPC_URL: rpcUrl, USDC_MINT: mint } = this.config;
    await requestTestFunds(rpcUrl, wallet.address, toMicros(amount));
    return wallet.deposit({
      rpcUrl,
      mint,
      escrowOwner: this.payerAddress,
      amount: toMicros(amount),
      memo,
    });
  }

  /** address of the wallet that is linked to the account */
  async wallet(): Promise<string> {
    return (await Wallet.open(this.walletFile)).address;
  }

  private async openAccount(): Promise<void> {
    const parts = await openParts({ ...this.config, ROLE: 'api' });
    const engine = buildEngine(parts, { ...this.config, ROLE: 'api' }, openLog('silent', 'tests'));
    await engine.start();
    try {
      const installed = { config: this.config, parts, engine } as unknown as App;
      this.account = await openAccount(installed, this.walletFile);
      this.stranger = await this.addStranger(engine.dispatch);
      this.payerAddress = parts.payerAddress;
    } finally {
      await engine.stop();
      await parts.close();
    }
  }

  private async addStranger(dispatch: Dispatch): Promise<Account> {
    const parts = {
      dispatch,
      clock: systemClock,
      chance: systemChance,
      pepper: this.config.API_KEY_PEPPER,
    };
    const userId = 'user_stranger';
    const by = (what: string) => ({
      commandId: uuidv5(`${userId}/${what}`),
      correlationId: userId,
      actor: { type: 'system', id: 'tests' } as const,
    });
    await registerUser(parts, { userId, roles: ['user'] }, by('register'));
    const { secret } = await issueKey(parts, { userId, name: 'of a stranger' }, by('key'));
    return { userId, apiKey: secret };
  }
}
