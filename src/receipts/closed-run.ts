import type { FieldText } from '../kernel/commitments/field.js';
import type { PlannedStep } from '../kernel/commitments/plan-commitment.js';

export type ReceiptLevel = 'basic' | 'full' | 'zero-knowledge';
export type RunOutcome = 'completed' | 'failed' | 'cancelled' | 'expired';
export type StepStatus = 'completed' | 'skipped' | 'failed' | 'cancelled' | 'not_started';

/** Enough to find a payment on its chain. */
export interface StepPayment {
  readonly paymentId: string;
  readonly signature: string;
  readonly slot: string;
  readonly payer: string;
  readonly payee: string;
  /** micro-USDC, canonical decimal */
  readonly amount: string;
  readonly asset: string;
  readonly network: string;
  /** JWS in which the payee says that it was paid and delivered */
  readonly serviceReceipt?: string | undefined;
}

/** A step as the plan fixed it and as the events say it ended. */
export interface ClosedStep extends PlannedStep {
  readonly status: StepStatus;
  /** micro-USDC really paid */
  readonly cost: bigint;
  /** attempts made, 0 when never started */
  readonly attempt: number;
  /** place among the ends of the run's steps, 0 when it never ended */
  readonly seq: number;
  /** blinded, from commitContent; null when there is none */
  readonly inputHash: FieldText | null;
  readonly outputHash: FieldText | null;
  readonly payment: StepPayment | null;
  /** the alternative that did it; absent when it was the service it was planned for */
  readonly executor?: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  /** of the error that ended it, or the reason it was skipped */
  readonly reason: string | null;
  /** the run it completed in and was paid by, when that was another one */
  readonly keptFrom?: { readonly workflowId: string; readonly runNo: number };
}

/** What became of what the steps had done. */
export interface RunRollback {
  /** partial: something cannot be undone; resolved: somebody has seen to it by hand */
  readonly outcome: 'completed' | 'partial' | 'resolved';
  /** ids of steps */
  readonly undone: readonly string[];
  readonly notUndone: readonly string[];
}

/** Everything a receipt is made of, folded from the events of one run. */
export interface ClosedRun {
  readonly workflowId: string;
  readonly runNo: number;
  readonly userId: string;
  readonly level: ReceiptLevel;
  readonly outcome: RunOutcome;
  /** in the order of the plan, `assemble` last; empty when no plan was made */
  readonly steps: readonly ClosedStep[];
  /** micro-USDC, the budget the plan's commitment was made with */
  readonly budget: bigint;
  /** the plan's commitment as it stands in the plan; a receipt is refused when it cannot be made again */
  readonly workflowHash: FieldText | null;
  readonly planHash: string | null;
  readonly approver: string | null;
  /** 32 bytes; every salt derives from it */
  readonly secret: Uint8Array;
  readonly startedAt: string | null;
  readonly closedAt: string;
  /** absent when nothing was rolled back */
  readonly rollback?: RunRollback;
}
