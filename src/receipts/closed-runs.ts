import { payment } from '../commands/payment/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import type { Closed, WorkflowState } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { upcast } from '../events/catalogue.js';
import type { WorkflowEvent } from '../events/workflow.js';
import { paymentIdOf, streamOf } from '../kernel/ids.js';
import type { EventStore } from '../ports/event-store.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { ClosedRun } from './closed-run.js';
import { closedRunOf, type PaidInVain } from './closed-run-of.js';

export interface RunTask {
  readonly workflowId: string;
  readonly runNo: number;
  /** a state of the workflow in memory that has this revision is new enough */
  readonly revision?: number;
}

/** Closed runs, read from the events with the secret their salts derive from. */
export class ClosedRuns {
  constructor(
    private readonly dispatch: Pick<Dispatch, 'load'>,
    private readonly content: ContentStore,
    /** address that pays for steps, where a payment names none */
    private readonly payer: string,
    /** of runs that another one has followed; without it only the newest is at hand */
    private readonly history?: Pick<EventStore, 'read'>,
  ) {}

  /**
   * @returns undefined when the run is not closed, or not the workflow's newest any more and its history not at hand
   * @throws Refusal KEY_DESTROYED when the user's data was erased: without the secret no salt can be made again
   */
  async read({ workflowId, runNo, revision }: RunTask): Promise<ClosedRun | undefined> {
    const { state: newest } = await this.dispatch.load(workflow, workflowId, revision);
    const state =
      newest.status !== 'none' && newest.runNo > runNo ? await this.earlier(workflowId, runNo) : newest;
    if (state?.status !== 'closed' || state.runNo !== runNo) return undefined;
    const secret = await this.content.openText(state.created.secret, places.secret(workflowId));
    // a Buffer is part of 64 KB with the secrets of others, and all of that would go to the thread of receipts
    const bytes = new Uint8Array(Buffer.from(secret, 'base64'));
    return closedRunOf(state, bytes, await this.paidInVain(state));
  }

  /** As it stood when it closed. */
  private async earlier(workflowId: string, runNo: number): Promise<WorkflowState | undefined> {
    if (!this.history) return undefined;
    const { initial, evolve } = workflow.decider;
    let state = initial;
    for await (const recorded of this.history.read(streamOf('workflow', workflowId))) {
      const event = upcast(recorded.event) as WorkflowEvent;
      state = evolve(state, event);
      if (event.type === 'RunClosed' && event.runNo === runNo) return state;
    }
    return undefined;
  }

  private async paidInVain({ plan, progress, created, runNo }: Closed): Promise<Map<string, PaidInVain>> {
    const paid = new Map<string, PaidInVain>();
    for (const { id, service } of plan?.steps ?? []) {
      const status = progress?.steps[id]?.status;
      if (!service || status === undefined || status === 'completed' || status === 'skipped') continue;
      const paymentId = paymentIdOf(created.workflowId, runNo, id);
      const { state } = await this.dispatch.load(payment, paymentId);
      if (state.status !== 'confirmed') continue;
      const { serviceId, payTo: payee, amount, asset, network, payer = this.payer } = state.quote;
      const { signature, slot } = state;
      const terms = { payer, payee, amount: `${amount}`, asset, network };
      paid.set(id, { serviceId, paymentId, signature, slot: `${slot}`, ...terms });
    }
    return paid;
  }
}
