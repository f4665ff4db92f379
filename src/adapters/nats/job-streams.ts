import { createHash } from 'node:crypto';
import { AckPolicy, type ConsumerConfig, DiscardPolicy, RetentionPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Job, JobFlow, JobKind, Priority } from '../../ports/jobs.js';
import { flowKeyOf, flowOfKey, tokenOf } from '../job-flow.js';
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
  /** of all jobs of one flow: `job.<kind>.<priority>[.<owner>[.<service>]]` */
  subject(job: Pick<Job, 'kind' | 'priority' | 'owner' | 'service'>): string;
  flowSubject(flow: JobFlow): string;
  flowOf(subject: string): JobFlow;
  /** of all jobs of one owner */
  ownerSubjects(owner: string): readonly string[];
  /** of all jobs of a kind */
  kindSubject(kind: JobKind): string;
  /** where it is said that jobs of a flow were published: workers listen, nobody keeps it */
  ready(flowKey: string): string;
  flowOfReady(subject: string): JobFlow;
  /** where processes say what their workers were handed past the queue: whoever shows figures listens, nobody keeps it */
  readonly handed: string;
  /** `*` stands for any */
  deadSubject(letter: DeadSubject): string;
  consumer(flow: JobFlow): string;
}

export const jobNames = (prefix = ''): JobNames => {
  const dot = prefix && `${prefix}.`;
  const dash = prefix && `${prefix}_`;
  return {
    jobs: `${dash}JOBS`,
    dead: `${dash}JOBS_DEAD`,
    subject: (job) => `${dot}job.${flowKeyOf(job)}`,
    flowSubject: ({ key }) => `${dot}job.${key}`,
    flowOf: (subject) => flowOfKey(subject.slice(`${dot}job.`.length)),
    ownerSubjects: (owner) => {
      const all = `${dot}job.*.*.${tokenOf(owner)}`;
      return [all, `${all}.>`];
    },
    kindSubject: (kind) => `${dot}job.${kind}.>`,
    ready: (flowKey) => `${dot}ready.${flowKey}`,
    flowOfReady: (subject) => flowOfKey(subject.slice(`${dot}ready.`.length)),
    handed: `${dot}handed`,
    deadSubject: ({ kind, priority, correlation, letter }) =>
      `${dot}dead.${kind}.${priority}.${correlation}.${letter}`,
    consumer: ({ key, kind, priority, owner, service }) =>
      owner || service ? `${kind}-${priority}-${short(key)}` : `${kind}-${priority}`,
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

/** A consumer nobody has pulled from for so long, and with nothing in flight, is made again when it is needed. */
const IDLE_MS = 120_000;

/**
 * One consumer a flow, made when the flow is first seen. The server redelivers without end and the worker counts: a
 * job is buried by whoever meets it after its last delivery. An advisory of the server would be lost when nobody
 * listens at that moment.
 */
export const jobConsumer = (names: JobNames, flow: JobFlow, ackWaitMs: number) =>
  ({
    durable_name: names.consumer(flow),
    filter_subject: names.flowSubject(flow),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    max_deliver: -1,
    max_ack_pending: 10_000,
    ...((flow.owner || flow.service) && { mem_storage: true, inactive_threshold: nanos(IDLE_MS) }),
  }) satisfies Partial<ConsumerConfig>;

const short = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 22);
