import { assertJson, type Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { paymentIdOf } from '../kernel/ids.js';
import { parseMicros } from '../kernel/money.js';
import type { StepPayments } from '../payments/pay-for-step.js';
import type { LiveBus } from '../ports/live.js';
import type { ServiceAnswer } from '../ports/payments.js';
import type { StepExecutor } from './step-executor.js';

/** Calls the service the plan bound, pays what the plan allows, and takes JSON or text for an answer. */
export const serviceCall =
  (payments: StepPayments, payer: string, live: LiveBus): StepExecutor =>
  async ({ run, step, task, input, signal, isFirst = false }) => {
    const { service } = step;
    if (!service)
      throw new Refusal('NO_SERVICE', 'The plan binds no service to this step.', { stepId: step.id });
    const { workflowId, userId, payer: signedBy, delegated } = run.created;
    const { holdId } = run.approval;
    const paymentId = paymentIdOf(workflowId, task.runNo, task.undo ? `${step.id}undo` : step.id);
    live.publish(`progress.${workflowId}`, { stepId: step.id, stage: 'calling', service: service.name });
    const { answer, cost, payment } = await payments.call(
      {
        paymentId,
        workflowId,
        runNo: task.runNo,
        stepId: step.id,
        userId,
        ...(holdId !== undefined && { holdId }),
        ...(signedBy !== undefined && { signedBy }),
        ...(delegated && { delegated }),
        serviceId: service.id,
        planHash: run.planHash,
        ceiling: parseMicros(step.maxCost),
        approved: { payTo: service.payTo, asset: service.asset, network: service.network },
        payer: signedBy ?? payer,
        call: { method: service.method, url: service.url, body: input, idempotencyKey: paymentId },
        isFirst,
      },
      signal,
    );
    if (payment)
      live.publish(`progress.${workflowId}`, {
        stepId: step.id,
        stage: 'paid',
        signature: payment.signature,
      });
    return { output: outputOf(answer), cost, ...(payment && { payment }) };
  };

/** @throws Refusal SERVICE_BAD_OUTPUT for bytes that are neither strict JSON nor text */
function outputOf({ mediaType, body }: ServiceAnswer): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (!/\bjson\b/.test(mediaType)) return text;
    const value: unknown = JSON.parse(text);
    assertJson(value);
    return value;
  } catch (cause) {
    throw new Refusal(
      'SERVICE_BAD_OUTPUT',
      `The service answered something unusable as ${mediaType.slice(0, 60)}.`,
      {},
      'terminal',
      {
        cause,
      },
    );
  }
}
