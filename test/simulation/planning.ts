import { Refusal } from '../../src/kernel/errors.js';
import type { Catalogue, ServiceOffer } from '../../src/ports/catalogue.js';
import type { DraftStep, PlanDraft, Planner, PlanningRequest } from '../../src/ports/planner.js';
import type { Network } from './network.js';
import { listed, type Offer, WORDS } from './plans.js';
import type { Random } from './random.js';

/** What is for sale, as somebody else's register tells it: now and then it is wrong. */
export class ListedServices implements Pick<Catalogue, 'all' | 'known'> {
  readonly known = undefined;

  constructor(
    private readonly network: Network,
    private readonly offers: readonly Offer[],
  ) {}

  all(): Promise<readonly ServiceOffer[]> {
    const { random, stormy, faults } = this.network;
    return this.network.call('ask the catalogue', () =>
      this.offers
        .map(listed)
        .map((offer) =>
          stormy && faults.met(random.chance(0.02), 'catalogue lied') ? garbled(offer, random) : offer,
        ),
    );
  }
}

/** Another price or recipient than the service will ask, another name for what it does, or a host nobody is at. */
const garbled = (offer: ServiceOffer, random: Random): ServiceOffer => ({
  ...offer,
  ...random.pick<Partial<ServiceOffer>>([
    { price: (offer.price / 2n) as typeof offer.price },
    { price: (offer.price * 2n) as typeof offer.price },
    { payTo: 'THIEF' },
    { capability: 'nothing' },
    { reputation: 0, description: WORDS },
  ]),
});

/** Has a draft in mind for every request. Away, slow, and wrong at times, as a model is. */
export class MoodyPlanner implements Planner {
  readonly name = 'simulated';

  constructor(
    private readonly network: Network,
    private readonly draftFor: (text: string) => PlanDraft,
  ) {}

  plan({ text }: PlanningRequest): Promise<PlanDraft> {
    const { network } = this;
    const { random, stormy, faults } = network;
    return network.call('ask the planner', async () => {
      const mood = stormy ? random.random() : 1;
      if (faults.met(mood < 0.1, 'planner failed')) throw random.pick(failures)();
      if (faults.met(mood < 0.18, 'planner slow'))
        await network.wait(random.between(2_000, 80_000), undefined);
      const draft = this.draftFor(text);
      return faults.met(stormy && mood > 0.9, 'planner lied') ? random.pick(lies)(draft) : draft;
    });
  }
}

const failures: readonly (() => Error)[] = [
  () => new Refusal('PLANNER_ERROR', 'The planner is busy.', {}, 'retryable'),
  () => new Refusal('PLANNER_ERROR', 'The planner will not do this.'),
  () => new Refusal('NO_SERVICE', 'Nothing leads to this result.'),
  () => new Error(`a fault in the planner: ${WORDS}`),
];

const withLast = (draft: PlanDraft, more: Partial<DraftStep>): PlanDraft => ({
  ...draft,
  steps: draft.steps.map((step, at) => (at === draft.steps.length - 1 ? { ...step, ...more } : step)),
});

/** Drafts that must never become a plan, and one that asks for more than it may. */
const lies: readonly ((draft: PlanDraft) => PlanDraft)[] = [
  (draft) => withLast(draft, { dependsOn: [draft.steps.at(-1)!.key] }),
  (draft) => withLast(draft, { dependsOn: ['nobody'] }),
  (draft) => withLast(draft, { input: 'steps.nobody' }),
  (draft) => withLast(draft, { input: '(((' }),
  (draft) => withLast(draft, { kind: 'service_call', serviceId: 'svc_nobody' }),
  (draft) => withLast(draft, { kind: 'service_call', capability: 'magic', input: '{"pay": "PAYEE9"}' }),
  (draft) => ({ ...draft, steps: [...draft.steps, draft.steps[0]!] }),
  (draft) => ({ ...draft, result: { ...draft.result, step: 'nobody' } }),
  (draft) => ({ ...draft, steps: [] }),
];
