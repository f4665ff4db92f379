import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { mandateAnswer } from './mandate-approval.js';

/** What the API says of the workflow, look by look; the last one for ever. */
function saying(...looks: readonly object[]) {
  const left = [...looks];
  let waited = 0;
  const client = {
    get: async <T>(_path: string, schema: z.ZodType<T>): Promise<T> =>
      schema.parse({ workflow: { approval: null, ...(left.length > 1 ? left.shift() : left[0]) } }),
  };
  const wait = async (ms: number) => {
    waited += ms;
  };
  return { ask: () => mandateAnswer(client, 'wf_1', wait), waited: () => waited };
}

const asked = { status: 'awaiting_approval', approval: {} };
const declined = { code: 'MANDATE_LIMIT', message: 'The plan may cost 0.052 USDC.' };

describe('a run under a mandate', () => {
  it('is approved as soon as it no longer waits', async () => {
    const world = saying(asked, asked, { status: 'approved' });
    expect(await world.ask()).toEqual({ is: 'approved' });
    expect(world.waited()).toBe(400);
  });

  it('is its owner’s to approve where the mandate declines, with the reason', async () => {
    const world = saying(asked, { ...asked, approval: { declined } });
    expect(await world.ask()).toEqual({ is: 'declined', ...declined });
  });

  it('is its owner’s to approve where nothing is decided in time', async () => {
    const world = saying(asked);
    expect(await world.ask()).toMatchObject({ is: 'declined', code: 'MANDATE_SILENT' });
    expect(world.waited()).toBe(30_000);
  });
});
