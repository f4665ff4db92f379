import { workflow } from '../commands/workflow/decide.js';
import type { Principal } from '../identity/principal.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { ApiDependencies } from './dependencies.js';

type Parts = Pick<ApiDependencies, 'dispatch' | 'store' | 'progress'>;

/** @throws Refusal DEPENDENCY_DOWN when the read models do not get there in time */
export async function readModelsAt({ progress }: Pick<Parts, 'progress'>, position: Position): Promise<void> {
  if (await progress.waitFor(position, LIMITS.readYourWrites)) return;
  throw new Refusal(
    'DEPENDENCY_DOWN',
    'The read models have not come that far yet. Try again.',
    { retryAfterSeconds: 1 },
    'retryable',
  );
}

/**
 * What a read model knows of a workflow. Who asked for it a moment ago is not told that there is none: its events say
 * that there is, and then the read model is waited for.
 * @returns undefined where there is none, or it is another's
 * @throws Refusal DEPENDENCY_DOWN when the read model does not get there in time
 */
export async function ofOwnWorkflow<T>(
  parts: Parts,
  { userId }: Pick<Principal, 'userId'>,
  workflowId: string,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await ask();
  if (found !== undefined) return found;
  const { state } = await parts.dispatch.load(workflow, workflowId, 0);
  if (state.status === 'none' || state.created.userId !== userId) return undefined;
  await readModelsAt(parts, await parts.store.head());
  return ask();
}
