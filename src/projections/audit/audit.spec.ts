import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/postgres.js';
import { ReadModels } from '../../../test/kit/read-models.js';
import { auditEvents } from '../../events/audit.js';
import type { Actor, Position, Recorded } from '../../kernel/event.js';
import { parseCursor } from '../page.js';
import { auditProjection } from './project.js';
import { type AuditSearch, searchAudit } from './queries.js';
import type { AuditTile } from './schema.js';

const alice: Actor = { type: 'user', id: 'alice "the owner" \\ Ümit' };
const planner: Actor = { type: 'worker', id: 'planner rule' };

let database: FreshDatabase;
let models: ReadModels;
let last = 0;
beforeAll(async () => {
  database = await freshDatabase();
  models = await ReadModels.create(database.pool, 'audited');
});
afterAll(() => database.drop());
beforeEach(() => models.clear());

const happened = (
  revision: number,
  its: Partial<Recorded['metadata']>,
  { stream = 'workflow-wf_01', event = { type: 'PlanningStarted', v: 1 } }: Partial<Recorded> = {},
): Recorded => {
  last++;
  return {
    id: `0000000${last % 10}-0000-5000-8000-${String(last).padStart(12, '0')}`,
    event,
    stream,
    revision,
    position: String(last).padStart(16, '0') as Position,
    metadata: {
      commandId: 'c1',
      causationId: 'cause',
      correlationId: 'wf_01',
      actor: alice,
      occurredAt: `2026-01-01T00:00:00.${String(last % 1_000).padStart(3, '0')}Z`,
      ...its,
    },
  };
};
const expected = (
  { position, id, stream, revision, event, metadata }: Recorded,
  rejected: unknown = null,
) => ({
  position,
  event_id: id,
  stream,
  revision,
  type: event.type,
  actor_type: metadata.actor.type,
  actor_id: metadata.actor.id,
  command_id: metadata.commandId,
  correlation_id: metadata.correlationId,
  causation_id: metadata.causationId,
  occurred_at: metadata.occurredAt,
  rejected,
});
const codeOf = ({ event }: Recorded): string | undefined => (event as { readonly code?: string }).code;
const refusedFor = (code: string): Recorded['event'] => {
  const refused = auditEvents.find(({ type }) => type === 'CommandRejected')!;
  return { ...(refused.sample as Recorded['event']), code } as Recorded['event'];
};
const project = (events: readonly Recorded[]) => models.project(events, [auditProjection]);
const found = async (search: Partial<AuditSearch> = {}) =>
  (await searchAudit(models.sql, { limit: 1_000, ...search })).rows;
const groups = async () => {
  const { rows } = await models.sql.query<{ n: number }>('select count(*)::int as n from rm_audit_groups');
  return rows[0]!.n;
};

describe('the audit log', () => {
  it('tells of each event who did it, by which command and why, however many stand in one row', async () => {
    const events = [
      happened(0, {}),
      happened(1, {}),
      happened(2, { commandId: 'c2', actor: planner, causationId: 'c1' }),
      happened(3, { commandId: 'c2', actor: planner, causationId: 'c1' }),
      happened(4, { commandId: 'c2', actor: planner, causationId: 'another' }),
      happened(5, { commandId: 'c2', actor: { ...planner, type: 'machine' }, causationId: 'another' }),
      happened(6, {}),
    ];
    await project(events);
    expect(await found()).toEqual(events.map((event) => expected(event)).reverse());
    expect(await groups()).toBe(1);
  });

  it('begins a row with another stream, another workflow and what does not follow', async () => {
    const events = [
      happened(0, {}),
      happened(1, { correlationId: 'wf_02' }),
      happened(2, {}, { stream: 'workflow-wf_02' }),
      happened(2, {}),
      happened(4, {}),
    ];
    await project(events);
    expect(await found()).toEqual(events.map((event) => expected(event)).reverse());
    expect(await groups()).toBe(5);
  });

  it('has no row too long to stay as it is', async () => {
    const causationId = 'c'.repeat(36);
    const events = Array.from({ length: 150 }, (_, at) =>
      happened(at, { commandId: `${at}`.padStart(36, 'c'), causationId, actor: planner }),
    );
    await project(events);
    expect(await found()).toEqual(events.map((event) => expected(event)).reverse());
    expect(await groups()).toBe(5);
    const { rows } = await models.sql.query<{ most: number }>(
      'select max(octet_length(g::text)) as most from rm_audit_groups g',
    );
    expect(rows[0]!.most).toBeLessThan(8_160);
  });

  it('finds what one actor did among what others did, whatever it is called', async () => {
    const events = [
      happened(0, {}),
      happened(1, { actor: planner }),
      happened(2, {}),
      happened(3, { actor: planner }),
    ];
    await project(events);
    const of = async (actor: string) => (await found({ actor })).map(({ revision }) => revision);
    expect(await of(alice.id)).toEqual([2, 0]);
    expect(await of('planner rule')).toEqual([3, 1]);
    expect(await of('planner')).toEqual([]);
    expect(await of('')).toEqual([]);
  });

  it('keeps each refused command in a row of its own', async () => {
    const [{ sample }] = auditEvents.filter(({ type }) => type === 'CommandRejected') as never as [
      { sample: Recorded['event'] & Record<string, unknown> },
    ];
    const { category, aggregateId, command, code, message } = sample;
    const refused = { stream: 'audit-2026-01-01', event: sample };
    const events = [
      happened(0, {}, { stream: refused.stream }),
      happened(1, {}, refused),
      happened(2, {}, refused),
      happened(3, {}, { stream: refused.stream }),
    ];
    await project(events);
    const why = { category, aggregateId, command, code, message };
    expect(await found()).toEqual(
      events.map((event, at) => expected(event, at === 1 || at === 2 ? why : null)).reverse(),
    );
    expect((await found({ code: code as string })).map(({ revision }) => revision)).toEqual([2, 1]);
  });

  it('pages through rows of several events, the newest first', async () => {
    const events = Array.from({ length: 7 }, (_, at) => happened(at, {}));
    await project(events);
    const first = await searchAudit(models.sql, { limit: 3 });
    const second = await searchAudit(models.sql, { limit: 3, cursor: [first.rows.at(-1)!.position, ''] });
    expect([...first.rows, ...second.rows].map(({ revision }) => revision)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  describe('of many rows', () => {
    const people = ['ann', 'bob', 'zoë "rare"'].map((id): Actor => ({ type: 'user', id }));
    /** ann everywhere, bob in every third hundred, zoë four times; each event in a row of its own */
    const actorOf = (at: number) => {
      if ([3, 777, 1_203, 1_204].includes(at)) return people[2]!;
      return people[Math.floor(at / 100) % 3 === 1 && at % 2 === 0 ? 1 : 0]!;
    };
    /** a second each; of those of one process a minute late */
    const timeOf = (at: number) =>
      new Date(
        Date.parse('2026-01-01T00:00:00.000Z') + (at - (at % 90 === 0 ? 60 : 0)) * 1_000,
      ).toISOString();
    const eventOf = (at: number): Recorded['event'] => {
      if (at === 10 || at === 900) return refusedFor('PLAN_CHANGED');
      if (at % 50 === 0) return refusedFor('WRONG_STATE');
      return { type: at % 600 === 1 ? 'StepFailed' : 'PlanningStarted', v: 1 };
    };
    let events: Recorded[];
    const write = async (sizes: readonly number[], forgetsAfter: number) => {
      events = Array.from({ length: 1_250 }, (_, at) =>
        happened(
          0,
          { actor: actorOf(at), occurredAt: timeOf(at) },
          { stream: at % 400 === 7 ? 'escrow-zoë' : `workflow-wf_${at}`, event: eventOf(at) },
        ),
      );
      for (let from = 0, nth = 0; from < events.length; from += sizes[nth++ % sizes.length]!) {
        await project(events.slice(from, from + sizes[nth % sizes.length]!));
        if (nth % forgetsAfter === 0) models.forget();
      }
    };
    const tiles = async () => {
      const { rows } = await models.sql.query<AuditTile & { rows: number }>(
        `select t.*, (select count(*)::int from rm_audit_groups where position > after and position <= until) as rows
         from rm_audit_tiles t order by until`,
      );
      return rows;
    };

    it.each([
      ['in batches of a few', [37], 1_000],
      ['in batches of a few, by a process that starts again and again', [90, 13], 3],
      ['all at once', [1_250], 1],
    ])('tells %s who is in which stretch of them', async (_, sizes, forgetsAfter) => {
      await write(sizes, forgetsAfter);
      const written = await tiles();
      expect(written.map(({ after }) => after)).toEqual([
        '',
        ...written.slice(0, -1).map(({ until }) => until),
      ]);
      for (const { rows, after, until, actors, streams, types, codes, ...times } of written) {
        expect(rows).toBeGreaterThanOrEqual(500);
        const its = events.filter(({ position }) => position > after && position <= until);
        const each = (of: (one: Recorded) => string | undefined) =>
          [...new Set(its.flatMap((one) => of(one) ?? []))].sort();
        const inOrder = each(({ metadata }) => metadata.occurredAt);
        expect([actors, streams, types, codes].map((known) => [...known].sort())).toEqual([
          each(({ metadata }) => metadata.actor.id),
          each(({ stream }) => stream),
          each(({ event }) => event.type),
          each(codeOf),
        ]);
        expect([times.earliest, times.latest]).toEqual([inOrder.at(0), inOrder.at(-1)]);
      }
      expect(written.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThanOrEqual(1_000);
    });

    const isBy =
      (id: string) =>
      ({ metadata }: Recorded) =>
        metadata.actor.id === id;
    const pagesOf = async (search: Partial<AuditSearch>) => {
      const ids: string[] = [];
      let cursor: readonly [string, string] | undefined;
      do {
        const page = await searchAudit(models.sql, { ...search, limit: 60, cursor });
        ids.push(...page.rows.map(({ event_id }) => event_id));
        cursor = page.nextCursor === null ? undefined : parseCursor(page.nextCursor);
      } while (cursor);
      return ids;
    };

    it.each(people)('finds all that $id did, page by page, as if every row were read', async ({ id }) => {
      await write([90, 13], 5);
      expect(await pagesOf({ actor: id })).toEqual(
        events
          .filter(isBy(id))
          .map(({ id }) => id)
          .reverse(),
      );
    });

    it.each<[Partial<AuditSearch>, (one: Recorded) => boolean]>([
      [{ type: 'StepFailed' }, ({ event }) => event.type === 'StepFailed'],
      [{ type: 'PlanningStarted' }, ({ event }) => event.type === 'PlanningStarted'],
      [{ type: 'Planning' }, () => false],
      [{ stream: 'escrow-zoë' }, ({ stream }) => stream === 'escrow-zoë'],
      [{ stream: 'escrow' }, () => false],
      [{ code: 'PLAN_CHANGED' }, (one) => codeOf(one) === 'PLAN_CHANGED'],
      [{ code: 'WRONG_STATE', actor: 'ann' }, (one) => codeOf(one) === 'WRONG_STATE' && isBy('ann')(one)],
      [{ since: timeOf(1_000) }, ({ metadata }) => metadata.occurredAt >= timeOf(1_000)],
      [{ until: timeOf(100) }, ({ metadata }) => metadata.occurredAt < timeOf(100)],
      [
        { since: timeOf(500), until: timeOf(800), type: 'CommandRejected' },
        (one) =>
          codeOf(one) !== undefined &&
          one.metadata.occurredAt >= timeOf(500) &&
          one.metadata.occurredAt < timeOf(800),
      ],
      [
        { actor: 'bob', until: timeOf(450) },
        (one) => isBy('bob')(one) && one.metadata.occurredAt < timeOf(450),
      ],
    ])('finds all of %j, page by page, as if every row were read', async (search, isFound) => {
      await write([90, 13], 5);
      expect(await pagesOf(search)).toEqual(
        events
          .filter(isFound)
          .map(({ id }) => id)
          .reverse(),
      );
    });

    it('reads no row of a stretch that is said to hold nothing of it', async () => {
      await write([500], 1_000);
      await models.sql.query(
        "update rm_audit_tiles set actors = '[]', streams = '[]', types = '[]', codes = '[]'",
      );
      const streams = async (search: Partial<AuditSearch>) =>
        (await found(search)).map(({ stream }) => stream);
      expect(await streams({ actor: people[2]!.id })).toEqual(['workflow-wf_1204', 'workflow-wf_1203']);
      expect(await streams({ type: 'StepFailed' })).toEqual(['workflow-wf_1201']);
      expect(await streams({ stream: 'escrow-zoë' })).toEqual(['escrow-zoë']);
      expect(await streams({ code: 'PLAN_CHANGED' })).toEqual([]);
      await models.sql.query(
        `update rm_audit_tiles set earliest = '${timeOf(1_250)}', latest = '${timeOf(-1)}'`,
      );
      expect(await streams({ until: timeOf(10) })).toEqual([]);
      expect(await streams({ since: timeOf(10) })).toHaveLength(250);
    });
  });
});
