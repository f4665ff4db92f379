import type { Principal } from '../identity/principal.js';
import { Refusal } from '../kernel/errors.js';
import type { Actor } from '../kernel/event.js';
import type { CommandContext } from '../runtime/dispatch.js';

/** Who calls, and the ids this call's commands derive theirs from. */
export interface Caller {
  readonly principal: Principal;
  /** new for every call */
  readonly callId: string;
  /** of a call with an Idempotency-Key: the same when it is made again after a crash */
  readonly onceId?: string;
  readonly traceparent?: string;
  /** revision of the stream the caller has seen (If-Match) */
  readonly seen?: number;
}

/** @throws Refusal PRECONDITION_FAILED when the caller decided on what is no longer so */
export function requireSeen({ seen }: Caller, revision: number): void {
  if (seen !== undefined && seen !== revision)
    throw new Refusal('PRECONDITION_FAILED', 'This has changed since you looked at it.', { seen, revision });
}

const actorOf = ({ userId, roles }: Principal): Actor => ({
  type: roles.includes('operator') ? 'operator' : 'user',
  id: userId,
});

/**
 * Commands of one call go to different streams, and event ids derive from command ids: each has a name of its own.
 * @param correlationId usually the workflow's id
 */
export const contextOf = (
  { principal, callId, traceparent }: Caller,
  name: string,
  correlationId: string,
): CommandContext => ({
  commandId: `${callId}/${name}`,
  causationId: callId,
  correlationId,
  actor: actorOf(principal),
  ...(traceparent !== undefined && { traceparent }),
});
