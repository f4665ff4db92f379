import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { requireOwner } from '../identity/ownership.js';
import type { Position } from '../kernel/event.js';
import { parseMicros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';
import { extendHold } from './extend-hold.js';

export interface PauseParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

export interface Told {
  /** as the state is called inside: `paused`, `executing`, or `draining` and `closed` where going on ended it */
  readonly status: string;
  readonly revision: number;
  readonly position: Position | undefined;
}

/** @throws Refusal NOT_FOUND, or WRONG_STATE unless it executes */
export async function pauseWorkflow(parts: PauseParts, caller: Caller, workflowId: string): Promise<Told> {
  await seen(parts, caller, workflowId);
  const command = {
    type: 'PauseExecution',
    at: isoTime(parts.clock.now()),
    by: caller.principal.userId,
  } as const;
  return tell(parts, caller, workflowId, command, 'pause');
}

/**
 * The hold first, going on second: while it was paused the hold may have run out.
 * @param skip steps whose attempts are used up and that are given up, with what depends on them
 * @throws Refusal NOT_FOUND, WRONG_STATE, or INSUFFICIENT_ESCROW when the hold expired and its money is gone
 */
export async function resumeWorkflow(
  parts: PauseParts,
  caller: Caller,
  workflowId: string,
  skip: readonly string[],
): Promise<Told> {
  const state = await seen(parts, caller, workflowId);
  const at = isoTime(parts.clock.now());
  if (state.status === 'paused' && !state.request && state.approval.holdId !== undefined)
    await extendHold(parts, caller, state, parseMicros(state.approval.budget), at);
  const command = {
    type: 'ResumeExecution',
    at,
    by: caller.principal.userId,
    ...(skip.length > 0 && { skip }),
  } as const;
  return tell(parts, caller, workflowId, command, 'resume');
}

async function seen({ dispatch }: PauseParts, caller: Caller, workflowId: string) {
  const { state, revision } = await dispatch.load(workflow, workflowId);
  const owner = state.status === 'none' ? undefined : state.created.userId;
  requireOwner(caller.principal, owner, 'workflow');
  requireSeen(caller, revision);
  return state;
}

async function tell(
  { dispatch }: PauseParts,
  caller: Caller,
  workflowId: string,
  command: WorkflowCommand,
  name: string,
): Promise<Told> {
  const sent = await dispatch.send(workflow, workflowId, command, contextOf(caller, name, workflowId));
  const { state, revision, position } = sent;
  return { status: state.status, revision, position };
}
