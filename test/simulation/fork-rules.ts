import type { ForkedFrom, OriginRun } from '../../src/events/fork.js';
import type { Plan, PlanStep } from '../../src/events/plan.js';
import type { WorkflowEventOf } from '../../src/events/workflow.js';
import type { Content } from '../../src/kernel/sealed.js';
import { must } from './violation.js';

/** What a step gave, in the run that did it. */
export interface Gave {
  readonly by: OriginRun;
  readonly of: Pick<
    WorkflowEventOf<'StepCompleted'>,
    'attempt' | 'inputHash' | 'outputHash' | 'branch' | 'startedAt' | 'completedAt'
  >;
  readonly output: Content;
}

/** What its owner asked for. */
export interface ForkAsked {
  readonly changed: readonly string[];
  /** by step: another service */
  readonly services: Readonly<Record<string, string>>;
}

/** The run that is forked, as it stood. */
export interface Forked {
  readonly plan: Plan | undefined;
  readonly isOver: boolean;
  statusOf(stepId: string): string | undefined;
  gaveOf(stepId: string): Gave | undefined;
  /** done here, and undone or to be undone by its rollback */
  isUndone(stepId: string): boolean;
}

/**
 * A fork keeps all that was done and need not be done again, and nothing else; what is kept is what was done then;
 * and its plan is the old one but for what its owner has changed.
 */
export class ForkRules {
  private readonly keeps = new Set<string>();
  private readonly mustKeep: ReadonlySet<string>;
  private plan: Plan | undefined;

  constructor(
    private readonly from: ForkedFrom,
    private readonly source: Forked,
    private readonly asked: ForkAsked,
  ) {
    must(source.isOver, 'I9', () => `${from.workflowId} was forked, and its run ${from.runNo} is not over`);
    this.mustKeep = this.standing();
  }

  proposed(plan: Plan): void {
    this.plan = plan;
    const before = this.source.plan?.steps ?? [];
    must(
      plan.steps.map(({ id }) => id).join() === before.map(({ id }) => id).join(),
      'I4',
      () => 'a fork has other steps than what it was forked from',
    );
    for (const [at, step] of plan.steps.entries()) {
      const old = before[at]!;
      must(shapeOf(step) === shapeOf(old), 'I4', () => `${step.id} of a fork is another step`);
      const service = this.asked.services[step.id] ?? old.service?.id;
      const bound = this.mustKeep.has(step.id) ? old.service?.id : service;
      must(step.service?.id === bound, 'I4', () => `a fork has ${step.id} done by ${step.service?.id}`);
    }
  }

  /** @returns what was done then */
  kept({ type: _type, v: _v, stepId, from, output: _output, seq: _seq, ...of }: Kept): Gave {
    const gave = this.source.gaveOf(stepId);
    must(gave !== undefined, 'I4', () => `a fork keeps ${stepId}, which was never done`);
    must(!this.source.isUndone(stepId), 'I8', () => `a fork keeps ${stepId}, which was undone`);
    must(this.mustKeep.has(stepId), 'I7', () => `a fork keeps ${stepId}, which was to run again`);
    must(!this.keeps.has(stepId), 'I9', () => `a fork keeps ${stepId} twice`);
    const sameRun = from.workflowId === gave.by.workflowId && from.runNo === gave.by.runNo;
    must(sameRun, 'I13', () => `a fork says ${stepId} was done in ${from.workflowId}`);
    for (const [name, value] of Object.entries(gave.of))
      must(of[name as keyof typeof of] === value, 'I13', () => `a fork has another ${name} of ${stepId}`);
    const [now, then] = [this.plan, this.source.plan].map((plan) =>
      JSON.stringify(plan?.steps.find(({ id }) => id === stepId)),
    );
    must(now === then, 'I4', () => `${stepId} is kept, and the plan says something else of it`);
    this.keeps.add(stepId);
    return gave;
  }

  /** Before anything of it is offered. */
  complete(): void {
    const lost = [...this.mustKeep].filter((id) => !this.keeps.has(id));
    must(lost.length === 0, 'I2', () => `a fork would do ${lost.join(', ')} again, which was done`);
  }

  /** Done, not undone, and after nothing that runs again. */
  private standing(): ReadonlySet<string> {
    const steps = this.source.plan?.steps ?? [];
    const again = new Set([this.from.stepId, ...this.asked.changed]);
    for (const { id } of steps) {
      const status = this.source.statusOf(id);
      const stands = status === 'completed' || status === 'skipped';
      if (!stands || this.source.isUndone(id)) again.add(id);
    }
    for (let size = -1; size !== again.size; ) {
      size = again.size;
      for (const { id, dependencies } of steps) if (dependencies.some((it) => again.has(it))) again.add(id);
    }
    const done = steps.filter(({ id }) => this.source.statusOf(id) === 'completed' && !again.has(id));
    return new Set(done.map(({ id }) => id));
  }
}

type Kept = WorkflowEventOf<'StepKept'>;

/** What no fork changes of a step. */
const shapeOf = ({
  id,
  kind,
  dependencies,
  when,
  onFailure,
  toleratesSkipped,
  sideEffect,
}: PlanStep): string =>
  JSON.stringify([id, kind, dependencies, when, onFailure, toleratesSkipped, sideEffect]);
