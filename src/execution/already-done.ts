import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowState } from '../commands/workflow/state.js';
import type { AnyAggregate } from '../kernel/aggregate.js';
import { streamOf } from '../kernel/ids.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import { decide } from '../runtime/decision.js';
import type { Memory } from '../runtime/dispatch.js';
import type { IsDone } from '../runtime/reactor.js';
import type { SentCommand } from '../sagas/reaction.js';
import { dueUndo } from './compensation-runner.js';
import { liveRun } from './run-view.js';

/**
 * Tells reactions that would change nothing, by a state in memory that knows the event they follow from: a short run is
 * over before its sagas hear of it, and each of its steps and deadlines would otherwise take a turn to find that out.
 */
export const alreadyDone =
  (memory: Memory, aggregates: readonly AnyAggregate[], clock: Clock): IsDone =>
  (reaction, { stream, revision }) => {
    const known = (aggregate: AnyAggregate, id: string): unknown => {
      const its = streamOf(aggregate.category, id) === stream ? memory.known(aggregate, id) : undefined;
      return its && its.revision >= revision ? its.state : undefined;
    };
    const changesNothing = ({ category, id, command }: SentCommand, at: string, isOver = isAnything) => {
      const aggregate = aggregates.find((one) => one.category === category);
      const state = aggregate && known(aggregate, id);
      if (aggregate === undefined || state === undefined || !isOver(state)) return false;
      const decision = decide(aggregate, { ...command, at, random: 0 } as never, state);
      return Array.isArray(decision) && decision.length === 0;
    };
    switch (reaction.do) {
      case 'run-step': {
        const { step } = reaction;
        const state = known(workflow, step.workflowId) as WorkflowState | undefined;
        return state !== undefined && !(step.undo ? dueUndo(state, step) : liveRun(state, step));
      }
      case 'command':
        return changesNothing(reaction.send, isoTime(clock.now()));
      case 'timer':
        // what a run that is over has no use for it never will: another run of it sets timers of its own
        return (
          reaction.action.do === 'command' &&
          changesNothing(reaction.action.send, reaction.dueAt, isClosedRun)
        );
      default:
        return false;
    }
  };

const isAnything = (_state: unknown): boolean => true;
const isClosedRun = (state: unknown): boolean => (state as Partial<WorkflowState>).status === 'closed';
