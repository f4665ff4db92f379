import { describe, expect, it } from '@jest/globals';
import type { StoredJob } from '../events/upcasters/jobs.js';
import type { Job } from '../ports/jobs.js';
import { readableJob, readJob, writeJob } from './job-message.js';

const job: Job = { kind: 'step', priority: 'low', id: 'a', correlationId: 'wf_1', payload: { attempt: 1 } };

describe('a job message', () => {
  it('is read as it was written', () => expect(readJob(writeJob(job))).toEqual(job));

  it('that names no version is of the first', () => expect(readJob(JSON.stringify(job))).toEqual(job));

  it('of an old version is brought to this one, version by version', () => {
    const upcasters = new Map<number, (old: StoredJob) => StoredJob>([
      [1, ({ workflow, ...rest }) => ({ ...rest, correlationId: workflow })],
      [2, (old) => ({ ...old, payload: { attempt: 1 } })],
    ]);
    const first = { kind: 'step', priority: 'low', id: 'a', workflow: 'wf_1' };
    expect(readJob(JSON.stringify(first), upcasters, 3)).toEqual(job);
  });

  it.each(['{', 'null', '[]', '{}', JSON.stringify({ ...job, v: 2 }), JSON.stringify({ ...job, extra: 1 })])(
    'is not %s',
    (text) => {
      expect(() => readJob(text)).toThrow();
      expect(readableJob(text)).toBeUndefined();
    },
  );
});
