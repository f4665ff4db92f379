import { escrow } from '../commands/escrow/decide.js';
import { frozenWhy } from '../commands/escrow/freezing.js';
import { type Frozen, remainderOf } from '../commands/escrow/state.js';
import { payment } from '../commands/payment/decide.js';
import type { StepExecutor } from '../execution/step-executor.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { paymentIdOf } from '../kernel/ids.js';
import { formatUsdc, type Micros, parseMicros, sumMicros, ZERO } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';

type Work = Parameters<StepExecutor>[0];

/** ms a hold lasts at least when undoing is about to be paid out of it: signing, sending, and what may land after that */
const UNDO_LASTS = 15 * 60_000;
/** ms; until then nothing is renewed, so that each of many steps does not renew it once more */
const LASTS_ANYWAY = UNDO_LASTS / 3;
/** ms from the look at the hold to the signature; a hold that ends before that is not relied on */
const SIGNED_BY = 2 * 60_000;

/**
 * A step that costs something is begun only while its run's hold covers it (T13, T24): nothing is asked of a service
 * that could not be paid, and nothing out of a frozen account. What was signed before is gone on with.
 *
 * What is undone long after the hold was to last is paid out of it as well: the price of what is yet to be undone is
 * held again first. That the account is frozen does not hold it up.
 */
export const withHold =
  (dispatch: Dispatch, clock: Clock, execute: StepExecutor): StepExecutor =>
  async (work) => {
    const { run, step, task } = work;
    const { holdId } = run.approval;
    const required = parseMicros(step.maxCost);
    if (holdId === undefined || required === 0n) return execute(work);
    if (task.undo) {
      await renewed(dispatch, clock, work, holdId);
      return execute(work);
    }
    const { workflowId, userId } = run.created;
    const { available, frozen } = await leftOf(dispatch, userId, holdId, isoTime(clock.now() + SIGNED_BY));
    if (
      (available < required || frozen) &&
      !(await isSigned(dispatch, paymentIdOf(workflowId, task.runNo, step.id)))
    )
      throw exhausted(required, available, frozen);
    return execute(work);
  };

/** @throws Refusal FUNDS_EXHAUSTED when the account has less than what is yet to be undone may cost */
async function renewed(
  dispatch: Dispatch,
  clock: Clock,
  { run, step, task }: Work,
  holdId: string,
): Promise<void> {
  const { workflowId, userId } = run.created;
  const { state } = await dispatch.load(escrow, userId);
  const hold = state.status === 'open' ? state.holds.get(holdId) : undefined;
  const at = isoTime(clock.now());
  if (hold?.status === 'open' && hold.expiresAt > plusMs(at, LASTS_ANYWAY)) return;
  if (await isSigned(dispatch, paymentIdOf(workflowId, task.runNo, `${step.id}undo`))) return;
  const amount = yetToUndo(run);
  try {
    await dispatch.send(
      escrow,
      userId,
      { type: 'RenewHold', holdId, amount, at, expiresAt: plusMs(at, UNDO_LASTS) },
      {
        commandId: uuidv5(`${workflowId}/${task.runNo}/${step.id}/${task.attempt}/renew`),
        correlationId: workflowId,
        actor: { type: 'worker', id: 'payments' },
      },
    );
  } catch (error) {
    if (!isRefusal(error, 'INSUFFICIENT_ESCROW')) throw error;
    throw exhausted(amount, BigInt(String(error.figures['available'])), undefined);
  }
}

/** Of all that is undone side by side: whoever comes next finds the hold open. */
const yetToUndo = (run: Work['run']): Micros =>
  'undos' in run
    ? sumMicros(
        run.plan.steps
          .filter(({ id }) => run.undos[id] && run.undos[id].status !== 'done')
          .map(({ compensation }) => parseMicros(compensation?.service ? compensation.maxCost : '0')),
      )
    : ZERO;

const isSigned = async (dispatch: Dispatch, paymentId: string): Promise<boolean> =>
  'prepared' in (await dispatch.load(payment, paymentId)).state;

const exhausted = (required: bigint, available: bigint, frozen: Frozen | undefined): Refusal =>
  new Refusal(
    'FUNDS_EXHAUSTED',
    frozen
      ? frozenWhy(frozen)
      : `The step may cost ${formatUsdc(required)}, and ${formatUsdc(available)} is held for it.`,
    { required: `${required}`, available: frozen ? '0' : `${available}` },
  );

async function leftOf(
  dispatch: Dispatch,
  userId: string,
  holdId: string,
  until: string,
): Promise<{ readonly available: Micros; readonly frozen: Frozen | undefined }> {
  const { state } = await dispatch.load(escrow, userId);
  if (state.status !== 'open') return { available: ZERO, frozen: undefined };
  const hold = state.holds.get(holdId);
  const isHeld = hold?.status === 'open' && hold.expiresAt > until;
  return { available: isHeld ? remainderOf(hold) : ZERO, frozen: state.frozen };
}
