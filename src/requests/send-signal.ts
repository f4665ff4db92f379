import type { SendSignal } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { type ContentStore, places } from '../content/content-store.js';
import { requireOwner } from '../identity/ownership.js';
import type { Json } from '../kernel/canonical-json.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface SignalSent {
  readonly revision: number;
  readonly position: Position | undefined;
  readonly signalId: string;
  /** the step that went on with it; null while it is kept for one */
  readonly stepId: string | null;
}

/**
 * Tells a run something from outside. Without an id of its sender's, the signal has that of the call: the same call
 * again is the same signal.
 * @throws Refusal NOT_FOUND, SIGNAL_UNKNOWN, SIGNAL_NOT_AWAITED or WRONG_STATE
 */
export async function sendSignal(
  { dispatch, clock, content }: { dispatch: Dispatch; clock: Clock; content: ContentStore },
  caller: Caller,
  workflowId: string,
  {
    name,
    payload,
    signalId = caller.onceId ?? caller.callId,
  }: { name: string; payload: Json; signalId?: string | undefined },
): Promise<SignalSent> {
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  const owner = state.status === 'none' ? undefined : state.created.userId;
  requireOwner(caller.principal, owner, 'workflow');
  requireSeen(caller, current);
  const runNo = state.status === 'none' ? 1 : state.runNo;
  const command: SendSignal = {
    type: 'SendSignal',
    at: isoTime(clock.now()),
    by: caller.principal.userId,
    runNo,
    signalId,
    name,
    payload: await content.putJson(owner!, places.signal(workflowId, runNo, signalId), payload),
  };
  const context = contextOf(caller, `signal ${signalId}`, workflowId);
  const { revision, position, state: after } = await dispatch.send(workflow, workflowId, command, context);
  const taken = 'signals' in after ? after.signals?.[signalId]?.takenBy : undefined;
  return { revision, position, signalId, stepId: taken ?? null };
}
