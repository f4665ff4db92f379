import { z } from 'zod';
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
  let { v = 1, ...job }: StoredJob = z.looseObject({ v: z.int().min(1).optional() }).parse(JSON.parse(text));
  for (let step = upcasters.get(Number(v)); step; step = upcasters.get(Number(v))) {
    job = step(job);
    v = Number(v) + 1;
  }
  if (v !== version) throw new Error(`this program cannot read jobs of version ${String(v)}`);
  return jobSchema.parse(job) as Job;
}

/** The same, for whoever goes on without it. */
export function readableJob(text: string): Job | undefined {
  try {
    return readJob(text);
  } catch {
    return undefined;
  }
}
