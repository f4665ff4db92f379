import type { PaymentCommand } from '../commands/payment/commands.js';
import type { Confirmed, QuoteTerms } from '../commands/payment/state.js';
import type { PaymentEvidence } from '../events/workflow.js';
import { uuidv5 } from '../kernel/event.js';
import type { Micros } from '../kernel/money.js';
import type { PaidCall, Quote, ServiceAnswer } from '../ports/payments.js';
import type { CommandContext } from '../runtime/dispatch.js';
import { wrongServiceReceipt } from '../verifier/service-receipt.js';

/** Everything the approved plan says about one paid step. */
export interface PaidStep {
  readonly paymentId: string;
  readonly workflowId: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly userId: string;
  /** absent where `signedBy` pays */
  readonly holdId?: string;
  /** wallet of the user that pays; absent: the escrow */
  readonly signedBy?: string;
  /** which has made us its delegate: nobody needs to sign */
  readonly delegated?: true;
  readonly serviceId: string;
  readonly planHash: string;
  readonly ceiling: Micros;
  readonly approved: { readonly payTo: string; readonly asset: string; readonly network: string };
  readonly payer: string;
  readonly call: PaidCall;
  /** nobody can have begun to pay for it before: there is nothing on record to read */
  readonly isFirst?: boolean;
}

export interface PaidAnswer {
  readonly answer: ServiceAnswer;
  readonly cost: Micros;
  readonly payment?: PaymentEvidence;
}

/** A paid step, and where its payment stood when this call began to act on it. */
export type Acting = PaidStep & { readonly from: number };

/**
 * The command id derives from what is recorded and where: recording the same twice is one event, but the same
 * words may be true again later, as when a service goes back to its first price.
 */
export function contextOf(step: Acting, command: PaymentCommand): CommandContext {
  const text = JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
  return {
    commandId: uuidv5(`${step.paymentId}/${step.from}/${text}`),
    correlationId: step.workflowId,
    actor: { type: 'worker', id: 'payments' },
  };
}

export function termsOf(step: PaidStep, quote: Quote): QuoteTerms {
  const { paymentId, workflowId, runNo, stepId, userId, holdId, signedBy, serviceId } = step;
  const { dialect, scheme, network, asset, payTo, amount } = quote;
  return {
    ...{ paymentId, workflowId, runNo, stepId, userId, serviceId },
    ...(holdId !== undefined && { holdId }),
    ...(signedBy !== undefined && { payer: signedBy }),
    ...{ dialect, scheme, network, asset, payTo, amount },
  };
}

/** @param serviceReceipt what the service signed, kept where it holds */
export function evidenceOf(
  step: PaidStep,
  { signature, slot, quote }: Confirmed,
  serviceReceipt?: string,
): PaymentEvidence {
  const evidence = {
    paymentId: step.paymentId,
    signature,
    slot: slot.toString(),
    payer: step.payer,
    payee: quote.payTo,
    amount: quote.amount.toString(),
    asset: quote.asset,
    network: quote.network,
  };
  const holds = serviceReceipt !== undefined && wrongServiceReceipt(serviceReceipt, evidence) === undefined;
  return { ...evidence, ...(holds && { serviceReceipt }) };
}
