import { idsOf } from '../../operations/job-ids.js';
import type { DeadLetter } from '../../ports/jobs.js';

/** Ids and codes. A payload that holds anything else is not shown. */
export const deadJobView = ({ id, kind, priority, job, code, deliveries, diedAt }: DeadLetter) => ({
  id,
  state: 'dead',
  kind,
  priority,
  code,
  deliveries,
  diedAt,
  readable: job !== undefined,
  jobId: job?.id ?? null,
  correlationId: job?.correlationId ?? null,
  ids: (job && idsOf(job.payload)) ?? null,
});
