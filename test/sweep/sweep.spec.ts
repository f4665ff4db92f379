import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CrashPointName } from '../../src/runtime/crash-points.js';
import { type Sweep, sweep } from './sweep.js';

const SWEEP_MS = 600_000;

/** One of each kind. Every point there is takes minutes: `npm run test:sweep`. */
const SOME: readonly CrashPointName[] = [
  'request-recorded-not-answered',
  'plan-job-done-not-acknowledged',
  'hold-placed-not-approved',
  'step-in-hand-guarded',
  'step-job-queued',
  'payment-signed-not-recorded',
  'payment-recorded-not-sent',
  'payment-sent-answer-not-recorded',
  'payment-confirmed',
  'output-stored-not-recorded',
  'undo-paid-not-recorded',
  'deposit-claimed-not-credited',
  'refund-recorded-not-credited',
  'withdrawal-sent',
  'payout-recorded-not-sent',
  'run-closed',
  'run-settled-hold-kept',
  'receipt-stored-not-recorded',
  'projection-not-committed',
  'checkpoint-not-saved',
];

describe('a process that kills itself with something half done', () => {
  let seen: Sweep;
  beforeAll(async () => {
    seen = await sweep(SOME);
  }, SWEEP_MS);

  it.each(SOME)('at %s: the next one finishes its run, pays once, and loses nothing', (point) => {
    const crash = seen.crashes.find((one) => one.point === point)!;
    expect(crash).toMatchObject({ reached: true, objections: [] });
  });

  it('leaves books that balance with the chain, and no rule broken', () =>
    expect(seen.objections).toEqual([]));
});
