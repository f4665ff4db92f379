import { auditProjection } from './audit/project.js';
import { escrowProjection } from './escrow/project.js';
import { identityProjection } from './identity/project.js';
import { ledgerProjection } from './ledger/project.js';
import { paymentsProjection } from './payments/project.js';
import type { Projection } from './projection.js';
import { receiptLogProjection } from './receipt-log/project.js';
import { receiptsProjection } from './receipts/project.js';
import { settlementsProjection } from './settlements/project.js';
import { timelineProjection } from './timeline/project.js';
import { withdrawalsProjection } from './withdrawals/project.js';
import { workflowsProjection } from './workflows/project.js';

/** Every read model of this version. */
export const projections: readonly Projection[] = [
  workflowsProjection,
  timelineProjection,
  escrowProjection,
  ledgerProjection,
  paymentsProjection,
  withdrawalsProjection,
  settlementsProjection,
  receiptsProjection,
  receiptLogProjection,
  identityProjection,
  auditProjection,
];
