import { upcast } from '../../src/events/catalogue.js';
import type { Recorded } from '../../src/kernel/event.js';
import { Memory } from '../../src/projections/memory.js';
import type { Projection } from '../../src/projections/projection.js';
import { Tables } from './tables.js';
import { must } from './violation.js';

/** I10: what the read models became, in whatever batches and processes, is what one fold of all events gives. */
export async function equalTheirFold(
  kept: Tables,
  projections: readonly Projection[],
  log: readonly Recorded[],
): Promise<void> {
  const folded = new Tables();
  const events = log.map((recorded): Recorded => ({ ...recorded, event: upcast(recorded.event) }));
  for (const projection of projections)
    await projection.project(
      events.filter(({ event }) => projection.handles.includes(event.type)),
      folded,
      new Memory(),
    );
  for (const table of TABLES) {
    const [is, should] = [kept, folded].map((tables) =>
      tables
        .all(table)
        .map((row) => JSON.stringify(row))
        .sort(),
    );
    const at = should!.findIndex((row, index) => row !== is![index]);
    must(
      is!.join() === should!.join(),
      'I10',
      () => `${table} is not the fold of its events: ${should![at]?.slice(0, 200)}`,
    );
  }
}

const TABLES = [
  'rm_workflows',
  'rm_workflow_steps',
  'rm_approvals',
  'rm_workflow_plans',
  'rm_workflow_timeline',
  'rm_escrow_accounts',
  'rm_payments',
  'rm_receipts',
];
