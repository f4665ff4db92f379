import { escrow } from '../commands/escrow/decide.js';
import type { Paused } from '../commands/workflow/state.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { type Micros, microsToUsdc } from '../kernel/money.js';
import { plusMs } from '../kernel/time.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

/** ms a hold outlives the longest time its run may take: settling comes after the run. */
export const HOLD_MARGIN = 15 * 60_000;

/**
 * Before a paused run goes on, its hold covers what it may cost, and lasts as long as it may take from now. One that
 * has expired meanwhile holds again.
 * @throws Refusal INSUFFICIENT_ESCROW {available, required}
 */
export async function extendHold(
  { dispatch }: { readonly dispatch: Dispatch },
  caller: Caller,
  { created, approval, deadline, pausedAt }: Paused,
  amount: Micros,
  at: string,
): Promise<void> {
  const left = Math.max(0, Date.parse(deadline) - Date.parse(pausedAt));
  const expiresAt = plusMs(at, left + HOLD_MARGIN);
  const command = { type: 'ExtendHold', holdId: approval.holdId!, amount, at, expiresAt } as const;
  try {
    const context = contextOf(caller, `extend/${pausedAt}`, created.workflowId);
    await dispatch.send(escrow, created.userId, command, context);
  } catch (error) {
    throw isRefusal(error) ? inMoney(error, amount) : error;
  }
}

/** The same refusal with its figures as clients read money: a decimal number, and exactly in text. */
export function inMoney(refusal: Refusal, budget: Micros): Refusal {
  const notOpen = refusal.code === 'ESCROW_NOT_OPEN';
  if (!notOpen && refusal.code !== 'INSUFFICIENT_ESCROW') return refusal;
  const available = notOpen ? 0n : BigInt(String(refusal.figures['available']));
  const required = notOpen ? budget : BigInt(String(refusal.figures['required']));
  const message = notOpen ? 'There is no money in escrow yet. Deposit some first.' : refusal.message;
  return new Refusal('INSUFFICIENT_ESCROW', message, {
    available: microsToUsdc(available),
    availableMicro: `${available}`,
    required: microsToUsdc(required),
    requiredMicro: `${required}`,
  });
}
