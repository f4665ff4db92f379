import { escrow } from '../commands/escrow/decide.js';
import { availableOf } from '../commands/escrow/state.js';
import type { MandateCommand } from '../commands/mandate/commands.js';
import { mandate } from '../commands/mandate/decide.js';
import { paysItself, requiredFor } from '../commands/workflow/approval.js';
import type { DeclineAutoApproval } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { nextRequestId } from '../commands/workflow/pausing.js';
import type { AwaitingApproval, WorkflowState } from '../commands/workflow/state.js';
import { isRefusal, type Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { holdIdOf } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import { type Micros, parseMicros, sumMicros, ZERO } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import { underWay } from '../payments/under-way.js';
import type { Clock } from '../ports/clock.js';
import type { TimerStore } from '../ports/timers.js';
import type { CommandContext, Dispatch } from '../runtime/dispatch.js';
import { type MandateTask, mandateJob, mandateTimer } from '../sagas/use-mandate.js';
import { recipientsOf } from './recipients.js';

type Approving = Extract<MandateTask, { act: 'approve' }>;
type Releasing = Extract<MandateTask, { act: 'release' }>;

/** ms a hold outlives the longest time its run may take */
const HOLD_MARGIN = 15 * 60_000;

/**
 * Approves a plan under a mandate: the mandate first, the hold second, the approval last. Each has an id made of the
 * question, so that a crash in between loses nothing and repeats nothing: whoever goes on finds what is there. What was
 * used for a plan that was not approved after all is given back.
 */
export class MandateJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  run(task: MandateTask): Promise<void> {
    return task.act === 'approve' ? this.approve(task) : this.release(task);
  }

  private async approve(task: Approving): Promise<void> {
    const { state } = await this.dispatch.load(workflow, task.workflowId);
    const open = isOpen(state, task) ? state : undefined;
    if (!open) return this.over(task, state);
    // there is nothing new to try before money comes (T07)
    if (open.declined && (await this.isShort(open))) return;
    const outcome = await this.use(task, open).catch((error: unknown) => {
      if (isRefusal(error) && error.kind === 'terminal') return error;
      throw error;
    });
    const after = (await this.dispatch.load(workflow, task.workflowId)).state;
    if (!isOpen(after, task)) return this.over(task, after);
    if (outcome) await this.decline(task, outcome);
  }

  private async use(task: Approving, open: AwaitingApproval): Promise<undefined> {
    const { workflowId, mandateId, requestId } = task;
    const { runNo, planHash } = open;
    const { userId, maxTime } = open.created;
    const at = isoTime(this.clock.now());
    const amount = requiredFor(open);
    const recipients = recipientsOf(open);
    const run = { workflowId, runNo, planHash };
    await this.tell(task, { type: 'ConsumeMandate', at, userId, ...run, amount, recipients });
    const holdId = paysItself(open) ? undefined : holdIdOf(workflowId, requestId);
    const expiresAt = plusMs(at, maxTime + HOLD_MARGIN);
    if (holdId !== undefined) {
      const hold = { type: 'PlaceHold', holdId, amount, purpose: workflowId, at, expiresAt } as const;
      await this.dispatch.send(escrow, userId, hold, contextOf(task, hold.type));
    }
    const approval = { at, approver: userId, automatic: true, planHash, requestId, budget: amount } as const;
    const held = holdId !== undefined && { holdId };
    const approve = { type: 'Approve', ...approval, ...held, mandateId } as const;
    await this.dispatch.send(workflow, workflowId, approve, contextOf(task, approve.type));
  }

  private async isShort(open: AwaitingApproval): Promise<boolean> {
    if (open.declined?.code !== 'INSUFFICIENT_ESCROW' && open.declined?.code !== 'ESCROW_NOT_OPEN')
      return true;
    const { state } = await this.dispatch.load(escrow, open.created.userId);
    return state.status !== 'open' || availableOf(state) < requiredFor(open);
  }

  /** Its owner is asked. A deposit may still come in time; nothing else changes by itself. */
  private async decline(task: Approving, refusal: Refusal): Promise<void> {
    const { code, message } = refusal;
    const limit = figure(refusal, 'limit') ?? figure(refusal, 'available');
    const asked = figure(refusal, 'asked') ?? figure(refusal, 'required');
    const decline: DeclineAutoApproval = {
      type: 'DeclineAutoApproval',
      at: isoTime(this.clock.now()),
      requestId: task.requestId,
      code,
      message,
      ...(limit !== undefined && { limit }),
      ...(asked !== undefined && { asked }),
    };
    const context = contextOf(task, `${decline.type} ${code} ${limit} ${asked}`);
    await this.dispatch.send(workflow, task.workflowId, decline, context);
    const waitsForMoney = code === 'INSUFFICIENT_ESCROW' || code === 'ESCROW_NOT_OPEN';
    if (!waitsForMoney) await this.done(task);
  }

  /**
   * The question is answered or withdrawn. Approved under the mandate, the run settles with it; approved by hand or not
   * at all, nothing of it was needed.
   */
  private async over(task: Approving, state: WorkflowState): Promise<void> {
    const runNo = runOf(task.requestId);
    const approval =
      'approval' in state ? state.approval : state.status === 'closed' ? state.progress?.approval : undefined;
    const isLater = state.status === 'none' || state.runNo !== runNo;
    if (isLater) await this.releaseLater(task, state);
    else if (state.status !== 'awaiting_approval' && approval?.mandateId !== task.mandateId)
      await this.tell(task, { type: 'ReleaseMandateUse', workflowId: task.workflowId, runNo, spent: ZERO });
    await this.done(task);
  }

  /** Another run has begun: what this one spent is no longer in the workflow's state, but in its holds. */
  private async releaseLater(
    { mandateId, workflowId, requestId }: Approving,
    state: WorkflowState,
  ): Promise<void> {
    if (state.status === 'none') return;
    const { userId } = state.created;
    const task: Releasing = {
      act: 'release',
      mandateId,
      workflowId,
      runNo: runOf(requestId),
      userId,
      least: '0',
    };
    await this.timers.set([
      {
        id: mandateTimer(task),
        dueAt: this.clock.now() + LATE_MS,
        action: { do: 'job', job: mandateJob(task, '/again'), every: LIMITS.dispatchTimeout },
      },
    ]);
  }

  /** Nothing of the run can land any more: what was captured from its holds is what it spent. */
  private async release(task: Releasing): Promise<void> {
    const { workflowId, runNo, userId, least } = task;
    // what was sent has expired or landed by now, but that is known only once somebody has looked: its timer asks again
    if ((await underWay(this.dispatch, task)).length > 0) return;
    const { state } = await this.dispatch.load(escrow, userId);
    const captured =
      state.status === 'open' ? spentOf(task, (holdId) => state.holds.get(holdId)?.captured) : ZERO;
    const spent = captured < BigInt(least) ? parseMicros(least) : captured;
    await this.tell(task, { type: 'ReleaseMandateUse', workflowId, runNo, spent });
    await this.done(task);
  }

  private async tell(task: MandateTask, command: MandateCommand): Promise<void> {
    await this.dispatch.send(mandate, task.mandateId, command, contextOf(task, command.type));
  }

  private done(task: MandateTask): Promise<void> {
    return this.timers.cancel([mandateTimer(task)]);
  }
}

/** ms; longer than signed bytes of a payment can still land */
const LATE_MS = 3 * 60_000;

const isOpen = (state: WorkflowState, { requestId }: Approving): state is AwaitingApproval =>
  state.status === 'awaiting_approval' && state.request.requestId === requestId;

/** `apr_2x3` is the third question of the second run. */
const runOf = (requestId: string): number => Number(requestId.split(/_|x/)[1]);

/** A run has a hold for each of its questions that was answered. */
function spentOf(
  { workflowId, runNo }: Releasing,
  capturedOf: (holdId: string) => Micros | undefined,
): Micros {
  const captured: Micros[] = [];
  let requestId = `apr_${runNo}`;
  for (let misses = 0; misses < MOST_QUESTIONS; requestId = nextRequestId(requestId)) {
    const amount = capturedOf(holdIdOf(workflowId, requestId));
    if (amount === undefined) misses++;
    else captured.push(amount);
  }
  return sumMicros(captured);
}

/** Questions of one run in a row that nobody answered, or that extended a hold */
const MOST_QUESTIONS = 20;

const figure = ({ figures }: Refusal, name: string): string | undefined => {
  const value = figures[name];
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? value : undefined;
};

const contextOf = (task: MandateTask, what: string): CommandContext => ({
  commandId: uuidv5(`${mandateJob(task).id}/${what}`),
  correlationId: task.workflowId,
  actor: { type: 'worker', id: 'mandates' },
});
