import { escrow } from '../commands/escrow/decide.js';
import { payment } from '../commands/payment/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { paymentIdOf } from '../kernel/ids.js';
import type { Dispatch } from '../runtime/dispatch.js';

export interface UnderWay {
  /** absent where a wallet of the user's own pays */
  readonly holdId: string | undefined;
  /** `signed`: it may land; `landed`: it is not captured from its hold yet */
  readonly status: 'signed' | 'landed';
}

interface Run {
  readonly workflowId: string;
  readonly runNo: number;
  readonly userId: string;
}

/** What was signed for the steps of a run, or for undoing them, and is not in the books of its owner yet. */
export async function underWay(
  dispatch: Pick<Dispatch, 'load'>,
  { workflowId, runNo, userId }: Run,
): Promise<UnderWay[]> {
  const { state } = await dispatch.load(workflow, workflowId);
  const account = (await dispatch.load(escrow, userId)).state;
  const named = ('plan' in state ? (state.plan?.steps ?? []) : []).flatMap(
    ({ id, service, compensation }) => [
      ...(service ? [id] : []),
      ...(compensation?.service ? [`${id}undo`] : []),
    ],
  );
  const found: UnderWay[] = [];
  for (const paymentId of named.map((name) => paymentIdOf(workflowId, runNo, name))) {
    const paid = (await dispatch.load(payment, paymentId)).state;
    if (!('prepared' in paid)) continue;
    const { holdId } = paid.quote;
    const isCaptured = account.status === 'open' && account.captures.get(paymentId) !== undefined;
    if (paid.status !== 'confirmed') found.push({ holdId, status: 'signed' });
    else if (holdId !== undefined && !isCaptured) found.push({ holdId, status: 'landed' });
  }
  return found;
}
