import type { Plan, PlanStep } from '../../src/events/plan.js';
import { parseMicros, sumMicros } from '../../src/kernel/money.js';
import { assemble, condition, local, paid, planOf } from '../kit/runs.js';
import type { Random } from './random.js';

/** A service of some character: each figure is how often it does that. */
export interface Offer {
  readonly id: string;
  readonly url: string;
  readonly payTo: string;
  readonly network: string;
  readonly asset: string;
  readonly price: string;
  readonly fails: number;
  readonly cheats: number;
  readonly slow: number;
  /** takes the signed payment, says nothing, and has it settled when it likes */
  readonly keeps: number;
  /** answers as if paid, and never has the payment settled */
  readonly lies: number;
}

export interface RandomPlan {
  readonly plan: Plan;
  readonly inputs: Readonly<Record<string, { readonly input: string }>>;
}

export function randomOffer(random: Random, index: number): Offer {
  const character = () => (random.chance(0.3) ? random.random() * 0.5 : 0);
  return {
    id: `svc_${index}`,
    url: `http://127.0.0.1:5402/svc/${index}`,
    payTo: `PAYEE${index}`,
    network: 'solana:simulated',
    asset: 'USDC',
    price: `${random.between(1, 50) * 1_000}`,
    fails: character(),
    cheats: character() / 2,
    slow: character(),
    keeps: character(),
    lies: character(),
  };
}

/** A graph of up to seven steps and the one that assembles what they gave. */
export function randomPlan(random: Random, offers: readonly Offer[]): RandomPlan {
  const steps: PlanStep[] = [];
  const inputs: Record<string, { input: string }> = {};
  const count = random.between(1, 7);
  for (let n = 1; n <= count; n++) {
    const id = `step_${n}`;
    const before = steps.filter(() => random.chance(0.45));
    const dependencies = before.map((step) => step.id);
    const decision = before.find(({ kind }) => kind === 'conditional');
    const kind = random.pick(['paid', 'paid', 'paid', 'local', 'condition']);
    const more = {
      toleratesSkipped: random.chance(0.3),
      onFailure: random.pick(['abort', 'skip_dependants', 'skip_dependants'] as const),
      timeoutMs: random.pick([8_000, 30_000, 90_000]),
      retry: {
        maxAttempts: random.between(1, 4),
        initialMs: random.pick([100, 1_000]),
        multiplier: 2,
        maxMs: 10_000,
      },
      ...(decision &&
        random.chance(0.6) && {
          when: { step: decision.id, branch: random.pick(['then', 'else'] as const) },
        }),
    };
    if (kind === 'condition') {
      steps.push({ ...condition(id, dependencies), ...more });
      inputs[id] = { input: random.pick(['true', 'false', '1']) };
    } else if (kind === 'local') {
      steps.push(local(id, dependencies, more));
      inputs[id] = { input: gathers(dependencies) };
    } else {
      steps.push(paid(id, dependencies, { ...more, ...bound(random.pick(offers)) }));
      inputs[id] = { input: `{"ask": "${id}"}` };
    }
  }
  const awaited = new Set(steps.flatMap(({ dependencies }) => dependencies));
  const ends = steps.map(({ id }) => id).filter((id) => !awaited.has(id));
  const last = `step_${count + 1}`;
  inputs[last] = { input: gathers(ends) };
  return { plan: planOf(...steps, assemble(last, ends)), inputs };
}

const gathers = (steps: readonly string[]): string =>
  `{${steps.map((id) => `"${id}": steps.${id}`).join(', ')}}`;

const bound = (offer: Offer): Partial<PlanStep> => ({
  estimatedCost: offer.price,
  maxCost: `${sumMicros([parseMicros(offer.price)])}`,
  service: {
    id: offer.id,
    name: offer.id,
    method: 'POST',
    url: offer.url,
    payTo: offer.payTo,
    network: offer.network,
    asset: offer.asset,
    price: offer.price,
  },
});
