import { Refusal } from '../kernel/errors.js';
import type { Micros } from '../kernel/money.js';
import type { ServiceOffer } from '../ports/catalogue.js';
import type { DraftStep } from '../ports/planner.js';
import { bodyMembers } from './body-members.js';
import { type Candidate, MIN_MATCH_SCORE, rank } from './match.js';

/** What the caller asks of every service (WorkflowCreated.filters). */
export interface ServiceFilters {
  readonly minReputation?: number;
  readonly minUptime?: number;
  readonly excludeServices?: readonly string[];
}

export interface Binding {
  readonly offers: readonly ServiceOffer[];
  readonly request: string;
  readonly maxCost: Micros;
  readonly filters?: ServiceFilters;
}

const noService = (message: string, figures: Refusal['figures']): Refusal =>
  new Refusal('NO_SERVICE', message, figures);

/** Why a service cannot take a body with these members, or undefined when it can. */
function misfit({ inputs }: ServiceOffer, members: readonly string[]): string | undefined {
  const unknown = members.filter((member) => !inputs.some(({ name }) => name === member));
  const missing = inputs.filter(({ name, optional }) => !optional && !members.includes(name));
  if (unknown.length > 0) return `it does not take ${unknown.join(', ')}`;
  if (missing.length > 0) return `it needs ${missing.map(({ name }) => name).join(', ')}`;
  return undefined;
}

function candidates(step: DraftStep, binding: Binding): readonly Candidate[] {
  const named = binding.offers.find(({ id }) => id === step.serviceId);
  if (step.serviceId !== undefined && !named)
    throw noService(`The catalogue has no service ${step.serviceId}.`, {
      step: step.key,
      service: step.serviceId,
    });
  const capability = step.capability ?? named!.capability;
  const { minReputation, minUptime, excludeServices } = binding.filters ?? {};
  const ranked = rank(
    {
      capability,
      text: `${step.title} ${binding.request}`,
      ...(minReputation === undefined ? {} : { minReputation }),
      ...(minUptime === undefined ? {} : { minUptime }),
      ...(excludeServices === undefined ? {} : { excluded: excludeServices }),
    },
    binding.offers,
  );
  const wanted = named ? ranked.filter(({ offer }) => offer.id === named.id) : ranked;
  if (wanted.length === 0)
    throw noService(`No service that passes your filters offers ${capability}.`, {
      step: step.key,
      capability,
    });
  return wanted;
}

function able({ input }: DraftStep, ranked: readonly Candidate[]): readonly Candidate[] {
  const members = bodyMembers(input);
  return ranked.filter(({ offer }) => members === undefined || misfit(offer, members) === undefined);
}

/** T17: what else could do a step that is bound to a service, the best first. */
export function alternativesTo(
  { offer: bound }: Candidate,
  { serviceId: _named, ...step }: DraftStep,
  binding: Binding,
): readonly Candidate[] {
  const ranked = candidates({ ...step, capability: bound.capability }, binding);
  return able(step, ranked).filter(({ offer, fit }) => fit && offer.id !== bound.id);
}

/**
 * The best service for a step, whatever the draft says of prices: it names a capability, or at most a service.
 * @throws Refusal NO_SERVICE, or VALIDATION_FAILED when no service takes the input as it is written
 */
export function bind(step: DraftStep, binding: Binding): Candidate {
  const ranked = candidates(step, binding);
  const [best] = able(step, ranked);
  if (!best) {
    const { offer } = ranked[0]!;
    const members = bodyMembers(step.input);
    throw new Refusal(
      'VALIDATION_FAILED',
      `Step ${step.key} cannot ask ${offer.id} with this input: ${misfit(offer, members ?? [])}.`,
      { step: step.key, service: offer.id, takes: offer.inputs.map(({ name }) => name) },
    );
  }
  if (best.fit) return best;
  throw noService(`No service for step ${step.key} matches well enough.`, {
    step: step.key,
    capability: best.offer.capability,
    best: best.score,
    needed: MIN_MATCH_SCORE,
  });
}
