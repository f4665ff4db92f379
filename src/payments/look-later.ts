import type { Job } from '../ports/jobs.js';
import type { Timer } from '../ports/timers.js';

/**
 * One more look, when `dueAt` has come. A look that was interrupted by a crash is made again, and then says once more
 * what it said before: under the same name the queue, which takes no job twice within two minutes, would take it for
 * done, and the chain of looks would end. So its name carries its time.
 * @param id of the timer; it replaces whatever look was set under it
 * @param dueAt ms since the epoch
 */
export const lookLater = (id: string, dueAt: number, job: Job): Timer => ({
  id,
  dueAt,
  action: { do: 'job', job: { ...job, id: `${job.id}/${dueAt}` } },
});
