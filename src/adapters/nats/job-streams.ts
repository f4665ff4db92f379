import { AckPolicy, type ConsumerConfig, DiscardPolicy, RetentionPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Job, JobKind, Priority } from '../../ports/jobs.js';
import type { StreamSpec } from './streams.js';

/** Drained in this order. */
export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

const DEDUPLICATION_MS = 120_000;
/** Beyond these a publisher is refused; a saga dispatches again what nobody claimed. */
const MAX_WAITING = 1_000_000;
/** Dead letters are for people to look at; the oldest go first. */
const MAX_DEAD = 100_000;

interface DeadSubject {
  readonly kind: JobKind | '*';
  readonly priority: Priority | '*';
  readonly correlation: string;
  readonly letter: string;
}

/** Names of everything the queue keeps in JetStream. A prefix sets one queue apart from another on one server. */
export interface JobNames {
  readonly jobs: string;
  readonly dead: string;
  subject(job: Pick<Job, 'kind' | 'priority'>): string;
  /** `*` stands for any */
  deadSubject(letter: DeadSubject): string;
  consumer(kind: JobKind, priority: Priority): string;
}

export const jobNames = (prefix = ''): JobNames => {
  const dot = prefix && `${prefix}.`;
  const dash = prefix && `${prefix}_`;
  return {
    jobs: `${dash}JOBS`,
    dead: `${dash}JOBS_DEAD`,
    subject: ({ kind, priority }) => `${dot}job.${kind}.${priority}`,
    deadSubject: ({ kind, priority, correlation, letter }) =>
      `${dot}dead.${kind}.${priority}.${correlation}.${letter}`,
    consumer: (kind, priority) => `${kind}-${priority}`,
  };
};

export const jobStreams = (names: JobNames, prefix = ''): readonly StreamSpec[] => [
  {
    name: names.jobs,
    subjects: [`${prefix && `${prefix}.`}job.>`],
    retention: RetentionPolicy.Workqueue,
    duplicate_window: nanos(DEDUPLICATION_MS),
    max_msgs: MAX_WAITING,
    discard: DiscardPolicy.New,
  },
  {
    name: names.dead,
    subjects: [`${prefix && `${prefix}.`}dead.>`],
    max_msgs: MAX_DEAD,
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.Old,
  },
];

/**
 * The server redelivers without end and the worker counts: a job is buried by whoever meets it after its last
 * delivery. An advisory of the server would be lost when nobody listens at that moment.
 */
export const jobConsumer = (names: JobNames, kind: JobKind, priority: Priority, ackWaitMs: number) =>
  ({
    durable_name: names.consumer(kind, priority),
    filter_subject: names.subject({ kind, priority }),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    max_deliver: -1,
    max_ack_pending: 10_000,
  }) satisfies Partial<ConsumerConfig>;
