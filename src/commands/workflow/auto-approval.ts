import type { RunOutcome, WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import type { Approve, DeclineAutoApproval } from './commands.js';
import { wrongState } from './refusals.js';
import type { Existing, WorkflowState } from './state.js';

/** Nobody needs to look at a plan of such a workflow that costs nothing. */
export const approvesFree = ({ created }: Pick<Existing, 'created'>): boolean =>
  created.autoApprove || created.mandateId !== undefined;

/** Whoever reacts to the question knows by it whom to ask first. */
export const askedUnder = ({ created }: Pick<Existing, 'created'>) =>
  created.mandateId !== undefined ? { mandateId: created.mandateId } : {};

/** Only the mandate the workflow was created with, and only before it runs: a dearer plan is its owner's to approve. */
export function requireOwnMandate({ mandateId, automatic }: Approve, state: WorkflowState): void {
  if (mandateId === undefined || state.status === 'none') return;
  if (mandateId !== state.created.mandateId || !automatic)
    throw new Refusal('FORBIDDEN', 'This workflow was not created under this mandate.', { mandateId });
  if (state.status === 'paused') throw wrongState(state, 'in the middle of a run its owner is asked');
}

/** T07: the plan waits for its owner, who learns why it was not approved without him. */
export function declineAutoApproval(
  { requestId, at, ...why }: DeclineAutoApproval,
  state: WorkflowState,
): WorkflowEvent[] {
  if (state.status !== 'awaiting_approval' || state.request.requestId !== requestId) return [];
  const { type: _type, ...told } = why;
  const { declined, runNo, created } = state;
  const isKnown =
    declined?.code === told.code && declined.asked === told.asked && declined.limit === told.limit;
  if (isKnown || created.mandateId === undefined) return [];
  const { mandateId } = created;
  return [{ type: 'AutoApprovalDeclined', v: 1, runNo, requestId, mandateId, ...told, declinedAt: at }];
}

interface End {
  readonly runNo: number;
  readonly outcome: RunOutcome;
  readonly actual: bigint;
  /** something signed for it may still land, see RunClosed */
  readonly mayStillPay: boolean;
}

/**
 * A run that was not approved under it spent nothing of it; one of which nothing may land any more has spent what was
 * captured. Whatever else may still land is looked for where it is held; what a wallet pays is not held, and counts in
 * full then.
 */
export function mandateShare(
  state: WorkflowState,
  { runNo, outcome, actual, mayStillPay }: End,
): WorkflowEvent[] {
  if (state.status === 'none' || state.created.mandateId === undefined) return [];
  const { mandateId, userId, payer } = state.created;
  const approval =
    'approval' in state ? state.approval : state.status === 'closed' ? state.progress?.approval : undefined;
  const isUnder = approval?.mandateId === mandateId;
  const inFull = isUnder && payer !== undefined && (outcome !== 'completed' || mayStillPay);
  const isFinal = !isUnder || inFull || !mayStillPay;
  const spent = inFull ? approval.budget : isUnder ? `${actual}` : '0';
  return [{ type: 'MandateShareSettled', v: 1, runNo, mandateId, userId, spent, isFinal }];
}
