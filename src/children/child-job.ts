import type { ReportChild } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { isRunning, type Running, type WorkflowState } from '../commands/workflow/state.js';
import { places } from '../content/content-store.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { parseMicros, ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { TimerStore } from '../ports/timers.js';
import type { Caller } from '../requests/caller.js';
import { childBody } from '../requests/child-body.js';
import type { CreateBody } from '../requests/create-body.js';
import { type CreateParts, createAs, createCancelled, type PartOf } from '../requests/create-workflow.js';
import { againTimer, type ChildTask, type FamilyTask } from '../sagas/children.js';
import { cover } from './cover.js';
import { undo } from './undo.js';

/**
 * Begins and ends workflows that are steps of others, and tells those how they ended. A child is asked for on its
 * parent's record first and begun second, and its parent is looked at again after that: one that was dismissed in
 * between is cancelled, so that none is left behind, whatever crashes where. One that was dismissed before it was begun
 * is created and cancelled at once: its parent is told by its record alone, and whoever is still about to begin it
 * finds it over. Everything may be done twice.
 */
export class ChildJob {
  constructor(
    private readonly parts: CreateParts,
    private readonly timers: Pick<TimerStore, 'cancel'>,
  ) {}

  async run(task: FamilyTask): Promise<void> {
    if (task.act === 'cover') await cover(this.parts, task.childId);
    else if (task.act === 'undo') await undo(this.parts, task);
    else await this.align(task);
    await this.timers.cancel([againTimer(task)]);
  }

  private async align(task: ChildTask): Promise<void> {
    const { act, closed } = task;
    if (act === 'report') await this.reportEnd(task, closed!);
    else if (act === 'begin') await this.begin(task);
    await this.endIfUnwanted(task);
  }

  private async reportEnd(task: ChildTask, closed: NonNullable<ChildTask['closed']>): Promise<void> {
    const { outcome, cost, undo: price, lasting } = closed;
    const undo = price === undefined ? undefined : parseMicros(price);
    const toUndo = { ...(undo !== undefined && { undo }), ...(lasting && { lasting }) };
    await this.report(task, outcome, parseMicros(cost), undefined, toUndo);
  }

  private async begin(task: ChildTask): Promise<void> {
    const parent = await this.waiting(task);
    if (parent?.status !== 'executing' && parent?.status !== 'paused') return;
    try {
      const asked = await this.asked(task, parent, `child/${task.childId}`);
      if (asked) await createAs(this.parts, ...asked);
    } catch (error) {
      if (isRefusal(error, 'WRONG_STATE')) return; // it was begun before
      if (!isRefusal(error) || error.kind !== 'terminal') throw error;
      await this.report(task, 'refused', ZERO, `${error.code}: ${error.message}`.slice(0, 500));
    }
  }

  private async asked(
    task: ChildTask,
    { created, approval, steps, plan, deadline }: Running,
    callId: string,
  ): Promise<readonly [Caller, childId: string, CreateBody, PartOf] | undefined> {
    const { content, clock } = this.parts;
    const { workflowId, runNo, stepId, attempt, childId } = task;
    const step = steps[stepId];
    if (step?.status !== 'sleeping') return undefined;
    const asked = childBody(await content.getJson(step.output, places.output(workflowId, runNo, stepId)));
    const { userId, priority, parent: grandparent, verificationLevel, filters } = created;
    const ceiling = parseMicros(plan.steps.find(({ id }) => id === stepId)!.maxCost);
    const { holdId } = approval;
    const until = step.until < deadline ? step.until : deadline;
    const caller: Caller = { principal: { userId, keyId: 'child', roles: ['user'] }, callId };
    const body = {
      serviceFilters: { ...filters, excludeServices: [...filters.excludeServices] },
      ...asked,
      verificationLevel: asked.verificationLevel ?? verificationLevel,
      autoApprove: true,
      maxTime: Math.min(Math.max(1, Date.parse(until) - clock.now()), LIMITS.maxRunTime),
    };
    const parent = {
      ...{ workflowId, runNo, stepId, attempt },
      depth: (grandparent?.depth ?? 0) + 1,
      ...(holdId !== undefined && ceiling > 0n && { holdId }),
    };
    return [caller, childId, body, { parent, maxCost: ceiling, ...(priority && { priority }) }];
  }

  /** A parent that drains or has gone on has no use for it. */
  private async endIfUnwanted(task: ChildTask): Promise<void> {
    const parent = await this.waiting(task);
    if (parent?.status === 'executing' || parent?.status === 'paused') return;
    const { state } = await this.parts.dispatch.load(workflow, task.childId);
    const begun = state.status === 'none' && parent ? await this.forestall(task, parent) : state;
    if (begun.status === 'none' || begun.status === 'closed') return;
    await this.cancel(task, begun, parent);
  }

  /** @returns its state: over, unless another has begun it meanwhile; none where nobody can begin it */
  private async forestall(task: ChildTask, parent: Running): Promise<WorkflowState> {
    const none = { status: 'none' } as const;
    try {
      const asked = await this.asked(task, parent, `child/${task.childId}/never`);
      return asked ? (await createCancelled(this.parts, ...asked)).state : none;
    } catch (error) {
      if (!isRefusal(error) || error.kind !== 'terminal') throw error;
      await this.report(task, 'cancelled', ZERO);
      return none;
    }
  }

  /** What was done is kept where its parent's is. */
  private async cancel(
    { childId }: ChildTask,
    state: Exclude<WorkflowState, { status: 'none' }>,
    parent?: Running,
  ) {
    const { dispatch, clock } = this.parts;
    const { userId: by } = state.created;
    const kept = parent?.status === 'draining' && parent.rollback === false;
    const command = {
      type: 'CancelWorkflow',
      at: isoTime(clock.now()),
      by,
      ...(kept && { rollback: false }),
    } as const;
    const context = { commandId: uuidv5(`child/${childId}/cancel`), correlationId: childId, actor } as const;
    await dispatch.send(workflow, childId, command, context).catch((error: unknown) => {
      if (!isRefusal(error, 'WRONG_STATE')) throw error; // it has failed and ends by itself
    });
  }

  /** The parent, as long as that step of it waits for that child. */
  private async waiting({ workflowId, runNo, stepId, childId }: ChildTask): Promise<Running | undefined> {
    const { state } = await this.parts.dispatch.load(workflow, workflowId);
    if (!isRunning(state) || state.runNo !== runNo) return undefined;
    const step = state.steps[stepId];
    return step?.status === 'sleeping' && step.child === childId ? state : undefined;
  }

  private async report(
    { workflowId, runNo, stepId, attempt, childId }: ChildTask,
    outcome: ReportChild['outcome'],
    cost: ReportChild['cost'],
    message?: string,
    toUndo: Pick<ReportChild, 'undo' | 'lasting'> = {},
  ): Promise<void> {
    const command: ReportChild = {
      type: 'ReportChild',
      at: isoTime(this.parts.clock.now()),
      ...{ runNo, stepId, attempt, childId, outcome, cost },
      ...(message !== undefined && { message }),
      ...toUndo,
    };
    await this.parts.dispatch.send(workflow, workflowId, command, {
      commandId: uuidv5(`child/${childId}/${outcome}`),
      correlationId: workflowId,
      actor,
    });
  }
}

const actor = { type: 'worker', id: 'children' } as const;
