import { createHash } from 'node:crypto';
import {
  createSolanaRpc,
  getBase58Decoder,
  getCompiledTransactionMessageDecoder,
  type KeyPairSigner,
  type Rpc,
  type SolanaRpcApi,
  type Transaction,
} from '@solana/kit';
import { x402Facilitator } from '@x402/core/facilitator';
import type {
  Network,
  PaymentPayload,
  PaymentRequirements,
  SettleResponse,
  VerifyResponse,
} from '@x402/core/types';
import {
  decodeTransactionFromPayload,
  getTokenPayerFromTransaction,
  TransactionOnchainFailureError,
  toFacilitatorSvmSigner,
  transactionMessageHash,
} from '@x402/svm';
import { ExactSvmScheme } from '@x402/svm/exact/facilitator';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { BAZAAR } from '../services/discovery/bazaar.js';
import { broadcast, type Outcome, status } from './broadcast.js';
import { feePayerMisused } from './fee-payer-rule.js';
import type { ResourceBook } from './resource-book.js';
import type { Settlement, SettlementBook } from './settlement-book.js';
import { withV1Kinds } from './v1-answers.js';

/** What a payer may make the fee payer spend on one payment; the library's defaults let it be drained. */
export const FEE_LIMITS = {
  maxPriorityFeeMicroLamports: 10_000,
  maxComputeUnits: 60_000,
  maxRequiredSignatures: 2,
} as const;

/**
 * Settles x402 `exact` payments, each at most once and as often as asked: the same payment for the same
 * requirements gets the same answer again, marked `extra.repeated`, through lost replies and restarts.
 */
export class Facilitator {
  readonly #rpc: Rpc<SolanaRpcApi>;
  readonly #x402: x402Facilitator;
  /** fingerprints of settlements on their way, by message */
  readonly #running = new Map<string, { fingerprint: string; answer: Promise<SettleResponse> }>();

  /** recorded and not yet confirmed, by signature */
  readonly #sending = new Map<string, Settlement>();

  constructor(
    private readonly network: Network,
    feePayer: KeyPairSigner,
    rpcUrl: string,
    private readonly book: SettlementBook,
    private readonly resources?: Pick<ResourceBook, 'learn'>,
  ) {
    this.#rpc = createSolanaRpc(rpcUrl);
    const stock = toFacilitatorSvmSigner(feePayer, { [network]: this.#rpc } as never);
    const scheme = new ExactSvmScheme(
      { ...stock, sendTransaction: (wire) => this.#send(wire), confirmTransaction: (s) => this.#confirm(s) },
      undefined,
      FEE_LIMITS,
    );
    this.#x402 = new x402Facilitator().register(network, scheme);
    if (resources) this.#x402.registerExtension({ key: BAZAAR });
  }

  supported(): unknown {
    const supported = this.#x402.getSupported();
    return { ...supported, kinds: withV1Kinds(supported.kinds) };
  }

  /** A payment that was settled for the same requirements stays valid: its service may be asking after a crash. */
  async verify(payload: PaymentPayload, requirements: PaymentRequirements): Promise<VerifyResponse> {
    const known = this.#known(payload);
    if (known?.fingerprint === fingerprintOf(payload, requirements)) {
      const outcome = await status(this.#rpc, known.signature);
      if (outcome?.is === 'landed')
        return { isValid: true, payer: known.payer, extra: { settled: known.signature } };
    }
    const reason = this.#unsupported(requirements);
    if (reason !== undefined) return { isValid: false, invalidReason: reason };
    const verified = await this.#x402.verify(payload, requirements);
    const misused = verified.isValid ? await feePayerMisused(payload, requirements) : undefined;
    return misused === undefined ? verified : { ...verified, isValid: false, invalidReason: misused };
  }

  async settle(payload: PaymentPayload, requirements: PaymentRequirements): Promise<SettleResponse> {
    const message = messageOf(payload);
    const reason = this.#unsupported(requirements);
    if (reason !== undefined) return this.#refused(requirements, { isValid: false, invalidReason: reason });
    if (message === undefined) return this.#x402.settle(payload, requirements);
    const fingerprint = fingerprintOf(payload, requirements);
    const running = this.#running.get(message);
    if (running)
      return running.fingerprint === fingerprint ? repeated(await running.answer) : this.#duplicate(message);
    const answer = this.#settleOnce(message, fingerprint, payload, requirements);
    this.#running.set(message, { fingerprint, answer });
    try {
      const settled = await answer;
      if (settled.success) this.resources?.learn(payload, requirements, new Date().toISOString());
      return settled;
    } finally {
      this.#running.delete(message);
    }
  }

  async #settleOnce(
    message: string,
    fingerprint: string,
    payload: PaymentPayload,
    requirements: PaymentRequirements,
  ): Promise<SettleResponse> {
    const known = this.book.find(message);
    if (!known) {
      const misused = await feePayerMisused(payload, requirements);
      // whatever else is wrong with it has its own name
      return misused === undefined
        ? this.#x402.settle(payload, requirements)
        : this.#refused(requirements, await this.verify(payload, requirements));
    }
    if (known.fingerprint !== fingerprint) return this.#duplicate(message);
    return repeated(this.#response(known, await this.#broadcast(known)));
  }

  /** Called by the scheme with the fully signed bytes. Recorded first: from here on the money may move. */
  async #send(wire: string): Promise<string> {
    const transaction = decodeTransactionFromPayload({ transaction: wire });
    const message = transactionMessageHash(transaction);
    const fingerprint = this.#running.get(message)?.fingerprint;
    if (fingerprint === undefined) throw new Error('a settlement that nobody asked for');
    const payer = getTokenPayerFromTransaction(transaction);
    const signature = signatureOf(transaction);
    const settlement = { message, fingerprint, signature, wire, payer };
    await this.book.record(settlement);
    this.#sending.set(signature, settlement);
    return signature;
  }

  async #confirm(signature: string): Promise<void> {
    const settlement = this.#sending.get(signature);
    this.#sending.delete(signature);
    if (!settlement) throw new Error('a confirmation of something not sent');
    const outcome = await this.#broadcast(settlement);
    if (outcome.is === 'landed') return;
    if (outcome.is === 'open') throw new Error('not confirmed in time');
    throw new TransactionOnchainFailureError(outcome.is === 'failed' ? outcome.error : 'expired');
  }

  #broadcast({ wire, signature }: Settlement): Promise<Outcome> {
    const transaction = decodeTransactionFromPayload({ transaction: wire });
    const { lifetimeToken } = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
    return broadcast(this.#rpc, wire, signature, lifetimeToken);
  }

  #response(settlement: Settlement, outcome: Outcome): SettleResponse {
    const { signature, payer } = settlement;
    const common = { transaction: signature, network: this.network, payer };
    if (outcome.is === 'landed') return { success: true, ...common };
    if (outcome.is === 'open') return { success: false, errorReason: 'settlement_pending', ...common };
    return { success: false, errorReason: 'invalid_exact_svm_transaction_failed', ...common };
  }

  /** @returns the specification's code for what is not offered here at all */
  #unsupported({ scheme, network }: PaymentRequirements): string | undefined {
    if (scheme !== 'exact') return 'unsupported_scheme';
    return network === this.network ? undefined : 'invalid_network';
  }

  #refused({ network }: PaymentRequirements, verified: VerifyResponse): SettleResponse {
    const { invalidReason = 'unexpected_settle_error', payer = '' } = verified;
    return { success: false, errorReason: invalidReason, transaction: '', network, payer };
  }

  /** The payment exists, but for other requirements: it buys nothing twice. */
  #duplicate(message: string): SettleResponse {
    const payer = this.book.find(message)?.payer ?? '';
    return {
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: '',
      network: this.network,
      payer,
    };
  }

  #known(payload: PaymentPayload): Settlement | undefined {
    const message = messageOf(payload);
    return message === undefined ? undefined : this.book.find(message);
  }
}

const repeated = (response: SettleResponse): SettleResponse =>
  response.success ? { ...response, extra: { ...response.extra, repeated: true } } : response;

/** @returns undefined for what is no transaction; the library words that refusal */
function messageOf(payload: PaymentPayload): string | undefined {
  try {
    return transactionMessageHash(transactionOf(payload));
  } catch {
    return undefined;
  }
}

const transactionOf = (payload: PaymentPayload): Transaction =>
  decodeTransactionFromPayload(payload.payload as { transaction: string });

const fingerprintOf = (payload: PaymentPayload, requirements: PaymentRequirements): string =>
  createHash('sha256')
    .update(canonicalJson([payload.payload, payload.accepted, requirements]))
    .digest('base64url');

const signatureOf = (transaction: Transaction): string =>
  getBase58Decoder().decode(Object.values(transaction.signatures)[0]!);
