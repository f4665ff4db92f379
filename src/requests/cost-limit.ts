import { Refusal } from '../kernel/errors.js';
import { MAX_RUN_COST } from '../kernel/limits.js';
import { formatUsdc, type Micros, microsToUsdc, usdcToMicros } from '../kernel/money.js';

/**
 * What a caller allows a run to cost; 0 or nothing said means the platform's limit.
 * @throws Refusal VALIDATION_FAILED above that
 */
export function costLimit(usdc: number | undefined): Micros {
  const wanted = usdcToMicros(usdc ?? 0);
  if (wanted > MAX_RUN_COST)
    throw new Refusal('VALIDATION_FAILED', `One run may cost ${formatUsdc(MAX_RUN_COST)} at most.`, {
      field: 'maxCost',
      limit: microsToUsdc(MAX_RUN_COST),
    });
  return wanted === 0n ? (MAX_RUN_COST as Micros) : wanted;
}
