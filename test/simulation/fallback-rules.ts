import type { EventOf } from '../../src/events/define.js';
import type { interruptionEvents } from '../../src/events/interruption.js';
import type { BoundService, PlanStep } from '../../src/events/plan.js';
import { must } from './violation.js';

type Reassigned = Extract<EventOf<(typeof interruptionEvents)[number]>, { type: 'StepReassigned' }>;

/** After these the money is gone: another service would be paid for the same once more. */
const PAID: readonly string[] = ['PAYMENT_UNDELIVERED', 'PAID_OTHERWISE'];

/**
 * A step goes from the service it was planned for to those its plan names instead, to each once, and to a dearer one
 * than was approved only when no other is left.
 */
export class FallbackRules {
  private readonly went = new Map<string, string[]>();

  reassigned({ stepId, from, to, code }: Reassigned, step: PlanStep): void {
    must(step.onFailure === 'fallback', 'I4', () => `${stepId} went to ${to}, and its plan has it stay`);
    must(!PAID.includes(code), 'I2', () => `${stepId} went to ${to} after ${code}`);
    const before = this.all(step);
    must(before.at(-1)?.id === from, 'I4', () => `${stepId} left ${from}, where it was not`);
    must(!before.some(({ id }) => id === to), 'I4', () => `${stepId} went to ${to} a second time`);
    const left = alternativesOf(step).filter(({ id }) => !before.some((other) => other.id === id));
    const next = left.find(({ id }) => id === to);
    must(next !== undefined, 'I4', () => `${stepId} went to ${to}, which its plan does not name`);
    const within = ({ price }: BoundService) => BigInt(price) <= BigInt(step.maxCost);
    const spared = left.find(within);
    must(
      within(next) || !spared,
      'I3',
      () => `${stepId} went to ${to} for ${next.price}, and ${spared?.id} is cheaper`,
    );
    this.went.set(stepId, [...(this.went.get(stepId) ?? []), to]);
  }

  /** Services that have been asked to do a step so far, the newest last. */
  all(step: PlanStep): readonly BoundService[] {
    const ids = this.went.get(step.id) ?? [];
    const others = ids.flatMap((id) => alternativesOf(step).find((other) => other.id === id) ?? []);
    return step.service ? [step.service, ...others] : others;
  }
}

const alternativesOf = ({ alternatives = [] }: PlanStep): readonly BoundService[] =>
  alternatives.map(({ service }) => service);
