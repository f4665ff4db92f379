import { createSolanaRpc, generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { GuardedClient } from '../../../src/adapters/http/guarded-client.js';
import { MemoryEventStore } from '../../../src/adapters/memory/event-store.js';
import { MemoryTimerStore } from '../../../src/adapters/memory/timer-store.js';
import { tokenAccountOf } from '../../../src/adapters/solana/token-account.js';
import { X402Payer } from '../../../src/adapters/x402/payer.js';
import type { EscrowCommand } from '../../../src/commands/escrow/commands.js';
import { escrow } from '../../../src/commands/escrow/decide.js';
import type { OpenEscrow } from '../../../src/commands/escrow/state.js';
import { payment } from '../../../src/commands/payment/decide.js';
import { type EmbeddedChain, startChain } from '../../../src/embedded/chain.js';
import { isRefusal } from '../../../src/kernel/errors.js';
import { uuidv5 } from '../../../src/kernel/event.js';
import { toMicros } from '../../../src/kernel/money.js';
import { StepPayments } from '../../../src/payments/pay-for-step.js';
import { PaymentWatch } from '../../../src/payments/payment-watch.js';
import { CommandHandler } from '../../../src/runtime/command-handler.js';
import { settleEscrow } from '../../../src/sagas/settle-escrow.js';
import { type PaymentLook, watchPayment } from '../../../src/sagas/watch-payment.js';
import { temporaryFolder } from '../../kit/folder.js';
import { type Conduct, type HostileService, type Sale, serveHostile } from './hostile-service.js';

export const PRICE = 10_000n;
const FUNDS = 50_000_000n;
const USER = 'user_01';
/** as a step is tried by default */
const ATTEMPTS = 3;
const NOW = 1_700_000_000_000;
const FAR = '2030-01-01T00:00:00.000Z';
/** slots after which no signed bytes can land */
const LONG = 200;

export interface HostileCase extends Conduct {
  readonly name: string;
  /** what the plan calls, made of the service's own URL */
  readonly url?: (url: string) => string;
  /** done when the step has ended and its bytes may still land */
  readonly afterwards?: (sales: readonly Sale[]) => Promise<unknown>;
  /** what it is paid, where that is less than was approved */
  readonly price?: bigint;
  /** the service is given 300 ms instead of 5 s */
  readonly hasty?: true;
}

/** What became of a step, in the words of the table in docs/payments.md. */
export interface Outcome {
  /** `answer`, or the code of the refusal it ended with */
  readonly step: string;
  readonly payment: string;
  readonly money: 'stays' | 'paid once';
}

/** Our payer, our books, our chain and facilitator, and a service that cheats; all but the sagas' runner are real. */
export class HostileHouse {
  readonly #store = new MemoryEventStore();
  readonly #clock = { now: () => NOW };
  readonly #handler = new CommandHandler(this.#store, this.#clock);
  readonly #timers = new MemoryTimerStore();
  readonly #sales = new Map<string, Sale[]>();
  #cases = 0;

  private constructor(
    readonly chain: EmbeddedChain,
    readonly service: HostileService,
    readonly escrowKey: KeyPairSigner,
    readonly provider: string,
    /** somebody whom nobody approved */
    readonly thief: string,
    private readonly http: GuardedClient,
    private readonly remove: () => void,
  ) {}

  static async open(): Promise<HostileHouse> {
    const folder = temporaryFolder();
    // one long slot: time on this chain passes only when a case says so
    const chain = await startChain({ dataDir: folder.path, now: () => NOW });
    const [key, provider, thief] = await Promise.all([1, 2, 3].map(() => generateKeyPairSigner()));
    for (const [owner, micros] of [[key, FUNDS] as const, [provider, 1n] as const, [thief, 1n] as const])
      await chain.faucet(owner!.address, micros);
    const service = await serveHostile(chain, provider!.address, PRICE);
    const http = new GuardedClient({ allowedOrigins: [service.url] });
    const house = new HostileHouse(
      chain,
      service,
      key!,
      provider!.address,
      thief!.address,
      http,
      folder.remove,
    );
    await house.#openBooks();
    return house;
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.http.close();
    await this.chain.close();
    this.remove();
  }

  /** Lets one step be called and paid, to the end of all that may come of it, and looks where the money is. */
  async play(hostile: HostileCase): Promise<Outcome> {
    const path = `/case/${++this.#cases}`;
    const id = `pay_${this.#cases}`;
    this.service.conducts.set(path, this.#watched(hostile, path));
    const before = await this.#money();
    await this.#book({
      type: 'PlaceHold',
      holdId: id,
      amount: toMicros(PRICE),
      purpose: id,
      ...this.#times(),
    });
    const step = await this.#call(hostile, id, path);
    await hostile.afterwards?.(this.#sales.get(path) ?? []);
    await this.#settle(id);
    const after = await this.#money();
    const { state } = await this.#handler.load(payment, id);
    const spent = before.escrow - after.escrow;
    const isBalanced =
      after.provider - before.provider === spent &&
      after.thief === before.thief &&
      after.captured - before.captured === spent &&
      after.held === 0n &&
      (spent === 0n || spent === (hostile.price ?? PRICE));
    if (!isBalanced) throw new Error(`the money is not where it should be: ${show([before, after])}`);
    const status = state.status === 'confirmed' ? state.delivery.status : state.status;
    return { step, payment: status, money: spent === 0n ? 'stays' : 'paid once' };
  }

  #watched(hostile: HostileCase, path: string): Conduct {
    const { paid } = hostile;
    if (!paid) return hostile;
    const sales: Sale[] = [];
    this.#sales.set(path, sales);
    const watched = (...[response, sale]: Parameters<typeof paid>) => {
      sales.push(sale);
      return paid(response, sale);
    };
    return { ...hostile, paid: watched };
  }

  /** As a step is: again where the refusal says that it may help. */
  async #call(hostile: HostileCase, id: string, path: string): Promise<string> {
    const { rpcUrl, network, mint } = this.chain;
    const payer = new X402Payer({
      http: this.http,
      signer: this.escrowKey,
      rpcUrl,
      network,
      mint,
      timeoutMs: hostile.hasty ? 300 : 5_000,
    });
    const url = (hostile.url ?? ((own) => own))(`${this.service.url}${path}`);
    const step = {
      paymentId: id,
      workflowId: 'wf_01',
      runNo: 1,
      stepId: 'step_1',
      userId: USER,
      holdId: id,
      serviceId: 'svc_1',
      planHash: 'b'.repeat(64),
      ceiling: toMicros(PRICE),
      approved: { payTo: this.provider, asset: mint, network },
      payer: this.escrowKey.address,
      call: { method: 'POST' as const, url, body: { words: 'secret' }, idempotencyKey: id },
    };
    // raised before it begins: the chain is looked at once and nothing waits
    const once = AbortSignal.abort();
    for (let attempt = 1; ; attempt++)
      try {
        await new StepPayments(this.#handler, payer).call(step, once);
        return 'answer';
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (error.kind === 'terminal' || attempt === ATTEMPTS) return error.code;
      }
  }

  /** What the sagas do: looks at the chain until it has decided, captures, and gives the rest of the hold back. */
  async #settle(id: string): Promise<void> {
    const { rpcUrl, network, mint } = this.chain;
    const payer = new X402Payer({ http: this.http, signer: this.escrowKey, rpcUrl, network, mint });
    const watch = new PaymentWatch(this.#handler, payer, this.#timers, this.#clock);
    const { state } = await this.#handler.load(payment, id);
    if ('prepared' in state) {
      this.chain.skipSlots(LONG);
      await watch.run({ paymentId: id, workflowId: 'wf_01', attempt: state.prepared.attempt, look: 1 });
      for (const timer of await this.#timers.due(Number.POSITIVE_INFINITY, 100)) {
        if (timer.action.do === 'job') await watch.run(timer.action.job.payload as unknown as PaymentLook);
        await this.#timers.done(timer);
      }
    }
    for await (const recorded of this.#store.read(`payment-${id}`))
      if (recorded.event.type === 'PaymentConfirmed')
        for (const saga of [settleEscrow, watchPayment])
          for (const reaction of saga.react(recorded, undefined)) {
            if (reaction.do === 'command') await this.#book(reaction.send.command as EscrowCommand);
            if (reaction.do === 'timer' && reaction.action.do === 'job')
              await watch.run(reaction.action.job.payload as unknown as PaymentLook);
          }
    await this.#book({ type: 'ReleaseHold', holdId: id });
  }

  async #openBooks(): Promise<void> {
    const { network, mint } = this.chain;
    const { at } = this.#times();
    const signature = '5'.repeat(88);
    const amount = toMicros(FUNDS);
    await this.#book({
      type: 'OpenEscrowAccount',
      userId: USER,
      wallet: this.thief,
      network,
      asset: mint,
      at,
    });
    await this.#book({ type: 'SubmitDeposit', signature, amount, ...this.#times() });
    await this.#book({ type: 'ConfirmDeposit', signature, amount, slot: 1n });
  }

  async #book(command: EscrowCommand): Promise<void> {
    const context = { correlationId: 'wf_01', actor: { type: 'system', id: 'test' } as const };
    await this.#handler.send(escrow, USER, command, { commandId: uuidv5(show(command)), ...context });
  }

  async #money() {
    const { state } = await this.#handler.load(escrow, USER);
    const { captured, held } = state as OpenEscrow;
    const [own, provider, thief] = await Promise.all(
      [this.escrowKey.address, this.provider, this.thief].map((owner) => this.#balanceOf(owner)),
    );
    return { escrow: own!, provider: provider!, thief: thief!, captured, held };
  }

  async #balanceOf(owner: string): Promise<bigint> {
    const account = await tokenAccountOf(owner, this.chain.mint);
    const { value } = await createSolanaRpc(this.chain.rpcUrl).getTokenAccountBalance(account).send();
    return BigInt(value.amount);
  }

  #times() {
    return { at: new Date(NOW).toISOString(), expiresAt: FAR };
  }
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? member.toString() : member));
