import type { PlanStep } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';

/**
 * The undoing of one step. `from` is the first attempt of this round: an operator who has it tried again gives it a
 * whole new round, and attempts keep counting, so that no two ever have the same name.
 */
export type Undo = { readonly from: number } & (
  | { readonly status: 'waiting' }
  | { readonly status: 'scheduled'; readonly attempt: number }
  | { readonly status: 'running'; readonly attempt: number; readonly worker: string }
  /** `attempt` is the one that will follow at `at` */
  | { readonly status: 'retrying'; readonly attempt: number; readonly at: string }
  /** `resolved`: by hand, in the workflow that the step was */
  | { readonly status: 'done'; readonly attempt: number; readonly resolved?: true }
  | { readonly status: 'failed'; readonly attempt: number; readonly error: ErrorRecord }
);

export type Undos = Readonly<Record<string, Undo>>;

export const isUndoing = (undo: Undo): boolean => undo.status === 'scheduled' || undo.status === 'running';

const isSettled = (undo: Undo): boolean => undo.status === 'done' || undo.status === 'failed';

/**
 * What may be undone now: nothing that came after it, directly or through other steps, is still to be undone. The
 * plan is topological, so one pass from its end sees everything that came after a step before the step itself.
 */
export function readyToUndo(steps: readonly PlanStep[], undos: Undos, concurrency: number): string[] {
  const needed = new Set<string>();
  const ready: string[] = [];
  let free = concurrency - Object.values(undos).filter(isUndoing).length;
  for (const { id, dependencies } of steps.toReversed()) {
    const undo = undos[id];
    if (undo?.status === 'waiting' && !needed.has(id) && free > 0) {
      free -= 1;
      ready.push(id);
    }
    if (needed.has(id) || (undo && !isSettled(undo))) for (const before of dependencies) needed.add(before);
  }
  return ready;
}

/** The steps of a compensation after an event about it. */
export function evolveUndos(undos: Undos, event: WorkflowEvent): Undos {
  if (event.type === 'CompensationRestarted') return restarted(undos);
  if (!('stepId' in event) || event.stepId === undefined) return undos;
  const before = undos[event.stepId];
  const after = before && evolveUndo(before, event);
  return after ? { ...undos, [event.stepId]: after } : undos;
}

function evolveUndo({ from }: Undo, event: WorkflowEvent): Undo | undefined {
  switch (event.type) {
    case 'StepCompensationScheduled':
      return { from, status: 'scheduled', attempt: event.attempt };
    case 'StepCompensationStarted':
      return { from, status: 'running', attempt: event.attempt, worker: event.worker };
    case 'StepCompensated':
      return { from, status: 'done', attempt: event.attempt, ...(event.resolved && { resolved: true }) };
    case 'StepCompensationRetryScheduled':
      return { from, status: 'retrying', attempt: event.attempt, at: event.at };
    case 'StepCompensationFailed':
      return { from, status: 'failed', attempt: event.attempt, error: event.error };
    default:
      return undefined;
  }
}

const restarted = (undos: Undos): Undos =>
  Object.fromEntries(
    Object.entries(undos).map(([id, undo]) => [
      id,
      undo.status === 'failed' ? { status: 'waiting', from: undo.attempt + 1 } : undo,
    ]),
  );
