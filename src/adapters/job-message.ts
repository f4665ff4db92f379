import { z } from 'zod';
import { conforms } from '../events/conforms.js';
import { JOB_VERSION, jobUpcasters, type StoredJob } from '../events/upcasters/jobs.js';
import type { Job } from '../ports/jobs.js';

const jobSchema = z.strictObject({
  kind: z.enum(['plan', 'step', 'receipt', 'prove', 'chain']),
  priority: z.enum(['high', 'normal', 'low']),
  id: z.string(),
  correlationId: z.string(),
  payload: z.record(z.string(), z.unknown()),
  owner: z.string().optional(),
  service: z.string().optional(),
});

export const writeJob = (job: Job): string => JSON.stringify({ v: JOB_VERSION, ...job });

/**
 * Brings a job message to the version this program speaks.
 * @throws Error for what is no job, or one of a newer version
 */
export function readJob(text: string, upcasters = jobUpcasters, version = JOB_VERSION): Job {
  let { v = 1, ...job } = storedJob(JSON.parse(text));
  for (let step = upcasters.get(Number(v)); step; step = upcasters.get(Number(v))) {
    job = step(job);
    v = Number(v) + 1;
  }
  if (v !== version) throw new Error(`this program cannot read jobs of version ${String(v)}`);
  return (isJob(job) ? job : jobSchema.parse(job)) as Job;
}

function storedJob(value: unknown): StoredJob {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('this is no job message');
  return value as StoredJob;
}

const hasJobMembers = conforms(jobSchema.omit({ payload: true }));

/** What nearly every message is; zod says of the others why they are not. */
function isJob({ payload, ...job }: StoredJob): boolean {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) && hasJobMembers(job);
}

/** The same, for whoever goes on without it. */
export function readableJob(text: string): Job | undefined {
  try {
    return readJob(text);
  } catch {
    return undefined;
  }
}
