import type { Parent } from '../../src/events/child.js';
import type { ForkedFrom } from '../../src/events/fork.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import type { DeedTally } from './deeds.js';
import type { ForkAsked } from './fork-rules.js';
import { must } from './violation.js';
import type { WorkflowRules } from './workflow-rules.js';

/** What workflows are to each other: steps of others, or gone on from others. */
export class FamilyRules {
  /** of workflows that are steps of others: who asked for them */
  readonly children = new Map<string, Parent>();
  /** workflows that go on from others */
  readonly forks = new Set<string>();
  private readonly asked = new Map<string, ForkAsked>();
  /** workflows of whose end their parents have been told */
  private readonly told = new Set<string>();

  constructor(
    private readonly workflows: ReadonlyMap<string, WorkflowRules>,
    private readonly workflow: (id: string) => WorkflowRules,
    private readonly held: (userId: string, holdId: string) => bigint,
    private readonly deeds: DeedTally,
  ) {}

  /** What a fork was asked to change. */
  willFork(workflowId: string, asked: ForkAsked): void {
    this.asked.set(workflowId, asked);
  }

  /** I4 and I5: nobody begins a workflow that no step waits for, and each tells the truth of how it ended. */
  before(id: string, event: WorkflowEvent): void {
    if (event.type === 'WorkflowCreated' && event.parent) {
      this.children.set(id, event.parent);
      const asked = this.workflow(event.parent.workflowId)
        .run(event.parent.runNo)
        .hasAskedFor(event.parent.stepId);
      must(asked === id, 'I4', () => `${id} was begun, and its parent asked for ${asked}`);
      must(!this.told.has(id), 'I13', () => `${id} is begun, and its parent was told that it is over`);
    }
    if (event.type === 'WorkflowCreated' && event.forkedFrom) this.forked(id, event.forkedFrom, event.userId);
    if (event.type === 'RollbackRequested') this.undoneWith(id, event);
    if (event.type === 'StepCompensated' || event.type === 'StepCompensationFailed') this.undoneIn(id, event);
    if (event.type !== 'ChildClosed') return;
    this.told.add(event.childId);
    if (event.outcome === 'refused') return;
    const child = this.workflows.get(event.childId)?.run(1);
    const outcome = child?.outcome ?? 'cancelled';
    must(event.outcome === outcome, 'I13', () => `${event.childId} is told ${event.outcome}, it ${outcome}`);
    const spent = child?.spent ?? 0n;
    must(BigInt(event.cost) === spent, 'I5', () => `${event.childId} is told to have spent ${event.cost}`);
    if (outcome !== 'completed') return;
    const { undo, lasting } = child!.toUndo;
    must(
      event.undo === undo?.toString(),
      'I8',
      () => `undoing ${event.childId} costs ${undo}, not ${event.undo}`,
    );
    must((event.lasting === true) === lasting, 'I8', () => `${event.childId} is wrongly said to be lasting`);
  }

  private forked(id: string, from: ForkedFrom, userId: string): void {
    this.forks.add(id);
    const source = this.workflow(from.workflowId);
    must(source.userId === userId, 'I12', () => `${userId} has forked what belongs to ${source.userId}`);
    const run = source.run(from.runNo);
    const asked = this.asked.get(id);
    must(asked !== undefined, 'I4', () => `${id} was forked, and nobody asked for it`);
    this.workflow(id).last.forkOf(from, run, asked);
    this.deeds.count('run forked');
    if (this.forks.has(from.workflowId)) this.deeds.count('fork forked');
    if (run.closed && run.settled === undefined) this.deeds.count('forked before it was settled');
    if (!run.closed) this.deeds.count('forked though its rollback failed');
  }

  /** I8: a workflow that completed is undone by nobody but the step that it was, when its turn has come. */
  private undoneWith(id: string, { parent, holdId, budget }: WorkflowEventOf<'RollbackRequested'>): void {
    const run = this.workflow(parent.workflowId).run(parent.runNo);
    must(run.hasAskedFor(parent.stepId) === id, 'I8', () => `${id} is undone for ${parent.stepId}`);
    const isTurn = run.isUndoing(parent.stepId, parent.attempt);
    must(isTurn, 'I8', () => `${id} is undone, and its parent did not ask for it`);
    const held = holdId === undefined ? 0n : this.held(this.workflow(id).userId!, holdId);
    must(held === BigInt(budget), 'I5', () => `${held} is held to undo ${id}, and ${budget} said`);
    this.deeds.count('workflow undone with its parent');
    if (this.children.has(parent.workflowId)) this.deeds.count('workflow undone two generations down');
  }

  /** And its parent says of it what became of it. */
  private undoneIn(id: string, event: WorkflowEventOf<'StepCompensated' | 'StepCompensationFailed'>): void {
    const run = this.workflow(id).last;
    const childId = run.hasAskedFor(event.stepId);
    if (childId === undefined || !run.isUndoneWithin(event.stepId)) return;
    const child = this.workflow(childId);
    const isBegun = child.all.length > 1;
    if (event.type === 'StepCompensationFailed') {
      // it may have been seen to after it had failed, and before its parent said so; its parent hears of that next
      const neverFailed = isBegun && child.last.closed && !child.last.rollbackFailed;
      must(!neverFailed, 'I8', () => `${childId} is undone, and its parent says not`);
      return;
    }
    if (!isBegun) {
      must(event.resolved === true, 'I8', () => `${childId} was never undone`);
      return;
    }
    const { closed, rollback, spent } = child.last;
    must(closed, 'I8', () => `${childId} is still being undone`);
    must((rollback === 'resolved') === (event.resolved === true), 'I8', () => `${childId} ended ${rollback}`);
    must(BigInt(event.cost) === spent, 'I5', () => `undoing ${childId} cost ${spent}, not ${event.cost}`);
  }
}
