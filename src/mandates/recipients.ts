import type { AwaitingApproval } from '../commands/workflow/state.js';

/** Everybody a plan may still pay: its services, those that may take their place, and those that undo. */
export function recipientsOf({ plan, kept }: Pick<AwaitingApproval, 'plan' | 'kept'>): readonly string[] {
  const services = plan.steps.flatMap(({ id, service, alternatives = [], compensation }) => [
    ...(kept?.[id] ? [] : [service, ...alternatives.map((each) => each.service)]),
    compensation?.service,
  ]);
  return [...new Set(services.flatMap((service) => service?.payTo ?? []))];
}
