import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { requireOnlyPayment } from '../adapters/solana/inspect-payment.js';
import type { Wallet } from '../adapters/solana/wallet.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { ApiClient } from './api/client.js';
import type { Plan } from './api/views.js';
import { usdc } from './show/figures.js';

const waiting = z.looseObject({
  payments: z.array(
    z.looseObject({
      id: z.string(),
      stepId: z.string(),
      serviceId: z.string(),
      amountMicro: z.string(),
      toSign: z.looseObject({ transaction: z.string() }).optional(),
    }),
  ),
});
const anything = z.looseObject({});
const boundService = z.looseObject({ id: z.string(), payTo: z.string(), asset: z.string() });
const stepServices = z.looseObject({
  maxCostMicro: z.string(),
  service: boundService.optional(),
  alternatives: z.array(z.looseObject({ service: boundService })).optional(),
});

/** ms between two looks for something to sign */
const LOOK = 300;

/**
 * Signs, with a key that stays here, what an approved plan pays: each payment is looked at before, and one that is not
 * what was approved is never signed.
 * @param signal ends it
 */
export async function signPayments(
  client: ApiClient,
  workflowId: string,
  { wallet, plan, say }: { readonly wallet: Wallet; readonly plan: Plan; say(line: string): void },
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  while (!signal.aborted) {
    const { payments } = await client
      .get(`/workflows/${workflowId}/payments?state=awaiting_signature`, waiting)
      .catch(() => ({ payments: [] }));
    for (const { id, stepId, serviceId, amountMicro, toSign } of payments) {
      if (!toSign || done.has(toSign.transaction)) continue;
      done.add(toSign.transaction);
      try {
        const approved = approvedOf(plan, stepId, serviceId);
        if (!approved)
          throw new Refusal('PAYMENT_NOT_AS_APPROVED', 'The approved plan does not pay this service.');
        await requireOnlyPayment(toSign.transaction, { wallet: wallet.address, ...approved });
        const transaction = await wallet.signTransaction(toSign.transaction);
        await client.post(`/payments/${id}/authorize`, { transaction }, anything);
        say(`Signed here: ${usdc(amountMicro)} to ${approved.payTo} for ${stepId}.`);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        say(error.message);
      }
    }
    await pause(LOOK, undefined, { signal }).catch(() => undefined);
  }
}

/** What the plan on the screen said of that step, when it was approved. */
function approvedOf(plan: Plan, stepId: string, serviceId: string) {
  const step = stepServices.parse(plan.steps.find(({ id }) => id === stepId));
  const all = [step.service, ...(step.alternatives ?? []).map(({ service }) => service)];
  const service = all.find((each) => each?.id === serviceId);
  return service && { payTo: service.payTo, asset: service.asset, most: BigInt(step.maxCostMicro) };
}
