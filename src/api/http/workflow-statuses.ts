import type { PublicStatus } from '../../projections/workflows/schema.js';

/** How far a workflow can be, as clients are told. */
export const workflowStatuses = [
  'planning',
  'awaiting_approval',
  'approved',
  'executing',
  'paused',
  'completed',
  'rolling_back',
  'failed',
  'cancelled',
] as const satisfies readonly PublicStatus[];
