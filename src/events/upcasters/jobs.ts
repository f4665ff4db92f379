/** Version of the job messages this program writes. A message that names none is of the first. */
export const JOB_VERSION = 1;

/** A message as it was found: a job of some version. */
export type StoredJob = Readonly<Record<string, unknown>>;

/** From a version to the next one. Jobs outlive a release in queues and among dead letters. Empty until they change. */
export const jobUpcasters: ReadonlyMap<number, (job: StoredJob) => StoredJob> = new Map();
