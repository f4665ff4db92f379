import type { PaymentEvent } from '../../../src/events/payment.js';
import type { BoundService, Plan, PlanStep } from '../../../src/events/plan.js';
import type { WorkflowEvent } from '../../../src/events/workflow.js';
import type { Recorded } from '../../../src/kernel/event.js';
import { categoryOf, idOfStream } from '../../../src/kernel/ids.js';

type Quoted = Extract<PaymentEvent, { readonly type: 'PaymentQuoted' }>;

/**
 * I4: whoever was paid stands in the plan, for that step or for undoing it, at no more than was approved, and only
 * after the approval.
 * @param history in store order
 * @returns what does not hold, a line each
 */
export function objectionsToCalls(history: readonly Recorded[]): readonly string[] {
  const proposed = new Map<string, Plan>();
  const approved = new Map<string, Plan>();
  const said: string[] = [];
  for (const { stream, event } of history) {
    const id = idOfStream(stream);
    if (categoryOf(stream) === 'workflow') {
      const told = event as WorkflowEvent;
      if (told.type === 'PlanProposed') proposed.set(id, told.plan);
      if (told.type === 'WorkflowApproved') approved.set(id, proposed.get(id)!);
    }
    if (event.type !== 'PaymentQuoted') continue;
    const quoted = event as Quoted;
    const objection = objectionTo(quoted, approved.get(quoted.workflowId));
    if (objection !== undefined) said.push(`I4 ${quoted.paymentId}: ${objection}`);
  }
  return said;
}

function objectionTo({ stepId, serviceId, payTo, amount }: Quoted, plan: Plan | undefined) {
  if (!plan) return 'asked for before any approval';
  const step = plan.steps.find(({ id }) => id === stepId);
  if (!step) return `${stepId} is no step of the plan`;
  const services = allowedBy(step);
  const allowed = services.find(({ service }) => service.id === serviceId && service.payTo === payTo);
  if (!allowed) return `${serviceId} at ${payTo} does not stand in the plan for ${stepId}`;
  if (BigInt(amount) > BigInt(allowed.maxCost)) return `${amount} asked, and ${allowed.maxCost} approved`;
  return undefined;
}

interface Allowed {
  readonly service: BoundService;
  readonly maxCost: string;
}

function allowedBy({ service, alternatives = [], maxCost, compensation }: PlanStep): readonly Allowed[] {
  const doing = [...(service ? [service] : []), ...alternatives.map((one) => one.service)];
  const undoing = compensation?.service;
  return [
    ...doing.map((one) => ({ service: one, maxCost })),
    ...(undoing ? [{ service: undoing, maxCost: compensation.maxCost }] : []),
  ];
}
