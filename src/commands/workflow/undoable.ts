import type { PlanStep } from '../../events/plan.js';
import { type Micros, parseMicros, sumMicros, ZERO } from '../../kernel/money.js';
import type { CompletedStep, Progress } from './state.js';

/** What a fork keeps of another workflow was done there: undoing it is not its business. */
export const doneHere =
  (steps: Progress['steps']) =>
  (stepId: string): CompletedStep | undefined => {
    const step = steps[stepId];
    return step?.status === 'completed' && step.from === undefined ? step : undefined;
  };

/** T26: what completed and can be undone, the last of the plan first. */
export const toUndo = (steps: readonly PlanStep[], done: ReturnType<typeof doneHere>): readonly string[] =>
  steps
    .filter((step) => isUndoable(step, done(step.id)))
    .map(({ id }) => id)
    .reverse();

/**
 * What undoes a step is what the plan declares; a workflow that declares nothing is undone by its own steps, unless
 * the plan says that it cannot be.
 */
const isUndoable = ({ sideEffect, compensation }: PlanStep, step: CompletedStep | undefined): boolean => {
  if (!step) return false;
  return compensation
    ? sideEffect === 'reversible'
    : sideEffect !== 'irreversible' && step.child?.undo !== undefined;
};

/** Whether something of it stays that nobody can undo. */
export const isLasting = ({ sideEffect, compensation }: PlanStep, step: CompletedStep | undefined): boolean =>
  step !== undefined && (sideEffect === 'irreversible' || (!compensation && step.child?.lasting === true));

/** Most that undoing a step may cost: that of a workflow is part of the ceiling of its step. */
export const undoPrice = ({ compensation }: PlanStep, step: CompletedStep | undefined): Micros =>
  parseMicros(compensation?.maxCost ?? step?.child?.undo ?? `${ZERO}`);

export interface ToUndo {
  /** steps that can be undone */
  readonly steps: readonly string[];
  /** most that undoing them may cost */
  readonly price: Micros;
  /** something that was done cannot be undone */
  readonly isLasting: boolean;
}

/** What could be undone of what a run did, workflows of its own included. */
export function whatToUndo(planned: readonly PlanStep[], steps: Progress['steps']): ToUndo {
  const done = doneHere(steps);
  const undoable = new Set(toUndo(planned, done));
  return {
    steps: [...undoable],
    price: sumMicros(planned.map((step) => (undoable.has(step.id) ? undoPrice(step, done(step.id)) : ZERO))),
    isLasting: planned.some((step) => isLasting(step, done(step.id))),
  };
}
