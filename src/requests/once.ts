import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { type IdKind, makeId } from '../kernel/ids.js';
import type { Chance } from '../ports/clock.js';
import type { Caller } from './caller.js';
import { derivedFrom } from './create-workflow.js';

/** The id of what a call makes: of a call with an Idempotency-Key, the same when a crash has it made again. */
export const idFor = (kind: IdKind, { onceId }: Caller, chance: Chance): string =>
  makeId(kind, onceId === undefined ? chance.ulid() : derivedFrom(onceId));

/**
 * Makes something under such an id. A process that died before it could answer may have made it: then it is found.
 * @param find reads what stands under the id
 */
export async function once<T>(
  caller: Caller,
  make: (caller: Caller) => Promise<T>,
  find: () => Promise<T>,
): Promise<T> {
  if (caller.onceId === undefined) return make(caller);
  try {
    return await make({ ...caller, callId: uuidv5(caller.onceId) });
  } catch (error) {
    if (!isRefusal(error, 'WRONG_STATE')) throw error;
    return find();
  }
}
