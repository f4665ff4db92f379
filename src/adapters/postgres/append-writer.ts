import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Refusal } from '../../kernel/errors.js';
import type { DomainEvent, NewEvent, Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Appended, ExpectedRevision } from '../../ports/event-store.js';
import { conflict, standsAlready } from '../expected-revision.js';
import { appendStatement, nextBatch, type WaitingAppend } from './append-batch.js';
import { appendRows } from './append-rows.js';
import { full, isConnectionLoss, isFull, reachable, unavailable } from './connection-loss.js';
import { type LogRow, positionOf, recordedOf, standingFrom } from './event-rows.js';
import { LastingClient } from './lasting-client.js';

interface Judgement {
  readonly accepted: boolean;
  readonly revision: number;
  readonly position: string;
}

/** How long an append is tried again when the database went away under it. Trying twice is safe: see standsAlready. */
const ATTEMPTS = 20;
const ATTEMPT_PAUSE_MS = 250;

const UNIQUE_VIOLATION = '23505';

/**
 * Group commit. One loop a process takes everything that waits and appends it in one transaction: one flush of the
 * log for hundreds of streams. Whatever arrives meanwhile is the next batch, so that the batch grows with the load
 * and a lone append waits for nobody.
 */
export class AppendWriter {
  private waiting: WaitingAppend[] = [];
  private running: Promise<void> | undefined;
  private closed = false;
  private readonly client: LastingClient;

  constructor(
    url: string,
    /** told of committed events in store order, before their callers are answered */
    private readonly onCommitted: (events: readonly Recorded[]) => void,
  ) {
    this.client = new LastingClient(url, 'append');
  }

  append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    if (this.closed) throw new Refusal('STORE_CLOSED', 'The event store is closed.');
    if (this.waiting.length >= LIMITS.appendQueue)
      throw new Refusal(
        'OVERLOADED',
        'Too many appends wait for the event store.',
        { waiting: this.waiting.length },
        'retryable',
      );
    const rows = appendRows(events);
    return new Promise((answer, refuse) => {
      this.waiting.push({ stream, events, expected, rows, answer, refuse });
      this.running ??= this.run();
    });
  }

  /** the server's process that appends for this one */
  get processId(): number | undefined {
    return this.client.processId;
  }

  /** Waits for what was accepted. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.client.close();
  }

  private async run(): Promise<void> {
    // Let everyone who is ready in this turn of the event loop join the batch.
    for (await nextTurn(); this.waiting.length > 0; await nextTurn()) {
      const { batch, rest } = nextBatch(this.waiting);
      this.waiting = rest;
      await this.write(batch);
    }
    this.running = undefined;
  }

  private async write(batch: readonly WaitingAppend[]): Promise<void> {
    try {
      const judgements = await this.call(batch);
      this.onCommitted(committed(batch, judgements));
      await this.tell(batch, judgements);
    } catch (error) {
      if (batch.length > 1 && !isConnectionLoss(error))
        for (const append of batch) await this.write([append]);
      else for (const append of batch) append.refuse(reason(append, error));
    }
  }

  private async call(batch: readonly WaitingAppend[]): Promise<readonly Judgement[]> {
    const statement = appendStatement(batch);
    let sent = false;
    for (let attempt = 1; ; attempt++)
      try {
        const client = await this.client.connected();
        sent = true;
        return (await client.query<Judgement>(statement)).rows;
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        await this.client.discard();
        if (attempt === ATTEMPTS || this.closed) throw unavailable(error, sent ? 'unknown' : 'retryable');
        await pause(ATTEMPT_PAUSE_MS);
      }
  }

  private async tell(batch: readonly WaitingAppend[], judgements: readonly Judgement[]): Promise<void> {
    const refused: [WaitingAppend, number][] = [];
    for (const [index, append] of batch.entries()) {
      const { accepted, revision, position } = judgements[index]!;
      if (accepted) append.answer({ revision, position: positionOf(position), bytes: append.rows.dataBytes });
      else refused.push([append, revision]);
    }
    if (refused.length > 0) await this.tellRefused(refused);
  }

  /** An append that was not accepted may be one that was answered before. */
  private async tellRefused(refused: readonly (readonly [WaitingAppend, number])[]): Promise<void> {
    const client = await this.client.connected();
    for (const [append, actual] of refused) {
      const own = append.events.map((event) => event.id);
      const { rows } = await reachable(client.query<LogRow>(standingFrom(own[0]!, own.length)));
      const standing = rows.flatMap(recordedOf);
      const revision = standsAlready(append.stream, own, append.expected, standing);
      if (revision === undefined) append.refuse(conflict(append.stream, append.expected, actual));
      else
        append.answer({
          revision,
          position: standing.find(({ id }) => id === own.at(-1))!.position,
          bytes: append.rows.dataBytes,
          repeated: true,
        });
    }
  }
}

function reason(append: WaitingAppend, error: unknown): unknown {
  if (isFull(error)) return full(error);
  if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) return error;
  return new Refusal(
    'EVENT_ID_TAKEN',
    `An event of this append to ${append.stream} stands elsewhere already.`,
    { stream: append.stream },
  );
}

/** The events of the accepted appends as the store numbered them. */
function committed(batch: readonly WaitingAppend[], judgements: readonly Judgement[]): Recorded[] {
  return batch.flatMap((append, index) => {
    const { accepted, revision, position } = judgements[index]!;
    if (!accepted) return [];
    const last = append.events.length - 1;
    return append.events.map((event, nth) => ({
      id: event.id,
      event: event.event,
      metadata: event.metadata,
      stream: append.stream,
      revision: revision - last + nth,
      position: positionOf(Number(position) - last + nth),
    }));
  });
}
