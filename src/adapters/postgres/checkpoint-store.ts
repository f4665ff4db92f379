import type pg from 'pg';
import type { Position } from '../../kernel/event.js';
import type { CheckpointStore, Claim, Move } from '../../ports/checkpoints.js';
import { reachable } from './connection-loss.js';

const LOAD = 'SELECT position FROM quittance_ops.checkpoints WHERE subscriber = $1';

/** Rows are locked in the order of their names, so that two processes never wait for each other. */
const CLAIM = `INSERT INTO quittance_ops.checkpoints AS c (subscriber, epoch)
  SELECT subscriber, epoch FROM unnest($1::text[], $2::bigint[]) AS t (subscriber, epoch)
  ORDER BY subscriber COLLATE "C"
  ON CONFLICT (subscriber) DO UPDATE SET epoch = excluded.epoch WHERE c.epoch <= excluded.epoch
  RETURNING subscriber, position`;

const SAVE = `INSERT INTO quittance_ops.checkpoints AS c (subscriber, epoch, position)
  SELECT subscriber, epoch, position FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t (subscriber, epoch, position)
  ORDER BY subscriber COLLATE "C"
  ON CONFLICT (subscriber) DO UPDATE
    SET epoch = excluded.epoch, position = excluded.position, saved_at = now() WHERE c.epoch <= excluded.epoch
  RETURNING subscriber`;

interface Row {
  readonly subscriber: string;
  readonly position: Position | null;
}

/** On a pool whose database has OPS_SCHEMA. */
export class PostgresCheckpointStore implements CheckpointStore {
  constructor(private readonly pool: pg.Pool) {}

  async load(subscriber: string): Promise<Position | undefined> {
    return (await this.run('checkpoint-load', LOAD, [subscriber]))[0]?.position ?? undefined;
  }

  async claim(claims: readonly Claim[]): Promise<ReadonlyMap<string, Position | undefined>> {
    const rows = await this.run('checkpoint-claim', CLAIM, columns(claims));
    return new Map(rows.map(({ subscriber, position }) => [subscriber, position ?? undefined]));
  }

  async save(moves: readonly Move[]): Promise<readonly string[]> {
    const values = [...columns(moves), moves.map(({ position }) => position)];
    const rows = await this.run('checkpoint-save', SAVE, values);
    if (rows.length === moves.length) return [];
    const saved = new Set(rows.map(({ subscriber }) => subscriber));
    return moves.map(({ subscriber }) => subscriber).filter((subscriber) => !saved.has(subscriber));
  }

  private async run(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await reachable(this.pool.query<Row>({ name, text, values }))).rows;
  }
}

const columns = (claims: readonly Claim[]): [string[], number[]] => [
  claims.map(({ subscriber }) => subscriber),
  claims.map(({ epoch }) => epoch),
];
