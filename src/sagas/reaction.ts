import type { Aggregate } from '../kernel/aggregate.js';
import type { DomainEvent, Recorded } from '../kernel/event.js';
import type { ProcessManager } from '../kernel/process-manager.js';
import type { Job } from '../ports/jobs.js';

/** A command without what only the moment of sending can give: the time, and a random number. */
export type Unstamped<C> = C extends unknown ? Omit<C, 'at' | 'random'> : never;

/**
 * What a saga may ask for. All of it can be asked for again without harm: commands are idempotent, jobs carry an
 * id, timers are set by id, and steps run locally report with their attempt.
 */
export type Reaction =
  | { readonly do: 'command'; readonly send: SentCommand }
  | { readonly do: 'job'; readonly job: Job }
  | {
      readonly do: 'timer';
      readonly id: string;
      readonly dueAt: string;
      readonly action: TimedAction;
      /** id of a job that it asks for again: whoever has that in hand need not be reminded of it */
      readonly watches?: string;
    }
  | { readonly do: 'cancel-timers'; readonly ids: readonly string[] }
  /** a step that needs no other machine: run by whoever runs the saga */
  | { readonly do: 'run-step'; readonly step: StepTask };

export interface SentCommand {
  readonly category: string;
  readonly id: string;
  readonly command: { readonly type: string };
}

export type TimedAction =
  | { readonly do: 'command'; readonly send: SentCommand }
  | { readonly do: 'job'; readonly job: Job; readonly every?: number };

export interface StepTask {
  readonly workflowId: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  /** of the event that scheduled it: a state in memory that has this revision is new enough */
  readonly revision?: number;
  /** only if nobody has started it: for a job that may have been lost on its way */
  readonly unclaimed?: true;
  /** the completed step is to be undone */
  readonly undo?: true;
}

/** Checks a command against its aggregate where it is written, and forgets the type where it is only passed on. */
export const send = <S, C extends { readonly type: string }, E extends DomainEvent>(
  aggregate: Aggregate<S, C, E>,
  id: string,
  command: Unstamped<C>,
): SentCommand => ({ category: aggregate.category, id, command: command as unknown as { type: string } });

export type Saga<State = undefined> = ProcessManager<State, Recorded, Reaction>;
