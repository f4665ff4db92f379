import { escrow } from '../commands/escrow/decide.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { holdIdOf } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import type { Micros } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';

export interface UndoParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

/** What a run is held money for that undoes a workflow, and which attempt of its parent asks for it. */
interface UndoHold {
  readonly userId: string;
  readonly childId: string;
  readonly runNo: number;
  readonly attempt: number;
  /** of the run that is undone; it goes back to the parent's once nothing that run signed can land any more */
  readonly former?: string | undefined;
}

/**
 * Undoing is paid by what was approved: what its step did not spend of its ceiling went back to the parent's hold, and
 * what undoing may cost is split off there again. Where that one holds nothing any more, it is what is available.
 * @param from of the parent; absent where that one holds nothing itself
 * @throws Refusal INSUFFICIENT_ESCROW, HOLD_CLOSED or HOLD_EXCEEDED; HOLD_RETURNING (retryable) while there is not enough
 *   because a payment of the run that is undone may still land
 */
export async function holdForUndoing(
  { dispatch, clock }: UndoParts,
  hold: UndoHold,
  amount: Micros,
  from: string | undefined,
): Promise<string> {
  const at = isoTime(clock.now());
  const holdId = holdIdOf(hold.childId, `${hold.runNo}u${hold.attempt}`);
  const expiresAt = plusMs(at, LIMITS.maxRunTime);
  const of = { holdId, amount, purpose: hold.childId, at, expiresAt } as const;
  const { state } = await dispatch.load(escrow, hold.userId);
  const holds = state.status === 'open' ? state.holds : undefined;
  const known = holds?.get(holdId);
  const isOpen = from !== undefined && holds?.get(from)?.status === 'open';
  // made before: asked for in the same way, it is the same
  const source = known ? known.from : isOpen ? from : undefined;
  const command =
    source !== undefined
      ? ({ type: 'SplitHold', from: source, ...of } as const)
      : ({ type: 'PlaceHold', ...of } as const);
  try {
    await dispatch.send(escrow, hold.userId, command, contextOf(hold, command.type));
  } catch (error) {
    const isReturning = hold.former !== undefined && holds?.get(hold.former)?.status === 'open';
    throw isReturning && isRefusal(error, 'HOLD_EXCEEDED') ? returning(error) : error;
  }
  return holdId;
}

const returning = (cause: Refusal): Refusal =>
  new Refusal(
    'HOLD_RETURNING',
    'What the workflow did not spend is not given back yet: a payment of it may still land.',
    cause.figures,
    'retryable',
    { cause },
  );

/** Nothing stays held for what does not begin. */
export async function releaseHold({ dispatch }: UndoParts, hold: UndoHold, holdId: string): Promise<void> {
  await dispatch
    .send(escrow, hold.userId, { type: 'ReleaseHold', holdId }, contextOf(hold, 'ReleaseHold'))
    .catch((error: unknown) => {
      if (!isRefusal(error, 'HOLD_UNKNOWN')) throw error;
    });
}

const contextOf = ({ childId, runNo, attempt }: UndoHold, what: string) =>
  ({
    commandId: uuidv5(`child/${childId}/${runNo}/undo/${attempt}/${what}`),
    correlationId: childId,
    actor: { type: 'worker', id: 'children' },
  }) as const;
