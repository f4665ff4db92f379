import {
  type Address,
  createNoopSigner,
  createSolanaRpc,
  type KeyPairSigner,
  type Rpc,
  type SolanaRpcApi,
} from '@solana/kit';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { isRefusal, Refusal } from '../../kernel/errors.js';
import type {
  ApprovedTerms,
  PaidCall,
  PaidFrom,
  Payer,
  PreparedPayment,
  Quote,
  ServiceAnswer,
  SettledPayment,
} from '../../ports/payments.js';
import type { GuardedClient, IncomingAnswer } from '../http/guarded-client.js';
import { askChainAgain } from '../solana/ask-chain.js';
import { tokenAccountOf } from '../solana/token-account.js';
import { claimedSignature, dialectNamed, dialectOfPayment, readAsked, serviceReceipt } from './dialects.js';
import { makeMemo } from './memo.js';
import { type QuotedResource, readOffer } from './offer.js';
import { RecentChain } from './recent-chain.js';
import { retryAfterMs } from './retry-after.js';
import { findPayment } from './search.js';
import { type OwnTerms, signTransfer } from './signing.js';
import { anyBudget, signOwnTransfer, USUAL_BUDGET } from './transfer-message.js';

export interface X402PayerOptions {
  readonly http: Pick<GuardedClient, 'request'>;
  /** the escrow's key */
  readonly signer: KeyPairSigner;
  readonly rpcUrl: string;
  /** keys that users' wallets may have made their delegates */
  readonly delegate?: (userId: string) => Promise<KeyPairSigner>;
  /** CAIP-2 */
  readonly network: string;
  /** address of the USDC mint */
  readonly mint: string;
  /** ms for one exchange with a service */
  readonly timeoutMs?: number;
  /** ms a chain that cannot be reached is asked again */
  readonly patienceMs?: number;
  /** signatures asked for at once when a payment is looked for; nodes give 1,000 at most */
  readonly searchPage?: number;
}

/** less than a step has for one attempt */
const PATIENCE_MS = 20_000;

/** Pays x402 `exact` offers on Solana, in version 2 or 1, out of the signer's associated token account. */
export class X402Payer implements Payer {
  readonly #rpc: Rpc<SolanaRpcApi>;
  readonly #scheme: ExactSvmScheme;
  readonly #recent: RecentChain;

  constructor(private readonly options: X402PayerOptions) {
    this.#rpc = createSolanaRpc(options.rpcUrl);
    this.#recent = new RecentChain(this.#rpc, options.signer.address);
    // Without a URL the library would ask a public host.
    this.#scheme = new ExactSvmScheme(options.signer, { rpcUrl: options.rpcUrl });
  }

  async quote(
    call: PaidCall,
    approved?: ApprovedTerms,
    payer: string = this.options.signer.address,
  ): Promise<{ readonly quote: Quote } | { readonly answer: ServiceAnswer }> {
    const answer = await this.#send(call, {}).catch((error: unknown) => {
      throw unpaid(error);
    });
    if (answer.status >= 200 && answer.status < 300) return { answer: serviceAnswer(answer) };
    if (answer.status !== 402) throw serviceError(answer);
    const { network, mint } = this.options;
    const terms = { network, asset: mint, payer, ...(approved ? { approved } : {}) };
    return { quote: readOffer(readAsked(answer), { method: call.method, url: call.url }, terms) };
  }

  prepare(quote: Quote, paymentId: string, from?: PaidFrom): Promise<PreparedPayment> {
    return this.#ask(async () => {
      const recent = from === undefined ? this.#recent : new RecentChain(this.#rpc, from.wallet);
      const anchor = await recent.anchorFor(quote.asset);
      const memo = quote.memo ?? makeMemo(paymentId, quote.resource as QuotedResource);
      const own = { payer: from?.wallet ?? this.options.signer.address, memo, ...anchor };
      const transaction = await this.#sign(quote, own, from);
      const header = dialectNamed(quote.dialect).encode(transaction, quote, memo);
      return { header, memo, ...anchor };
    });
  }

  async #sign(quote: Quote, own: OwnTerms, from: PaidFrom | undefined): Promise<string> {
    const { signer, rpcUrl, delegate } = this.options;
    const budget = quote.memo === undefined ? USUAL_BUDGET : anyBudget();
    if (from?.delegateOf !== undefined && delegate)
      return signOwnTransfer(await delegate(from.delegateOf), quote, own, budget);
    // its owner signs later: until then the signature is empty
    const authority = from === undefined ? signer : createNoopSigner(from.wallet as Address);
    if (quote.memo !== undefined) return signOwnTransfer(authority, quote, own, budget);
    const scheme = from === undefined ? this.#scheme : new ExactSvmScheme(authority, { rpcUrl });
    return signTransfer(scheme, quote, own);
  }

  async submit(call: PaidCall, payment: PreparedPayment): Promise<ServiceAnswer> {
    try {
      return serviceAnswer(
        await this.#send(call, { [dialectOfPayment(payment.header).paymentHeader]: payment.header }),
      );
    } catch (error) {
      throw paid(error);
    }
  }

  find(
    payment: PreparedPayment,
    quote: Pick<Quote, 'payTo' | 'amount' | 'asset'> & { readonly payer?: string | undefined },
    claimed?: string,
  ): Promise<SettledPayment | undefined> {
    return this.#ask(async () => {
      const source = await tokenAccountOf(quote.payer ?? this.options.signer.address, quote.asset);
      const pageSize = this.options.searchPage;
      return findPayment(this.#rpc, source, payment, quote, { claimed, pageSize });
    });
  }

  /** Whoever gets `true` looks once more with `find`: it may have landed between the last look and this one. */
  isExpired(payment: PreparedPayment): Promise<boolean> {
    return this.#ask(async () => {
      const height = await this.#rpc.getBlockHeight({ commitment: 'finalized' }).send();
      return height > payment.lastValidBlockHeight;
    });
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    return askChainAgain(question, this.options.patienceMs ?? PATIENCE_MS);
  }

  #send(call: PaidCall, extra: Readonly<Record<string, string>>): Promise<IncomingAnswer> {
    const { timeoutMs } = this.options;
    const hasBody = call.method === 'POST' && call.body !== undefined;
    return this.options.http.request({
      method: call.method,
      url: call.url,
      headers: {
        accept: 'application/json, */*;q=0.5',
        'idempotency-key': call.idempotencyKey,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...extra,
      },
      ...(hasBody ? { body: JSON.stringify(call.body) } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }
}

function serviceAnswer(answer: IncomingAnswer): ServiceAnswer {
  const claimed = claimedSignature(answer);
  const signed = serviceReceipt(answer);
  return {
    status: answer.status,
    mediaType: answer.header('content-type') ?? 'application/octet-stream',
    body: answer.body,
    ...(claimed === undefined ? {} : { claimedSignature: claimed }),
    ...(signed === undefined ? {} : { serviceReceipt: signed }),
  };
}

function serviceError(answer: IncomingAnswer): Refusal {
  const { status } = answer;
  const again = status >= 500 || status === 429 || status === 408;
  const wait = again ? retryAfterMs((name) => answer.header(name)) : undefined;
  return new Refusal(
    'SERVICE_ERROR',
    `The service answers with status ${status}.`,
    { status, ...(wait !== undefined && { retryAfterMs: wait }) },
    again ? 'retryable' : 'terminal',
  );
}

/** Nothing was paid yet: a lost answer may simply be asked for again. */
function unpaid(error: unknown): unknown {
  if (!isRefusal(error) || error.kind !== 'unknown') return error;
  return new Refusal('SERVICE_ERROR', error.message, error.figures, 'retryable', { cause: error });
}

/** The payment left the house: whatever went wrong afterwards, only the chain knows whether it was made. */
function paid(error: unknown): Refusal {
  const { code, message, figures } = isRefusal(error)
    ? error
    : new Refusal('SERVICE_NO_ANSWER', 'The paid call ended without an answer.');
  return new Refusal(code, message, figures, 'unknown', { cause: error });
}
