import type { Principal } from '../identity/principal.js';
import type { Actor } from '../kernel/event.js';
import type { CommandContext } from '../runtime/dispatch.js';

/** Who calls, and the ids this call's commands derive theirs from. */
export interface Caller {
  readonly principal: Principal;
  /** new for every call */
  readonly callId: string;
  readonly traceparent?: string;
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
