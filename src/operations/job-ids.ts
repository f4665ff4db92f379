import { z } from 'zod';
import { Refusal } from '../kernel/errors.js';
import type { Job } from '../ports/jobs.js';

/** Jobs carry ids, counts and marks, never content: what is anything else is not shown. */
const id = z.string().regex(/^[\w.:@/+=-]{1,200}$/);
const plain = z.union([id, z.number().finite(), z.boolean()]);
export const jobIds = z.record(z.string().regex(/^\w{1,60}$/), z.union([plain, z.array(plain).max(1_000)]));

export type JobIds = z.output<typeof jobIds>;

/** Whom a job is for: an edit that changed it would run it out of order. */
const ITS_PLACE = ['workflowId', 'userId'];

/** @returns undefined for a payload that holds more than ids */
export const idsOf = (payload: Job['payload']): JobIds | undefined => jobIds.safeParse(payload).data;

/**
 * The payload with some of its ids replaced.
 * @returns it, and the names of what is different
 * @throws Refusal VALIDATION_FAILED for a member the job does not have, of another type, or that names its workflow
 */
export function withIds(payload: Job['payload'], edit: JobIds) {
  for (const [name, value] of Object.entries(edit)) {
    const present = payload[name];
    if (present === undefined || shape(present) !== shape(value))
      throw invalid(`This job has no ${name} of type ${shape(value)}.`, name);
    if (ITS_PLACE.includes(name) && present !== value)
      throw invalid(`A job stays with its workflow: ${name} cannot be changed.`, name);
  }
  const changed = Object.keys(edit).filter(
    (name) => JSON.stringify(edit[name]) !== JSON.stringify(payload[name]),
  );
  return { payload: { ...payload, ...edit }, changed };
}

const shape = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

const invalid = (message: string, name: string): Refusal =>
  new Refusal('VALIDATION_FAILED', message, { name: name.slice(0, 60) });
