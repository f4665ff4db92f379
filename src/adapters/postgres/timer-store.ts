import type pg from 'pg';
import { LIMITS } from '../../kernel/limits.js';
import { GUARD, type Timer, type TimerAction, type TimerStore } from '../../ports/timers.js';
import { assertPrefix } from '../timer-prefix.js';
import { reachable } from './connection-loss.js';

/** Rows are locked in the order of their ids everywhere, so that two processes never wait for each other. */
const SET = `INSERT INTO quittance_ops.timers (id, due_at, leased_until, action)
  SELECT id, due_at, 0, action::json FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t (id, due_at, action)
  ORDER BY id COLLATE "C"
  ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, leased_until = 0, action = excluded.action`;

const CANCEL = `DELETE FROM quittance_ops.timers WHERE id IN
  (SELECT id FROM quittance_ops.timers WHERE id = ANY ($1) ORDER BY id FOR UPDATE)`;

const CANCEL_PREFIX = `DELETE FROM quittance_ops.timers WHERE id IN
  (SELECT id FROM quittance_ops.timers WHERE id >= $1 AND id < $2 ORDER BY id FOR UPDATE)`;

const CLAIM = `UPDATE quittance_ops.timers SET leased_until = $1::bigint + $3::bigint
  WHERE id IN (SELECT id FROM quittance_ops.timers WHERE due_at <= $1 AND leased_until <= $1
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING id, due_at, action`;

const INHERIT = `UPDATE quittance_ops.timers
  SET leased_until = 0, due_at = CASE WHEN id >= $1 AND id < $2 THEN 0 ELSE due_at END
  WHERE id IN (SELECT id FROM quittance_ops.timers
    WHERE leased_until > 0 OR (id >= $1 AND id < $2) ORDER BY id FOR UPDATE)`;

/** Nothing that begins with a prefix sorts after prefix + the highest code point, byte by byte. */
const HIGHEST = '\u{10FFFF}';

/** On a pool whose database has OPS_SCHEMA. A claimed timer that is not done comes back after its lease. */
export class PostgresTimerStore implements TimerStore {
  /**
   * @param pool may commit without flushing: a timer that comes back fires once more, and nothing follows from it
   * @param flushed commits for good: who has moved past the event that set a timer never sets it again
   */
  constructor(
    private readonly pool: pg.Pool,
    private readonly flushed: pg.Pool = pool,
  ) {}

  async set(timers: readonly Timer[]): Promise<void> {
    if (timers.length === 0) return;
    const last = [...new Map(timers.map((timer) => [timer.id, timer])).values()];
    const values = [
      last.map((timer) => timer.id),
      last.map((timer) => timer.dueAt),
      last.map((timer) => JSON.stringify(timer.action)),
    ];
    await this.run('timers-set', SET, values, this.flushed);
  }

  async cancel(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.run('timers-cancel', CANCEL, [ids]);
  }

  async cancelPrefix(prefix: string): Promise<void> {
    assertPrefix(prefix);
    await this.run('timers-cancel-prefix', CANCEL_PREFIX, [prefix, prefix + HIGHEST]);
  }

  async due(now: number, limit: number): Promise<readonly Timer[]> {
    const rows = await this.run('timers-claim', CLAIM, [now, limit, LIMITS.timerLease]);
    return rows
      .map((row) => ({ id: row.id, dueAt: Number(row.due_at), action: row.action }))
      .sort((a, b) => a.dueAt - b.dueAt);
  }

  async inherit(): Promise<void> {
    await this.run('timers-inherit', INHERIT, [GUARD, GUARD + HIGHEST]);
  }

  async done(timer: Timer): Promise<void> {
    const text = 'DELETE FROM quittance_ops.timers WHERE id = $1 AND due_at = $2';
    await this.run('timers-done', text, [timer.id, timer.dueAt]);
  }

  async again(timer: Timer, dueAt: number): Promise<void> {
    const text =
      'UPDATE quittance_ops.timers SET due_at = $3, leased_until = 0 WHERE id = $1 AND due_at = $2';
    await this.run('timers-again', text, [timer.id, timer.dueAt, dueAt]);
  }

  private async run(
    name: string,
    text: string,
    values: unknown[],
    pool: pg.Pool = this.pool,
  ): Promise<TimerRow[]> {
    return (await reachable(pool.query<TimerRow>({ name, text, values }))).rows;
  }
}

interface TimerRow {
  readonly id: string;
  readonly due_at: string;
  readonly action: TimerAction;
}
