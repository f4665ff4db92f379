import { microsToUsdc, toMicros } from '../../src/kernel/money.js';
import type { ServiceOffer } from '../../src/ports/catalogue.js';
import type { DraftCompensation, DraftStep, PlanDraft } from '../../src/ports/planner.js';
import { input, offer as offerOf } from '../kit/offers.js';
import type { Random } from './random.js';

/** What users and services say, in every request, title, input and answer: it must never be read in clear. */
export const WORDS = 'psst! a word in confidence';

/** A service of some character: each figure is how often it does that. */
export interface Offer {
  readonly id: string;
  readonly url: string;
  readonly payTo: string;
  readonly network: string;
  readonly asset: string;
  readonly price: string;
  readonly latencyMs: number;
  readonly uptime: number;
  readonly fails: number;
  readonly cheats: number;
  readonly slow: number;
  /** takes the signed payment, says nothing, and has it settled when it likes */
  readonly keeps: number;
  /** answers as if paid, and never has the payment settled */
  readonly lies: number;
  /** is paid for undoing something and does not do it */
  readonly keepsIt: number;
  /** says that it cannot do the work, before it is paid */
  readonly refuses: number;
  /** answers nobody between two times, ms since the world began, as long as faults go on */
  readonly away: readonly [number, number];
}

/** All of them can do the same: a plan names one, or takes the best. */
const CAPABILITY = 'work';

export function randomOffer(random: Random, index: number): Offer {
  const character = () => (random.chance(0.3) ? random.random() * 0.5 : 0);
  const leaves = random.chance(0.4) ? random.between(0, 20_000) : Number.POSITIVE_INFINITY;
  return {
    id: `svc_${index}`,
    url: `http://127.0.0.1:5402/svc/${index}`,
    payTo: `PAYEE${index}`,
    network: 'solana:simulated',
    asset: 'USDC',
    price: `${random.between(1, 50) * 1_000}`,
    latencyMs: random.pick([50, 400, 2_500]),
    uptime: random.pick([0.5, 0.9, 0.999]),
    fails: character(),
    cheats: character() / 2,
    slow: character(),
    keeps: character(),
    lies: character(),
    keepsIt: random.chance(0.5) ? random.random() : 0,
    refuses: random.chance(0.3) ? random.random() : 0,
    away: [leaves, leaves + random.between(10_000, 90_000)],
  };
}

export const listed = (offer: Offer): ServiceOffer =>
  offerOf(offer.id, {
    capability: CAPABILITY,
    description: 'does part of the work',
    url: offer.url,
    payTo: offer.payTo,
    network: offer.network,
    asset: offer.asset,
    price: toMicros(BigInt(offer.price)),
    latencyMs: offer.latencyMs,
    uptime: offer.uptime,
    inputs: [input('ask', 'string'), input('of', 'json', true)],
  });

/** What a planner would draft, or a user write: up to seven steps that read each other. */
export function randomDraft(random: Random, offers: readonly Offer[], depth = 0): PlanDraft {
  const steps: DraftStep[] = [];
  const count = random.between(1, depth === 0 ? 7 : 3);
  const isFamily = depth < 2 && random.chance(FAMILIES[depth]!);
  if (depth > 0 && random.chance(0.7)) steps.push(undoableHere(random, offers));
  if (isFamily) steps.push(undoablePart(random, offers, steps.length + 1, depth));
  while (steps.length < count)
    steps.push(randomStep(random, offers, steps, steps.length + 1 === count, depth));
  if (isFamily && depth === 0 && random.chance(0.6)) steps.push(doomed(steps));
  const giving = steps.filter(({ kind }) => kind !== 'conditional');
  return {
    intent: { classification: WORDS, capabilities: [WORDS], confidence: 0.9, method: 'llm' },
    steps,
    result: { step: random.pick(giving).key, mediaType: 'application/json' },
  };
}

function randomStep(
  random: Random,
  offers: readonly Offer[],
  earlier: readonly DraftStep[],
  isLast: boolean,
  depth: number,
): DraftStep {
  const key = `s${earlier.length + 1}`;
  const before = earlier.filter(() => random.chance(0.45));
  const dependsOn = before.map((step) => step.key);
  const decision = before.find(({ kind }) => kind === 'conditional');
  const step = {
    key,
    title: WORDS,
    dependsOn,
    onFailure: random.pick(['abort', 'skip_dependants', 'skip_dependants'] as const),
    ...(decision &&
      random.chance(0.6) && {
        when: { step: decision.key, branch: random.pick(['then', 'else'] as const) },
      }),
  };
  const kind = random.pick(['paid', 'paid', 'paid', 'local', 'condition'] as const);
  if (kind === 'local' && random.chance(0.3)) return { ...step, ...pausing(random) };
  if (kind === 'local' && depth < 2 && random.chance(0.2)) return { ...step, ...part(random, offers, depth) };
  if (kind === 'condition' && !isLast)
    return { ...step, kind: 'conditional', input: random.pick(['true', 'false', '1']) };
  const effect = randomEffect(random, key, offers, kind === 'paid');
  if (kind !== 'paid')
    return {
      ...step,
      ...effect,
      kind: 'data_transform',
      input: random.chance(0.05) ? BROKEN : gathers(dependsOn),
    };
  const service = random.chance(0.8) ? { serviceId: random.pick(offers).id } : { capability: CAPABILITY };
  const onFailure = random.chance(0.5) ? 'fallback' : step.onFailure;
  return { ...step, onFailure, ...effect, ...service, kind: 'service_call', input: `{"ask": "${WORDS}"}` };
}

/** By depth, how many plans begin with a workflow of their own, made to be undone: left to chance, it hardly happens. */
const FAMILIES = [0.17, 0.35] as const;

const first = { key: 's1', title: WORDS, dependsOn: [], onFailure: 'abort' } as const;

function undoablePart(random: Random, offers: readonly Offer[], at: number, depth: number): DraftStep {
  const { child, ...step } = part(random, offers, depth);
  const { forMs: _forMs, ...unhurried } = child!;
  return { ...first, ...step, key: `s${at}`, child: { ...unhurried, maxCost: toMicros(400_000n) } };
}

/** Costs nothing to do; undoing it is free or paid. */
function undoableHere(random: Random, offers: readonly Offer[]): DraftStep {
  const input = `{"ask": "${WORDS}", "of": steps.s1}`;
  const compensation = random.pick([{ input: 'steps.s1' }, { input, serviceId: random.pick(offers).id }]);
  return { ...first, kind: 'data_transform', input: '{}', sideEffect: 'reversible', compensation };
}

/** Comes after everything else and fails for good. */
const doomed = (steps: readonly DraftStep[]): DraftStep => ({
  ...first,
  key: `s${steps.length + 1}`,
  dependsOn: steps.map(({ key }) => key),
  kind: 'data_transform',
  input: BROKEN,
});

/** Names of signals: few, so that steps of one plan wait for the same. */
const SIGNALS = ['go', 'stop'];

/** What does nothing for a while: until a time, or until somebody says so. */
function pausing(random: Random): Pick<DraftStep, 'kind' | 'input' | 'signal'> {
  const ms = random.pick([0, 10, 3_000, 30_000]);
  if (random.chance(0.3)) return { kind: 'wait', input: `{"for": ${ms}}` };
  const onTimeout = random.pick(['fail', 'input'] as const);
  const signal = { name: random.pick(SIGNALS), onTimeout, ...(random.chance(0.5) && { forMs: ms }) };
  return { kind: 'signal', input: `{"said": "${WORDS}"}`, signal };
}

/** A workflow of its own, which may cost something, too little, or nothing. */
function part(
  random: Random,
  offers: readonly Offer[],
  depth: number,
): Pick<DraftStep, 'kind' | 'input' | 'child'> {
  const plan = asGiven(randomDraft(random, offers, depth + 1));
  const maxCost = toMicros(random.pick([0n, 30_000n, 300_000n, 300_000n]));
  const forMs = random.chance(0.2) ? { forMs: random.pick([10, 5_000, 30_000]) } : {};
  return { kind: 'workflow', input: JSON.stringify({ plan }), child: { maxCost, ...forMs } };
}

/** The same draft as its author would post it. */
export const asGiven = ({ steps, result }: PlanDraft) => ({
  steps: steps.map(({ signal, child, input, ...step }) => ({
    ...step,
    ...(child && {
      maxCost: microsToUsdc(child.maxCost),
      ...(child.forMs !== undefined && { for: child.forMs }),
    }),
    ...(signal && { signal: signal.name, ...(signal.forMs !== undefined && { for: signal.forMs }) }),
    ...(signal?.onTimeout !== 'fail' && { input }),
  })),
  result,
});

/** Evaluates to an error that quotes what its user wrote. */
const BROKEN = `$error("${WORDS}")`;

function randomEffect(
  random: Random,
  key: string,
  offers: readonly Offer[],
  isPaid: boolean,
): Pick<DraftStep, 'sideEffect' | 'compensation'> {
  const mood = random.random();
  if (mood < 0.1) return { sideEffect: 'irreversible' };
  if (mood > 0.45) return {};
  const input = `{"ask": "${WORDS}", "of": steps.${key}}`;
  const other: DraftCompensation = { serviceId: random.pick(offers).id, input };
  const here: DraftCompensation = { input: random.chance(0.15) ? BROKEN : `steps.${key}` };
  const compensation = isPaid ? random.pick([{ input }, other]) : random.pick([here, here, other]);
  return { sideEffect: 'reversible', compensation };
}

const gathers = (steps: readonly string[]): string =>
  `{${steps.map((key) => `"${key}": steps.${key}`).join(', ')}}`;
