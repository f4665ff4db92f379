import { escrow } from '../commands/escrow/decide.js';
import { frozenWhy } from '../commands/escrow/freezing.js';
import { type Frozen, remainderOf } from '../commands/escrow/state.js';
import { payment } from '../commands/payment/decide.js';
import type { StepExecutor } from '../execution/step-executor.js';
import { Refusal } from '../kernel/errors.js';
import { paymentIdOf } from '../kernel/ids.js';
import { formatUsdc, type Micros, parseMicros, ZERO } from '../kernel/money.js';
import type { Dispatch } from '../runtime/dispatch.js';

/**
 * A step that costs something is begun only while its run's hold covers it (T13, T24): nothing is asked of a service
 * that could not be paid, and nothing out of a frozen account. What was signed before is gone on with, and undoing is
 * never held up.
 */
export const withHold =
  (dispatch: Pick<Dispatch, 'load'>, execute: StepExecutor): StepExecutor =>
  async (work) => {
    const { run, step, task } = work;
    const { holdId } = run.approval;
    const required = parseMicros(step.maxCost);
    if (task.undo || holdId === undefined || required === 0n) return execute(work);
    const { workflowId, userId } = run.created;
    const { available, frozen } = await leftOf(dispatch, userId, holdId);
    if (available >= required && !frozen) return execute(work);
    const paid = await dispatch.load(payment, paymentIdOf(workflowId, task.runNo, step.id));
    if ('prepared' in paid.state) return execute(work);
    throw new Refusal(
      'FUNDS_EXHAUSTED',
      frozen
        ? frozenWhy(frozen)
        : `The step may cost ${formatUsdc(required)}, and ${formatUsdc(available)} is held for it.`,
      { required: `${required}`, available: frozen ? '0' : `${available}` },
    );
  };

async function leftOf(
  dispatch: Pick<Dispatch, 'load'>,
  userId: string,
  holdId: string,
): Promise<{ readonly available: Micros; readonly frozen: Frozen | undefined }> {
  const { state } = await dispatch.load(escrow, userId);
  if (state.status !== 'open') return { available: ZERO, frozen: undefined };
  const hold = state.holds.get(holdId);
  return { available: hold?.status === 'open' ? remainderOf(hold) : ZERO, frozen: state.frozen };
}
