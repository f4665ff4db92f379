import type { AwaitingApproval } from '../commands/workflow/state.js';

/** Everybody a plan may still pay: its services, those that may take their place, and those that undo. */
export function recipientsOf({ plan, kept }: Pick<AwaitingApproval, 'plan' | 'kept'>): readonly string[] {
  const services = plan.steps.flatMap(({ id, service, alternatives = [], compensation }) => [
    ...(kept?.[id] ? [] : [service, ...alternatives.map((each) => each.service)]),
    compensation?.service,
  ]);
  // whom a workflow in it will pay is not known before that one is planned
  const unknown = plan.steps.flatMap(({ id, kind, maxCost }) =>
    kind === 'workflow' && BigInt(maxCost) > 0n ? [`the workflow of ${id}`] : [],
  );
  return [...new Set([...services.flatMap((service) => service?.payTo ?? []), ...unknown])];
}
