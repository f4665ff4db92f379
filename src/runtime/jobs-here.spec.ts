import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/errors.js';
import type { Job } from '../ports/jobs.js';
import { JobsHere } from './jobs-here.js';

const job = (kind: Job['kind'], id: string): Job => ({
  kind,
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
});

function house(fail = false) {
  const [queued, did, logged] = [[] as string[], [] as string[], [] as object[]];
  const note = (fields: object) => void logged.push(fields);
  const jobs = new JobsHere(
    { publish: async (list) => void queued.push(...list.map(({ id }) => id)) },
    {
      receipt: async ({ id }) => {
        if (fail) throw new Refusal('STORE_AWAY', 'The store is away.', {}, 'retryable');
        did.push(id);
      },
    },
    { info: note, warn: note, error: note },
  );
  return { jobs, queued, did, logged };
}

describe('a job of a kind that is done here', () => {
  it('never sees the queue, and is done before its publication is answered', async () => {
    const { jobs, queued, did } = house();
    await jobs.publish([job('receipt', 'r1'), job('step', 's1'), job('receipt', 'r2')]);
    expect({ queued, did }).toEqual({ queued: ['s1'], did: ['r1', 'r2'] });
  });

  it('that fails is queued like any other, and said to be', async () => {
    const { jobs, queued, logged } = house(true);
    await jobs.publish([job('receipt', 'r1')]);
    expect(queued).toEqual(['r1']);
    expect(logged).toEqual([{ job: 'r1', code: 'STORE_AWAY' }]);
  });
});
