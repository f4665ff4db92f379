import { createHash } from 'node:crypto';
import { JetStreamApiError, type StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { ErrorRecord } from '../../kernel/errors.js';
import type { DeadLetter, DeadLetterQuery, DeadLetters, Job, JobKind, Priority } from '../../ports/jobs.js';
import { flowOf } from '../job-flow.js';
import { readableJob, writeJob } from '../job-message.js';
import { type Delivery, LETTER } from './delivery.js';
import type { JobNames } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

const CODE = 'Quittance-Error-Code';
const SENTENCE = 'Quittance-Error';
const DELIVERIES = 'Quittance-Deliveries';
const DIED_AT = 'Quittance-Died-At';
const NO_MESSAGE_FOUND = 10_037;
const DELETE_FAILED = 10_057;
const WRONG_LAST_SEQUENCE = 10_071;
const LETTER_ID = /^dead_[0-9a-z]{22}$/;

/**
 * One subject a letter: burying twice, as after a crash between burial and acknowledgement, leaves one letter, and
 * an edited one takes the place of what it was.
 */
export class NatsDeadLetters implements DeadLetters {
  constructor(
    private readonly streams: DisposableStreams,
    private readonly names: JobNames,
  ) {}

  /** @returns false when JetStream did not take it */
  async bury(delivery: Delivery, error: ErrorRecord): Promise<boolean> {
    const why = headers();
    why.set(CODE, error.code);
    why.set(SENTENCE, error.message);
    why.set(DELIVERIES, String(delivery.count));
    why.set(DIED_AT, new Date().toISOString());
    const { kind, priority } = this.names.flowOf(delivery.message.subject);
    const correlation = tokenOf(readableJob(delivery.message.string())?.correlationId);
    const subject = this.names.deadSubject({ kind, priority, correlation, letter: delivery.letter });
    try {
      await this.streams.publish(subject, delivery.message.data, { headers: why });
      return true;
    } catch {
      return false;
    }
  }

  async list({ after, kind, correlationId, limit }: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    const filter = this.names.deadSubject({
      kind: kind ?? '*',
      priority: '*',
      correlation: correlationId === undefined ? '*' : tokenOf(correlationId),
      letter: '*',
    });
    const info = await this.streams.mending(async () =>
      (await this.streams.api()).streams.info(this.names.dead, { subjects_filter: filter }),
    );
    const found = Object.keys(info.state.subjects ?? {})
      .map((subject) => ({ subject, id: subject.split('.').at(-1)! }))
      .filter(({ id }) => after === undefined || id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
    const messages = await Promise.all(found.map(({ subject }) => this.message(subject)));
    return messages.flatMap((message) => (message ? [letterOf(message)] : []));
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const message = await this.find(id);
    return message && letterOf(message);
  }

  async edit(id: string, payload: Job['payload']): Promise<DeadLetter | undefined> {
    const message = await this.find(id);
    const job = message && letterOf(message).job;
    if (!message || !job) return undefined;
    const { header, subject, seq } = message;
    const expect = { lastSubjectSequence: seq };
    try {
      await this.streams.js.publish(subject, writeJob({ ...job, payload }), { headers: header, expect });
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return undefined;
      throw error;
    }
    return this.get(id);
  }

  async rerun(id: string): Promise<boolean> {
    const message = await this.find(id);
    const job = message && letterOf(message).job;
    if (!message || !job) return false;
    const place = headers();
    place.set(LETTER, id);
    // the job's own id would be taken for the publication it died of
    const msgID = `${job.id}/again/${message.seq}`;
    await this.streams.publish(this.names.subject(job), writeJob(job), { msgID, headers: place });
    this.streams.connection.publish(this.names.ready(flowOf(job).key));
    await this.remove(message.seq);
    return true;
  }

  async drop(id: string): Promise<boolean> {
    const message = await this.find(id);
    return message !== undefined && this.remove(message.seq);
  }

  private async find(id: string): Promise<StoredMsg | undefined> {
    if (!LETTER_ID.test(id)) return undefined;
    return this.message(this.names.deadSubject({ kind: '*', priority: '*', correlation: '*', letter: id }));
  }

  private message(subject: string): Promise<StoredMsg | undefined> {
    return this.streams.mending(async () => {
      const { streams } = await this.streams.api();
      return orNothing(streams.getMessage(this.names.dead, { last_by_subj: subject }));
    });
  }

  private async remove(seq: number): Promise<boolean> {
    const { streams } = await this.streams.api();
    return (await orNothing(streams.deleteMessage(this.names.dead, seq, false))) === true;
  }
}

const orNothing = async <T>(asked: Promise<T | null>): Promise<T | undefined> => {
  try {
    return (await asked) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && isNotThere(error)) return undefined;
    throw error;
  }
};

/** A message that was replaced meanwhile cannot be deleted, and need not. */
const isNotThere = ({ code, message }: JetStreamApiError): boolean =>
  code === NO_MESSAGE_FOUND || (code === DELETE_FAILED && /no message found/.test(message));

/** A correlation as one word of a subject. */
const tokenOf = (correlationId: string | undefined): string => {
  if (correlationId === undefined) return '-';
  if (/^\w[\w-]{0,99}$/.test(correlationId)) return correlationId;
  return `-${createHash('sha256').update(correlationId).digest('hex').slice(0, 24)}`;
};

function letterOf({ subject, header, data }: StoredMsg): DeadLetter {
  const [kind, priority, , id] = subject.split('.').slice(-4) as [JobKind, Priority, string, string];
  return {
    id,
    kind,
    priority,
    job: readableJob(new TextDecoder().decode(data)),
    code: header.get(CODE),
    deliveries: Number(header.get(DELIVERIES)),
    diedAt: header.get(DIED_AT),
  };
}
