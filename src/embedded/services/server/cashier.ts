import { encodePaymentRequiredHeader, encodePaymentResponseHeader } from '@x402/core/http';
import { HTTPFacilitatorClient, x402ResourceServer } from '@x402/core/server';
import type { Network, PaymentPayload, PaymentRequirements, SettleResponse } from '@x402/core/types';
import { ExactSvmScheme } from '@x402/svm/exact/server';
import { identifierOffer, PAYMENT_IDENTIFIER } from '../../../adapters/x402/payment-identifier.js';
import { Refusal } from '../../../kernel/errors.js';
import { offerOf, type Placement, type ServiceDeclaration, servicePath } from '../declaration.js';
import { BAZAAR, bazaarOf } from '../discovery/bazaar.js';
import { type Answer, json } from './answer.js';
import type { ReceiptSigner } from './jws.js';
import type { Payment } from './payment.js';
import { signedOffer } from './signed-offer.js';
import { OFFER_RECEIPT } from './signed-receipt.js';
import { askInV1 } from './v1-payment.js';

const MAX_TIMEOUT_SECONDS = 60;
/** x402 takes no more in a 402 answer; discovery shows all. */
const MOST_TAGS = 5;

/** What the cashier learned of a settlement. `open` is neither yes nor no: the same bytes may be sent again. */
export type Settling =
  | { readonly is: 'paid'; readonly receipt: SettleResponse }
  | { readonly is: 'refused'; readonly reason: string; readonly receipt: SettleResponse }
  | { readonly is: 'duplicate'; readonly receipt: SettleResponse }
  | { readonly is: 'open'; readonly reason: string };

/** Asks for money and has it settled, by the x402 library and a facilitator. */
export class Cashier {
  readonly #x402: x402ResourceServer;
  readonly #asks = new Map<string, PaymentRequirements>();
  /** what stands beside the price, by service */
  readonly #extensions = new Map<string, Record<string, unknown>>();

  private constructor(
    facilitatorUrl: string,
    private readonly at: Placement,
  ) {
    const facilitator = new HTTPFacilitatorClient({ url: facilitatorUrl });
    this.#x402 = new x402ResourceServer(facilitator).register(at.network as Network, new ExactSvmScheme());
  }

  static async open(
    facilitatorUrl: string,
    at: Placement,
    sold: readonly ServiceDeclaration[],
    signer?: ReceiptSigner,
  ): Promise<Cashier> {
    const cashier = new Cashier(facilitatorUrl, at);
    await cashier.#x402.initialize();
    for (const declaration of sold) await cashier.#price(declaration, signer);
    return cashier;
  }

  /** What one call of the service costs, as it stands in a 402 answer and in discovery. */
  askFor(id: string): PaymentRequirements {
    const ask = this.#asks.get(id);
    if (ask === undefined) throw new Refusal('NOT_FOUND', 'There is no such service.', { id });
    return ask;
  }

  /**
   * The 402 answer.
   * @param error why a payment that came was not taken
   * @param receipt what the facilitator said of it
   */
  async demand(
    declaration: ServiceDeclaration,
    error = 'Payment required',
    receipt?: SettleResponse,
  ): Promise<Answer> {
    const { id, name, description, tags } = declaration;
    const resource = {
      url: `${this.at.baseUrl}${servicePath(id)}`,
      description,
      mimeType: 'application/json',
      serviceName: name,
      tags: tags.slice(0, MOST_TAGS),
    };
    const extensions = this.#extensions.get(id);
    const asks = [this.askFor(id)];
    const required = await this.#x402.createPaymentRequiredResponse(asks, resource, error, extensions);
    // the body is for clients of version 1; all of version 2 stands in the header
    const old = askInV1(this.askFor(id), resource.url, description);
    const forOld = old ? { x402Version: 1, accepts: [old] } : {};
    return json(
      402,
      { error, code: 'PAYMENT_REQUIRED', ...forOld },
      {
        'payment-required': encodePaymentRequiredHeader(required),
        ...(receipt && { 'payment-response': encodePaymentResponseHeader(receipt) }),
        'cache-control': 'no-store',
      },
    );
  }

  /** @returns undefined when the payment was made for other terms than ours */
  matching(id: string, { version, payload }: Payment): PaymentRequirements | undefined {
    const ask = this.askFor(id);
    const { scheme, network } = payload.accepted;
    if (version === 1) return scheme === ask.scheme && network === ask.network ? ask : undefined;
    return this.#x402.findMatchingRequirements([ask], payload);
  }

  /** @returns why it would not settle, or undefined */
  async objection(payload: PaymentPayload, requirements: PaymentRequirements): Promise<string | undefined> {
    const verified = await this.#x402.verifyPayment(payload, requirements);
    return verified.isValid ? undefined : (verified.invalidReason ?? 'the payment is not valid');
  }

  async settle(payload: PaymentPayload, requirements: PaymentRequirements): Promise<Settling> {
    let receipt: SettleResponse;
    try {
      receipt = await this.#x402.settlePayment(payload, requirements);
    } catch (error) {
      return { is: 'open', reason: error instanceof Error ? error.message.slice(0, 200) : 'no answer' };
    }
    if (receipt.success) return { is: 'paid', receipt };
    const reason = receipt.errorReason ?? 'the payment was refused';
    if (reason === 'duplicate_settlement') return { is: 'duplicate', receipt };
    return reason === 'settlement_pending' ? { is: 'open', reason } : { is: 'refused', reason, receipt };
  }

  async #price(declaration: ServiceDeclaration, signer?: ReceiptSigner): Promise<void> {
    const { id, price } = declaration;
    const [ask] = await this.#x402.buildPaymentRequirements({
      scheme: 'exact',
      network: this.at.network as Network,
      payTo: this.at.payTo,
      price: { amount: price.toString(), asset: this.at.asset },
      maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
      // the money is taken before the work is done, and who pays is told so
      extra: { paymentFlow: 'upfront' },
    });
    this.#asks.set(id, ask!);
    const offer = offerOf(declaration, this.at);
    this.#extensions.set(id, {
      [PAYMENT_IDENTIFIER]: identifierOffer,
      [BAZAAR]: bazaarOf(offer, declaration.example, 'short'),
      ...(signer && { [OFFER_RECEIPT]: await signedOffer(ask!, offer.url, signer) }),
    });
  }
}
