import { createHash } from 'node:crypto';
import pg from 'pg';
import { Refusal } from '../../kernel/errors.js';
import { type Transaction, Unwritten } from '../../ports/sql.js';
import { full, isConnectionLoss, isFull, unavailable } from './connection-loss.js';
import type { PipelinedClient } from './pipelined-client.js';

export interface Opening {
  /** statements without parameters that go out with BEGIN */
  readonly first?: string;
  /** of what `first` fails with; undefined for what any statement may fail with */
  refusal?(error: unknown): Refusal | undefined;
}

/**
 * Commits what `work` does, or nothing of it.
 * @param pool of {@link PipelinedClient}s
 * @throws Unwritten, or what is retryable, when a statement failed that nobody waited for
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (transaction: RowTransaction) => Promise<T>,
  opening: Opening = {},
): Promise<T> {
  const client = await pool.connect();
  const transaction = new RowTransaction(client as typeof client & PipelinedClient, opening);
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    throw await transaction.rollback(error);
  } finally {
    client.release();
  }
}

/**
 * A transaction whose statements wait for each other only where somebody asks for an answer. The first that fails tells
 * why all did: the server takes nothing after it, the commit included. Were BEGIN itself refused, as by an operator who
 * cancels it, rows behind it would be written without their checkpoint, and passed over when their batch comes again.
 */
export class RowTransaction implements Transaction {
  private failure: unknown;
  private isOver = false;

  constructor(
    private readonly client: PipelinedClient,
    { first, refusal }: Opening,
  ) {
    const begin = first === undefined ? 'BEGIN' : `BEGIN; ${first}`;
    this.add({ text: begin }, (error) => refusal?.(error) ?? passing(error) ?? error);
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<{ rows: Row[] }> {
    const { rows } = await this.answer(planned(text, [...values]));
    return { rows: rows as Row[] };
  }

  send(text: string, values: readonly unknown[]): void {
    this.add(planned(text, [...values]), (error) => passing(error) ?? new Unwritten(error));
  }

  /** By a question, for answers come in the order of what was sent. */
  async sent(): Promise<void> {
    await this.answer({ text: 'SELECT' });
  }

  async commit(): Promise<void> {
    // what our side could not even send: the server knows of nothing that failed
    if (this.failure !== undefined) throw this.failure;
    this.isOver = true;
    const { command } = await this.answer({ text: 'COMMIT' });
    if (command !== 'COMMIT') throw this.failure ?? busy(undefined);
  }

  /** @returns why: what a statement failed with that nobody has waited for, or `error` */
  async rollback(error: unknown): Promise<unknown> {
    if (!this.isOver) await this.answer({ text: 'ROLLBACK' }).catch(() => undefined);
    return this.failure ?? error;
  }

  private async answer(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    this.client.hold();
    const answered = this.client.query(statement);
    this.client.flush();
    let result: pg.QueryResult;
    try {
      result = await answered;
    } catch (error) {
      throw this.failure ?? passing(error) ?? error;
    }
    if (this.failure !== undefined) throw this.failure;
    return result;
  }

  private add(statement: pg.QueryConfig, reasonOf: (error: unknown) => unknown): void {
    this.client.hold();
    this.client.query(statement, (error: unknown) => {
      if (error) this.failure ??= reasonOf(error);
    });
  }
}

/** SQLSTATE classes of what happens to a statement that is right: lost races, want of room, a server that is told to stop. */
const IN_THE_WAY = /^(40|53|55P03|57|58)/;
/** What our side of the connection throws about what it is given. */
const OURS: readonly unknown[] = ['TypeError', 'RangeError', 'SyntaxError'];

/** What another try may not meet again; undefined where it is the statement that is wrong. */
function passing(error: unknown): Refusal | undefined {
  if (isFull(error)) return full(error);
  if (OURS.includes((error as Error).name)) return undefined;
  if (isConnectionLoss(error)) return unavailable(error);
  return error instanceof pg.DatabaseError && IN_THE_WAY.test(error.code ?? '') ? busy(error) : undefined;
}

const busy = (cause: pg.DatabaseError | undefined): Refusal =>
  new Refusal(
    'STORE_BUSY',
    'The database could not do it this time.',
    { sqlstate: cause?.code ?? null },
    'retryable',
    { cause },
  );

/** Statements that write sets of rows come again with every batch: a connection plans each of them once. */
function planned(text: string, values: unknown[]): pg.QueryConfig {
  if (!text.startsWith('insert into')) return { text, values };
  const known = names.get(text);
  const name = known ?? `rm-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  if (known === undefined && names.size < NAMED) names.set(text, name);
  return { name, text, values };
}

const NAMED = 1_000;
const names = new Map<string, string>();
