import { describe, expect, it } from '@jest/globals';
import type { WorkflowState } from '../commands/workflow/state.js';
import { isRefusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { projections } from '../projections/index.js';
import { ofOwnWorkflow, READ_MODELS } from './own-writes.js';

const ROW = { id: 'wf_1' };

/** A workflow of ann's whose row is there once the read models are waited for, unless they leave it out. */
function house({
  exists = true,
  inTime = true,
  leftOut = false,
  row = undefined as typeof ROW | undefined,
} = {}) {
  const waited: string[] = [];
  const models: unknown[] = [];
  const state = exists ? { status: 'planning', created: { userId: 'ann' } } : { status: 'none' };
  let its = row;
  const parts = {
    dispatch: { load: async () => ({ state: state as unknown as WorkflowState, revision: 0 }) },
    store: { head: async () => '7' as Position },
    progress: {
      waitFor: async (position: Position, _ms: number, of: unknown) => {
        waited.push(position);
        models.push(of);
        if (!leftOut) its = ROW;
        return inTime;
      },
    },
  } as unknown as Parameters<typeof ofOwnWorkflow>[0];
  const of = (userId: string, ...more: [['workflows', 'timeline']?]) =>
    ofOwnWorkflow(parts, { userId }, 'wf_1', async () => its, ...more);
  return { of, waited, models };
}

describe('a workflow that was asked for a moment ago', () => {
  it('is waited for where only its events know it', async () => {
    const { of, waited } = house();
    expect(await of('ann')).toBe(ROW);
    expect(waited).toEqual(['7']);
  });

  it('is waited for in the read models that are asked, and in no others', async () => {
    const { of, models } = house();
    await of('ann');
    expect(models).toEqual([['workflows']]);
    const both = house();
    await both.of('ann', ['workflows', 'timeline']);
    expect(both.models).toEqual([['workflows', 'timeline']]);
    expect(projections.map(({ name }) => name)).toEqual([...READ_MODELS]);
  });

  it('is answered at once where the read model knows it', async () => {
    const { of, waited } = house({ row: ROW });
    expect(await of('ann')).toBe(ROW);
    expect(waited).toEqual([]);
  });

  it('is none for others, and none where there is none: neither is waited for', async () => {
    const others = house();
    expect(await others.of('bob')).toBeUndefined();
    const none = house({ exists: false });
    expect(await none.of('ann')).toBeUndefined();
    expect([...others.waited, ...none.waited]).toEqual([]);
  });

  it('is not said to be missing when a read model leaves it out from its first event on', async () => {
    const { of } = house({ leftOut: true });
    const refused = await of('ann').catch((error: unknown) => error);
    expect(isRefusal(refused, 'DEPENDENCY_DOWN')).toBe(true);
  });

  it('is not said to be missing when the read model takes too long', async () => {
    const { of } = house({ inTime: false });
    const refused = await of('ann').catch((error: unknown) => error);
    expect(isRefusal(refused, 'DEPENDENCY_DOWN')).toBe(true);
  });
});
