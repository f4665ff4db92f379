import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EscrowEvent } from '../../src/events/escrow.js';
import type { PaymentEvent } from '../../src/events/payment.js';
import type { ReceiptEvent } from '../../src/events/receipt.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import type { DomainEvent, Recorded } from '../../src/kernel/event.js';
import { categoryOf, idOfStream } from '../../src/kernel/ids.js';
import { evolveAccount } from '../../src/projections/escrow/evolve.js';
import type { EscrowRow } from '../../src/projections/escrow/schema.js';
import { projections } from '../../src/projections/index.js';
import { evolvePayment } from '../../src/projections/payments/project.js';
import type { PaymentRow } from '../../src/projections/payments/schema.js';
import type { Projection } from '../../src/projections/projection.js';
import { evolveReceipt } from '../../src/projections/receipts/project.js';
import { timelineProjection } from '../../src/projections/timeline/project.js';
import { timelineFrom } from '../../src/projections/timeline/queries.js';
import { wireEvent } from '../../src/projections/timeline/wire.js';
import { workflowById } from '../../src/projections/workflows/queries.js';
import { evolveView, type WorkflowView } from '../../src/projections/workflows/view.js';
import { type FreshDatabase, freshDatabase } from '../kit/postgres.js';
import { histories, recordHistory } from '../kit/random-history.js';
import { ReadModels } from '../kit/read-models.js';

describe('the read models', () => {
  let database: FreshDatabase;
  let live: ReadModels;
  let rebuilt: ReadModels;

  beforeAll(async () => {
    database = await freshDatabase();
    live = await ReadModels.create(database.pool, 'live');
    rebuilt = await ReadModels.create(database.pool, 'rebuilt');
  });
  afterAll(() => database.drop());

  it('are the same however the history was cut into batches, when batches come twice, and when nothing is remembered', async () => {
    const cut = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 10 }), fc.boolean());
    const cuts = fc.array(cut, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(histories, cuts, async (choices, sizes) => {
        await Promise.all([live.clear(), rebuilt.clear()]);
        const events = await recordHistory(choices);
        let next = 0;
        for (let i = 0; next < events.length; i++) {
          const [size, again, isStart] = sizes[i % sizes.length]!;
          if (isStart) live.forget();
          await live.project(events.slice(Math.max(0, next - again), next + size));
          next += size;
        }
        await rebuilt.project(events);
        expect(await live.dump()).toEqual(await rebuilt.dump());
      }),
      { numRuns: 40 },
    );
  });

  it('are the same when a stream is left out from one of its events on, and taken in one go afterwards', async () => {
    // long ones: in each model streams are to meet
    const long = fc.tuple(histories, histories, histories, histories).map((parts) => parts.flat());
    await fc.assert(
      fc.asyncProperty(long, fc.nat(), fc.integer({ min: 1, max: 12 }), async (choices, nth, size) => {
        await Promise.all([live.clear(), rebuilt.clear()]);
        const events = await recordHistory(choices);
        await rebuilt.project(events);
        for (const projection of projections) {
          const handled = events.filter(({ event }) => projection.handles.includes(event.type));
          const isLeftOut = leavingOut(projection, handled, nth);
          for (let at = 0; at < handled.length; at += size) {
            const batch = handled.slice(at, at + size);
            await live.project(
              batch.filter((recorded) => !isLeftOut(recorded)),
              [projection],
            );
          }
          live.forget();
          await live.project(handled.filter(isLeftOut), [projection]);
        }
        expect(await live.dump()).toEqual(await rebuilt.dump());
      }),
      { numRuns: 30 },
    );
  });

  it('equal the fold of their events', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (choices) => {
        await live.clear();
        const events = await recordHistory(choices);
        await live.project(events);
        const tables = await live.dump();
        expect(ordered(tables['rm_payments'])).toEqual(
          ordered(foldStreams(events, 'payment', evolvePaymentRow)),
        );
        expect(ordered(tables['rm_receipts'])).toEqual(
          ordered(foldStreams(events, 'receipt', evolveReceiptRow)),
        );
        expect(ordered(tables['rm_escrow_accounts'])).toEqual(
          ordered(foldStreams(events, 'escrow', evolveEscrowRow).map(numbers)),
        );
        for (const view of foldStreams(events, 'workflow', evolveWorkflowRow)) {
          const row = await workflowById(live.sql, view.workflow.workflow_id);
          expect(row).toMatchObject(view.workflow);
        }
        expect(tables['rm_audit_log']).toHaveLength(events.length);
      }),
      { numRuns: 25 },
    );
  });

  it('number the timeline of each workflow from 1 without a gap, in store order', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (choices) => {
        await live.clear();
        const events = await recordHistory(choices);
        for (let i = 0; i < events.length; i += 4)
          await live.project(events.slice(i, i + 4), [timelineProjection]);
        for (const workflowId of ['wf_A', 'wf_B', 'wf_C']) {
          const told = events
            .filter((event) => belongsTo(event, workflowId))
            .flatMap((event) => wireEvent(event.event as WorkflowEvent, idOfStream(event.stream)) ?? []);
          const rows = await timelineFrom(live.sql, workflowId, 1, 1_000);
          expect(rows.map(({ type, data }) => ({ type, data }))).toEqual(told);
          expect(rows.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('never show sealed content or a secret in a timeline', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (choices) => {
        await live.clear();
        await live.project(await recordHistory(choices));
        const { rm_workflow_timeline } = await live.dump();
        expect(JSON.stringify(rm_workflow_timeline)).not.toMatch(/A256GCM|ciphertext|q83vEjRWeJA/);
      }),
      { numRuns: 10 },
    );
  });
});

/** Which events wait when the `nth` is not taken; none where nothing may be left out. */
function leavingOut(
  { parkedWith }: Projection,
  events: readonly Recorded[],
  nth: number,
): (recorded: Recorded) => boolean {
  const poisoned = events[nth % events.length];
  if (!poisoned || !parkedWith) return () => false;
  const stream = parkedWith(poisoned);
  return (recorded) => recorded.position >= poisoned.position && parkedWith(recorded) === stream;
}

const belongsTo = ({ stream, event, metadata }: Recorded, workflowId: string): boolean => {
  if (categoryOf(stream) === 'workflow') return idOfStream(stream) === workflowId;
  const told = [
    'PaymentSignatureRequested',
    'PaymentSubmitted',
    'PaymentConfirmed',
    'PaymentFailed',
    'ReceiptIssued',
    'WorkflowProofGenerated',
  ];
  if (!told.includes(event.type)) return false;
  return ('workflowId' in event ? event.workflowId : metadata.correlationId) === workflowId;
};

function foldStreams<Row>(
  events: readonly Recorded[],
  category: string,
  evolve: (row: Row | undefined, recorded: Recorded) => Row | undefined,
): Row[] {
  const rows = new Map<string, Row | undefined>();
  for (const recorded of events)
    if (categoryOf(recorded.stream) === category)
      rows.set(recorded.stream, evolve(rows.get(recorded.stream), recorded));
  return [...rows.values()].flatMap((row) => row ?? []);
}

/** As `to_jsonb` shows bigint columns. */
const numbers = (row: EscrowRow): object => ({
  ...row,
  available: Number(row.available),
  held: Number(row.held),
  deposited: Number(row.deposited),
  captured: Number(row.captured),
  refunded: Number(row.refunded),
  withdrawing: Number(row.withdrawing),
  withdrawn: Number(row.withdrawn),
});
const evolvePaymentRow = (row: object | undefined, recorded: Recorded) => {
  const next = evolvePayment(
    row && ({ ...row, amount: String((row as { amount: number }).amount) } as PaymentRow),
    recorded.event as PaymentEvent,
    recorded,
  );
  return next && { ...next, amount: Number(next.amount) };
};
const evolveReceiptRow = (row: object | undefined, recorded: Recorded) => {
  const next = evolveReceipt(row as never, recorded.event as ReceiptEvent, recorded);
  return next && { ...next, total_cost: Number(next.total_cost) };
};
const evolveEscrowRow = (row: EscrowRow | undefined, recorded: Recorded) =>
  evolveAccount(row, recorded.event as EscrowEvent, recorded);
const evolveWorkflowRow = (view: WorkflowView | undefined, recorded: Recorded) =>
  evolveView(view, recorded as Recorded<WorkflowEvent & DomainEvent>);

const ordered = (rows: readonly unknown[] = []): unknown[] =>
  rows.map((row) => canonicalJson(JSON.parse(JSON.stringify(row)))).sort();
