import type pg from 'pg';
import type { Absent, Lease, LeaseStore, Member, Roll } from '../../ports/leases.js';
import { instanceReplaced } from '../instance-replaced.js';
import { reachable } from './connection-loss.js';

/** Whose rows are written in the order of their names everywhere, so that two processes never wait for each other. */
const MINE = `SELECT resource FROM quittance_ops.leases WHERE holder = $1 AND life = $2 ORDER BY resource FOR UPDATE`;
const UNTIL = `clock_timestamp() + $3 * interval '1 millisecond'`;
const BACKEND = `pg_backend_pid(), (SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid()))`;
const FREE = `holder = NULL, life = NULL, until = '-infinity'`;

const JOIN = `WITH forgotten AS (
    DELETE FROM quittance_ops.members WHERE until < now() - interval '1 hour' AND instance <> $1
  ), earlier AS (
    SELECT resource FROM quittance_ops.leases WHERE holder = $1 AND life <> $2 ORDER BY resource FOR UPDATE
  ), freed AS (
    UPDATE quittance_ops.leases SET ${FREE} WHERE resource IN (SELECT resource FROM earlier)
  )
  INSERT INTO quittance_ops.members (instance, life, pools, until, backend, backend_start)
    VALUES ($1, $2, $4, ${UNTIL}, ${BACKEND})
  ON CONFLICT (instance) DO UPDATE
    SET life = excluded.life, pools = excluded.pools, joined_at = clock_timestamp(), until = excluded.until,
      backend = excluded.backend, backend_start = excluded.backend_start`;

/** One round trip; the last part sees the rows as they were before, which is enough for what others hold. */
const RENEW = `WITH me AS (
    INSERT INTO quittance_ops.members AS m (instance, life, pools, until, backend, backend_start)
      VALUES ($1, $2, $4, ${UNTIL}, ${BACKEND})
    ON CONFLICT (instance) DO UPDATE SET life = excluded.life, pools = excluded.pools, until = excluded.until,
      backend = excluded.backend, backend_start = excluded.backend_start
      WHERE m.life = excluded.life OR m.until <= clock_timestamp()
    RETURNING 1
  ), mine AS (${MINE}), held AS (
    UPDATE quittance_ops.leases SET until = ${UNTIL}
    WHERE resource IN (SELECT resource FROM mine) AND EXISTS (SELECT 1 FROM me)
    RETURNING resource, epoch
  )
  SELECT (SELECT count(*)::int FROM me) AS me,
    (SELECT coalesce(json_agg(h), '[]') FROM held h) AS held,
    (SELECT coalesce(json_agg(json_build_object('instance', instance, 'pools', pools) ORDER BY joined_at, instance), '[]')
      FROM quittance_ops.members WHERE until > clock_timestamp() OR instance = $1) AS members,
    (SELECT coalesce(json_agg(resource), '[]') FROM quittance_ops.leases
      WHERE until > clock_timestamp() AND (holder, life) IS DISTINCT FROM ($1, $2)) AS taken`;

const ACQUIRE = `INSERT INTO quittance_ops.leases AS l (resource, holder, life, epoch, until)
  SELECT resource, $1, $2, 1, ${UNTIL} FROM unnest($4::text[]) AS t (resource) ORDER BY resource COLLATE "C"
  ON CONFLICT (resource) DO UPDATE
    SET holder = excluded.holder, life = excluded.life, epoch = l.epoch + 1, until = ${UNTIL}
    WHERE l.until <= clock_timestamp()
  RETURNING resource, epoch`;

const RELEASE = `UPDATE quittance_ops.leases SET ${FREE} WHERE resource IN (
  SELECT resource FROM quittance_ops.leases JOIN unnest($3::text[], $4::bigint[]) AS t (resource, epoch) USING (resource, epoch)
  WHERE holder = $1 AND life = $2 ORDER BY resource FOR UPDATE OF leases)`;

/** Whose start is not ours to see is taken for the one that was written down. */
const LOOK = `WITH me AS (
    UPDATE quittance_ops.members SET (backend, backend_start) = (${BACKEND})
    WHERE instance = $1 AND life = $2 AND (backend, backend_start) IS DISTINCT FROM (${BACKEND})
  )
  SELECT instance, life, backend || ' ' || backend_start AS connection
  FROM quittance_ops.members AS m WHERE instance <> $1 AND until > clock_timestamp() AND backend IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_stat_get_activity(m.backend) AS b
      WHERE b.backend_start IS NULL OR b.backend_start = m.backend_start)`;

const REMOVE = `WITH gone AS (
    DELETE FROM quittance_ops.members AS m USING unnest($1::text[], $2::text[], $3::text[]) AS t (instance, life, connection)
    WHERE m.instance = t.instance AND m.life = t.life AND m.backend || ' ' || m.backend_start = t.connection
    RETURNING m.instance, m.life
  ), theirs AS (
    SELECT resource FROM quittance_ops.leases JOIN gone ON holder = instance AND leases.life = gone.life
    ORDER BY resource FOR UPDATE OF leases
  )
  UPDATE quittance_ops.leases SET ${FREE} WHERE resource IN (SELECT resource FROM theirs)`;

const LEAVE = `WITH gone AS (DELETE FROM quittance_ops.members WHERE instance = $1 AND life = $2), mine AS (${MINE})
  UPDATE quittance_ops.leases SET ${FREE} WHERE resource IN (SELECT resource FROM mine)`;

/**
 * On a pool of one connection, which nothing else is asked on: as long as it lives, so does this process. Its database
 * has OPS_SCHEMA, and its commits are flushed: an epoch that a crash took back would be given out twice.
 */
export class PostgresLeaseStore implements LeaseStore {
  constructor(private readonly pool: pg.Pool) {}

  async join({ instance, life, pools }: Member, ttlMs: number): Promise<void> {
    await this.run('lease-join', JOIN, [instance, life, ttlMs, pools]);
  }

  async renew({ instance, life, pools }: Member, ttlMs: number): Promise<Roll> {
    const [row] = await this.run<RollRow>('lease-renew', RENEW, [instance, life, ttlMs, pools]);
    if (row?.me !== 1) throw instanceReplaced(instance);
    const { held, members, taken } = row;
    // a member that had been removed is back, after all others
    const isListed = members.some((each) => each.instance === instance);
    return { held, taken, members: isListed ? members : [...members, { instance, pools }] };
  }

  async acquire(
    { instance, life }: Member,
    resources: readonly string[],
    ttlMs: number,
  ): Promise<readonly Lease[]> {
    if (resources.length === 0) return [];
    const rows = await this.run<LeaseRow>('lease-acquire', ACQUIRE, [instance, life, ttlMs, resources]);
    return rows.map(({ resource, epoch }) => ({ resource, epoch: Number(epoch) }));
  }

  async release({ instance, life }: Member, leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const columns = [leases.map(({ resource }) => resource), leases.map(({ epoch }) => epoch)];
    await this.run('lease-release', RELEASE, [instance, life, ...columns]);
  }

  onHangUp(_: Member, told: () => void): void {
    this.pool.on('remove', told);
  }

  look({ instance, life }: Member): Promise<readonly Absent[]> {
    return this.run<Absent>('lease-look', LOOK, [instance, life]);
  }

  async remove(absent: readonly Absent[]): Promise<void> {
    const column = (name: keyof Absent) => absent.map((each) => each[name]);
    await this.run('lease-remove', REMOVE, [column('instance'), column('life'), column('connection')]);
  }

  async leave({ instance, life }: Member): Promise<void> {
    await this.run('lease-leave', LEAVE, [instance, life]);
  }

  private async run<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await reachable(this.pool.query<Row>({ name, text, values }))).rows;
  }
}

interface RollRow extends Roll {
  readonly me: number;
}

interface LeaseRow {
  readonly resource: string;
  readonly epoch: string;
}
