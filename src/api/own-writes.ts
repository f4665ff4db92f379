import { workflow } from '../commands/workflow/decide.js';
import type { Principal } from '../identity/principal.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { ApiDependencies } from './dependencies.js';

type Parts = Pick<ApiDependencies, 'dispatch' | 'store' | 'progress'>;

/** Who asks some of them does not wait for the others, which may be slower or stand still. */
export const READ_MODELS = [
  'workflows',
  'timeline',
  'escrow',
  'ledger',
  'payments',
  'withdrawals',
  'settlements',
  'receipts',
  'log',
  'identity',
  'audit',
] as const;
export type ReadModel = (typeof READ_MODELS)[number];

/**
 * @param models absent: all
 * @throws Refusal DEPENDENCY_DOWN when they do not get there in time
 */
export async function readModelsAt(
  { progress }: Pick<Parts, 'progress'>,
  position: Position,
  models?: readonly ReadModel[],
): Promise<void> {
  if (await progress.waitFor(position, LIMITS.readYourWrites, models)) return;
  throw new Refusal(
    'DEPENDENCY_DOWN',
    'The read models have not come that far yet. Try again.',
    { retryAfterSeconds: 1 },
    'retryable',
  );
}

/** @returns undefined where there is no such workflow. What this process remembers is asked first: an owner never changes */
export async function ownerByEvents(
  { dispatch }: Pick<Parts, 'dispatch'>,
  workflowId: string,
): Promise<string | undefined> {
  const { state } = await dispatch.load(workflow, workflowId, 0);
  return state.status === 'none' ? undefined : state.created.userId;
}

/**
 * Asks read models again for what the events say is there.
 * @throws Refusal DEPENDENCY_DOWN when the read model does not get there in time
 */
export async function onceThere<T>(
  parts: Pick<Parts, 'store' | 'progress'>,
  ask: () => Promise<T>,
  models: readonly ReadModel[] = ['workflows'],
): Promise<T> {
  await readModelsAt(parts, await parts.store.head(), models);
  return ask();
}

/**
 * What a read model knows of a workflow. Who asked for it a moment ago is not told that there is none: its events say
 * that there is, and then the read model is waited for.
 * @param models what is asked, and what is read after it
 * @returns undefined where there is none, or it is another's
 * @throws Refusal DEPENDENCY_DOWN when the read model does not get there in time, or leaves it out from its first event on
 */
export async function ofOwnWorkflow<T>(
  parts: Parts,
  { userId }: Pick<Principal, 'userId'>,
  workflowId: string,
  ask: () => Promise<T | undefined>,
  models?: readonly ReadModel[],
): Promise<T | undefined> {
  const found = await ask();
  if (found !== undefined || (await ownerByEvents(parts, workflowId)) !== userId) return found;
  const late = await onceThere(parts, ask, models);
  if (late !== undefined) return late;
  throw new Refusal(
    'DEPENDENCY_DOWN',
    'This workflow is there, but its first event could not be taken by what is read here. Operators are told.',
    { workflowId },
    'retryable',
  );
}
