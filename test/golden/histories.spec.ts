import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKey } from '../../src/commands/api-key/decide.js';
import { batch } from '../../src/commands/batch/decide.js';
import { deposit } from '../../src/commands/deposit/decide.js';
import { earnings } from '../../src/commands/earnings/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { issuer } from '../../src/commands/issuer/decide.js';
import { mandate } from '../../src/commands/mandate/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { receiptLog } from '../../src/commands/receipt-log/decide.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import { user } from '../../src/commands/user/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { eventCatalogue, upcast } from '../../src/events/catalogue.js';
import type { EventDefinition } from '../../src/events/define.js';
import { type Decider, fold } from '../../src/kernel/decider.js';
import { type DomainEvent, eventId, type Position, type Recorded } from '../../src/kernel/event.js';
import { type FreshDatabase, freshDatabase } from '../kit/postgres.js';
import { ReadModels } from '../kit/read-models.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';
import { stories } from './stories.js';

const FOLDER = new URL('./histories/', import.meta.url);
const aggregates = {
  apikey: apiKey,
  batch,
  deposit,
  earnings,
  escrow,
  mandate,
  payment,
  receipt,
  settlement,
  issuer,
  log: receiptLog,
  user,
  workflow,
} as const;

interface History {
  readonly category: keyof typeof aggregates;
  readonly story: string;
  readonly events: readonly DomainEvent[];
  /**
   * What the events fold to, money as text. Events are a storage format, state is not: when its shape changes on
   * purpose, take `state` out of the file, run `GOLDEN=write npm test -- golden` and read the difference.
   */
  readonly state?: unknown;
}

const replay = ({ category, events }: History): unknown => {
  // The file says which aggregate wrote its events, which no type can check.
  const decider = aggregates[category].decider as unknown as Decider<unknown, unknown, DomainEvent>;
  const state = fold(decider, events.map(upcast));
  return JSON.parse(JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)));
};

if (mayWrite)
  for (const [name, { category, story, events }] of Object.entries(stories)) {
    const file = new URL(`${name}.json`, FOLDER);
    if (!existsSync(file)) writeGolden(file, { category, story, events: events() });
  }

const files = readdirSync(FOLDER).map((name) => new URL(name, FOLDER));
const histories = files.map((file) => {
  const history = readGolden<History>(file);
  if (history.state !== undefined || !mayWrite) return history;
  const completed = { ...history, state: replay(history) };
  writeGolden(file, completed);
  return completed;
});

describe.each(histories)('$category: $story', (history) => {
  it('folds to what it always folded to', () => expect(replay(history)).toEqual(history.state));
});

/** What the first event of a stream calls the stream's own id. */
const OWN_ID: Readonly<Record<string, string>> = {
  workflow: 'workflowId',
  escrow: 'userId',
  payment: 'paymentId',
  receipt: 'receiptId',
  user: 'userId',
  apikey: 'keyId',
  batch: 'batchId',
  mandate: 'mandateId',
};

describe('the golden histories', () => {
  const golden = readGolden<Record<string, { readonly sample: DomainEvent }>>(
    new URL('./events.json', import.meta.url),
  );
  const keyOf = ({ type, v }: { type: string; v: number }): string => `${type}@${v}`;
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('hold every version of every event of an aggregate: tell what is missing in stories.ts, and GOLDEN=write', () => {
    const held = new Set(histories.flatMap(({ events }) => events.map(keyOf)));
    const ofAggregates = Object.entries(eventCatalogue)
      .filter(([category]) => category in aggregates)
      .flatMap(([, definitions]): readonly EventDefinition[] => definitions);
    const types = new Set<string>(ofAggregates.map(({ type }) => type));
    const versions = Object.keys(golden).filter((key) => types.has(key.split('@')[0]!));
    expect([...ofAggregates.map(keyOf), ...versions].filter((key) => !held.has(key))).toEqual([]);
  });

  it('can be told to every read model, and so can every version of every event', async () => {
    const models = await ReadModels.create(database.pool, 'golden');
    const told = histories.map(({ category, events }) => ({ category: category as string, events }));
    for (const [category, definitions] of Object.entries(eventCatalogue)) {
      const versionsOf = (type: string) =>
        Object.values(golden).flatMap(({ sample }) => (sample.type === type ? [sample] : []));
      const events = definitions.flatMap(({ type }: EventDefinition) => versionsOf(type));
      told.push({ category, events });
    }
    let position = 0;
    for (const [n, { category, events }] of told.entries()) {
      const [subject, ownId] = [`golden${n}`, OWN_ID[category] ?? ''];
      const stream = `${category}-${subject}`;
      await models.project(
        events.map(
          (event, revision): Recorded => ({
            id: eventId(stream, revision),
            event: upcast(ownId in event ? ({ ...event, [ownId]: subject } as DomainEvent) : event),
            stream,
            revision,
            position: String(++position).padStart(16, '0') as Position,
            metadata: {
              commandId: stream,
              correlationId: stream,
              causationId: stream,
              actor: { type: 'system', id: 'golden' },
              occurredAt: '2026-01-02T03:04:05.678Z',
            },
          }),
        ),
      );
    }
    const { rm_workflows: workflows = [], rm_audit_log: log = [] } = await models.dump();
    expect(workflows.length).toBeGreaterThan(8);
    expect(log).toHaveLength(position);
  });
});
