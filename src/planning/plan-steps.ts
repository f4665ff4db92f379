import type { BoundService, Compensation, PlanStep } from '../events/plan.js';
import { DEFAULT_RETRY, type RetryPolicy } from '../kernel/backoff.js';
import type { ServiceOffer } from '../ports/catalogue.js';
import type { DraftStep } from '../ports/planner.js';
import type { Candidate } from './match.js';

/**
 * ms that paying adds to an answer: asking for terms, signing, settling, looking at the chain. About 60 on the quiet
 * embedded chain (signing 10, settling 30) and twice that on a busy machine.
 */
const PAYMENT_TIME = 120;
const TRANSFORM_TIME = 5;
const TIMEOUT = { least: 30_000, most: 120_000, timesLatency: 20 };
/** a step is tried until a failure has this probability, as far as the uptime says */
const FAILURE_ACCEPTED = 0.001;
const ONCE: RetryPolicy = { maxAttempts: 1, initialMs: 0, multiplier: 1, maxMs: 0 };

const printable = (text: string, most: number): string =>
  text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed();

/** (1 − uptime)ⁿ ≤ FAILURE_ACCEPTED, from 3 to 6 attempts. */
function retryOf({ uptime }: ServiceOffer): RetryPolicy {
  const failing = Math.min(Math.max(1 - uptime, 1e-6), 0.99);
  const attempts = Math.ceil(Math.log(FAILURE_ACCEPTED) / Math.log(failing));
  return { ...DEFAULT_RETRY, maxAttempts: Math.min(Math.max(attempts, DEFAULT_RETRY.maxAttempts), 6) };
}

type Shared = Pick<PlanStep, 'id' | 'dependencies' | 'toleratesSkipped' | 'onFailure'> &
  Partial<Pick<PlanStep, 'when'>>;

const serviceOf = (offer: ServiceOffer): BoundService => ({
  id: offer.id,
  name: printable(offer.name, 120),
  method: offer.method,
  url: offer.url,
  payTo: offer.payTo,
  network: offer.network,
  asset: offer.asset,
  price: offer.price.toString(),
});

/** Services a step may go to; more would only make the plan long. */
const MAX_ALTERNATIVES = 3;

export function withAlternatives(step: PlanStep, others: readonly Candidate[]): PlanStep {
  const alternatives = others
    .slice(0, MAX_ALTERNATIVES)
    .map(({ offer, score }) => ({ service: serviceOf(offer), matchScore: score }));
  return alternatives.length > 0 ? { ...step, alternatives } : step;
}

/** Everything that costs or is paid comes from the catalogue here, and from nowhere else. */
export function serviceStep(shared: Shared, { offer, score, reasons }: Candidate): PlanStep {
  const name = printable(offer.name, 120);
  return {
    ...shared,
    kind: 'service_call',
    name: printable(`${name} (${offer.capability})`, 160),
    action: printable(offer.capability, 80),
    service: serviceOf(offer),
    estimatedCost: offer.price.toString(),
    maxCost: offer.price.toString(),
    estimatedTime: Math.ceil(Math.max(offer.latencyMs, 0)) + PAYMENT_TIME,
    timeoutMs: Math.ceil(
      Math.min(Math.max(offer.latencyMs * TIMEOUT.timesLatency, TIMEOUT.least), TIMEOUT.most),
    ),
    retry: retryOf(offer),
    sideEffect: 'none',
    matchScore: score,
    matchReasons: reasons.map((reason) => reason.slice(0, 200)),
  };
}

const LOCAL_NAMES = {
  data_transform: 'Reshape data',
  conditional: 'Decide on a condition',
  wait: 'Wait',
  signal: 'Wait for a signal',
  workflow: 'Run a workflow',
  assemble: 'Assemble the result',
};

/** Written out, since an object that is made of another one and grows is dear, and every plan has these. */
export function localStep(
  { id, dependencies, toleratesSkipped, onFailure, when }: Shared,
  action: Exclude<DraftStep['kind'], 'service_call'> | 'assemble',
  waits = 0,
): PlanStep {
  const step: PlanStep = {
    id,
    dependencies,
    toleratesSkipped,
    onFailure,
    kind: action === 'assemble' ? 'data_transform' : action,
    name: LOCAL_NAMES[action],
    action,
    estimatedCost: '0',
    maxCost: '0',
    estimatedTime: TRANSFORM_TIME + waits,
    timeoutMs: TIMEOUT.least,
    retry: ONCE,
    sideEffect: 'none',
  };
  return when ? { ...step, when } : step;
}

/** What its workflow may cost is approved with this one; nobody knows yet what it will. */
export const childStep = (shared: Shared, { maxCost, forMs }: NonNullable<DraftStep['child']>): PlanStep => ({
  ...localStep(shared, 'workflow'),
  estimatedCost: `${maxCost}`,
  maxCost: `${maxCost}`,
  ...(forMs !== undefined && { childForMs: forMs }),
});

/** Undoing is tried longer than doing: nobody else will do it. */
const UNDO_RETRY: RetryPolicy = { ...DEFAULT_RETRY, maxAttempts: 5 };

/** @param candidate none when an expression alone undoes the step */
export function compensationOf(candidate: Candidate | undefined): Compensation {
  if (!candidate) return { maxCost: '0', timeoutMs: TIMEOUT.least, retry: ONCE };
  const { service, maxCost, timeoutMs } = serviceStep(
    { id: '', dependencies: [], toleratesSkipped: false, onFailure: 'abort' },
    candidate,
  );
  return { service: service!, maxCost, timeoutMs, retry: UNDO_RETRY };
}
