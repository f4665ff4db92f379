import { receipt } from '../commands/receipt/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { keptOf } from '../commands/workflow/retry.js';
import { stepsOf } from '../commands/workflow/run-bounds.js';
import type { Closed } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { requireOwner } from '../identity/ownership.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { receiptIdOf } from '../kernel/ids.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface RetryParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly content: ContentStore;
}

export interface Retried {
  readonly runNo: number;
  /** what became of the wish: a run that cannot be resumed is planned anew */
  readonly mode: 'resume' | 'restart';
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * @throws Refusal NOT_FOUND, WRONG_STATE unless the last run failed or expired, or RECEIPT_NOT_READY while that run's
 * receipt is still being made: it is made from what the workflow knows of its last run
 */
export async function retryWorkflow(
  { dispatch, clock, content }: RetryParts,
  caller: Caller,
  workflowId: string,
  wanted: 'resume' | 'restart',
): Promise<Retried> {
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  const owner = state.status === 'none' ? undefined : state.created.userId;
  requireOwner(caller.principal, owner, 'workflow');
  requireSeen(caller, current);
  const runNo = state.status === 'none' ? 0 : state.runNo;
  if (state.status === 'closed' && state.settled) await requireReceipt(dispatch, workflowId, runNo);
  const mode =
    wanted === 'resume' && state.status === 'closed' && !(await isStored(content, state))
      ? 'restart'
      : wanted;
  const command = {
    type: 'RetryWorkflow',
    at: isoTime(clock.now()),
    by: caller.principal.userId,
    runNo,
    mode,
  } as const;
  const sent = await dispatch.send(workflow, workflowId, command, contextOf(caller, 'retry', workflowId));
  const { status } = sent.state;
  return {
    runNo: runNo + 1,
    mode: status === 'planning' ? 'restart' : 'resume',
    revision: sent.revision,
    position: sent.position,
  };
}

async function requireReceipt(dispatch: Dispatch, workflowId: string, runNo: number): Promise<void> {
  const { state } = await dispatch.load(receipt, receiptIdOf(workflowId, runNo));
  if (state.status !== 'none') return;
  throw new Refusal('RECEIPT_NOT_READY', 'The receipt of the last run is still being made.', { runNo });
}

/** Outputs that stand outside their events may be gone: what depends on them cannot go on from there. */
async function isStored(content: ContentStore, state: Closed): Promise<boolean> {
  const { created } = state;
  for (const { stepId, runNo } of keptOf(state)) {
    const step = stepsOf(state)[stepId];
    if (step?.status !== 'completed' || !('artifact' in step.output)) continue;
    const place = places.output(created.workflowId, runNo, stepId);
    if (
      !(await content.getJson(step.output, place).then(
        () => true,
        () => false,
      ))
    )
      return false;
  }
  return true;
}
