import type { Plan, PlanStep } from '../../src/events/plan.js';
import { type ForkBody, forkBodySchema } from '../../src/requests/fork-body.js';
import type { ForkAsked } from './fork-rules.js';
import { WORDS } from './plans.js';
import type { Random } from './random.js';

/** In one world: who forks without end is never done. */
const MOST_FORKS = 3;

export const changesOf = ({ parameters, service }: ForkBody): ForkAsked => ({
  changed: [...new Set([...Object.keys(parameters), ...Object.keys(service)])],
  services: service,
});

/** What owners would go on from, and how they want it this time. */
export class Forks {
  private readonly plans = new Map<string, readonly PlanStep[]>();
  private readonly made = new Set<string>();

  constructor(private readonly random: Random) {}

  know(workflowId: string, { steps }: Plan): void {
    this.plans.set(workflowId, steps);
  }

  has(workflowId: string): boolean {
    return this.made.has(workflowId);
  }

  /** @param step to go on from; any of the plan by default */
  from(
    sourceId: string,
    step?: string,
  ): { readonly workflowId: string; readonly body: ForkBody } | undefined {
    const steps = this.plans.get(sourceId);
    if (!steps || this.made.size >= MOST_FORKS) return undefined;
    const body = this.changing(steps, step ?? this.random.pick(steps).id);
    const workflowId = `${sourceId}f${this.made.size + 1}`;
    this.made.add(workflowId);
    return { workflowId, body };
  }

  /** Other parameters or services: of the step it begins at, and of another one. */
  private changing(steps: readonly PlanStep[], fromStep: string): ForkBody {
    const { random } = this;
    const parameters: Record<string, object | string> = {};
    const service: Record<string, string> = {};
    for (const id of [fromStep, random.pick(steps).id]) {
      const isCall = steps.some((step) => step.id === id && step.kind === 'service_call');
      if (isCall && random.chance(0.3)) parameters[id] = { ask: WORDS };
      if (isCall && random.chance(0.3)) service[id] = `svc_${random.between(0, 3)}`;
      if (!isCall && random.chance(0.1)) parameters[id] = `{"said": "${WORDS}"}`;
    }
    return forkBodySchema.parse({ fromStep, parameters, service, autoApprove: random.chance(0.5) });
  }
}
