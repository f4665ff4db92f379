import { Refusal } from '../kernel/errors.js';
import type { ClosedRun } from './closed-run.js';

/** @throws Refusal RUN_SUPERSEDED: what a run was made of is at hand for the newest only */
export function requireNewest(run: ClosedRun | undefined, receiptId: string): ClosedRun {
  if (run) return run;
  throw new Refusal(
    'RUN_SUPERSEDED',
    'The workflow was run again since this receipt; only its newest run can be proven or disclosed.',
    { receiptId },
  );
}
