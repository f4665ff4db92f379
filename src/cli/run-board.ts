import type { PlanStep, StreamMessage } from './api/views.js';

/** What is known of a run from what its stream said. Pure: a fold over the messages. */

export type StepState =
  | 'waiting'
  | 'running'
  | 'sleeping'
  | 'retrying'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled';

export interface BoardStep {
  readonly id: string;
  readonly name: string;
  readonly estimatedTime: number;
  readonly state: StepState;
  readonly attempt: number;
  readonly startedAt: number | undefined;
  /** of a wait: when it is over */
  readonly until?: number;
  readonly tookMs: number | undefined;
  /** micro-USDC paid for it */
  readonly paid: bigint;
  readonly trouble: string | undefined;
}

export interface Board {
  readonly phase: 'planning' | 'asking' | 'approved' | 'executing' | 'closed' | 'refused';
  readonly steps: readonly BoardStep[];
  /** steps another run completed and paid */
  readonly kept: readonly string[];
  readonly paid: bigint;
  readonly startedAt: number | undefined;
  /** why it waits for its owner in the middle of the run */
  readonly paused?: string | undefined;
  readonly outcome: string | undefined;
  readonly failure: { readonly code: string; readonly message: string; readonly stepId?: string } | undefined;
  readonly receiptIssued: boolean;
  readonly receiptProven: boolean;
}

export const emptyBoard: Board = {
  phase: 'planning',
  steps: [],
  kept: [],
  paid: 0n,
  startedAt: undefined,
  outcome: undefined,
  failure: undefined,
  receiptIssued: false,
  receiptProven: false,
};

const KEPT = 'kept, paid before';

export const withPlan = (board: Board, steps: readonly PlanStep[]): Board => ({
  ...board,
  steps: steps.map(({ id, title, service, estimatedTime }) => ({
    id,
    name: service?.name ?? title,
    estimatedTime,
    state: board.kept.includes(id) ? 'completed' : 'waiting',
    attempt: 0,
    startedAt: undefined,
    tookMs: undefined,
    paid: 0n,
    trouble: board.kept.includes(id) ? KEPT : undefined,
  })),
});

export function heard(board: Board, message: StreamMessage): Board {
  const { data } = message;
  const stepId = text(data['stepId']);
  switch (message.type) {
    case 'workflow.awaiting_approval':
      return board.startedAt === undefined ? { ...board, phase: 'asking' } : board;
    case 'workflow.approved':
      return board.startedAt === undefined ? { ...board, phase: 'approved' } : board;
    case 'workflow.paused':
      return { ...board, paused: text(data['reason']) };
    case 'workflow.resumed':
    case 'workflow.cancelling':
      return { ...board, paused: undefined };
    case 'workflow.approval_expired':
      return refused(board, 'APPROVAL_EXPIRED', 'Nobody approved the plan in time.');
    case 'workflow.executing':
      return { ...board, phase: 'executing', startedAt: Date.parse(message.timestamp) };
    case 'workflow.failed':
      return failed(board, message);
    case 'workflow.closed':
      return { ...board, phase: ending(board), outcome: text(data['outcome']) };
    case 'workflow.cancelled':
      return board.startedAt === undefined ? { ...board, phase: 'refused', outcome: 'cancelled' } : board;
    // told before the plan is shown
    case 'step.kept':
      return { ...board, kept: [...board.kept, stepId] };
    case 'payment.confirmed':
      return { ...board, paid: board.paid + micros(data['amountMicro']) };
    case 'receipt.issued':
      return { ...board, receiptIssued: true };
    case 'receipt.proven':
      return { ...board, receiptProven: true };
    default:
      return stepId === '' ? board : { ...board, steps: stepHeard(board.steps, stepId, message) };
  }
}

/** A workflow that ends without a run was refused; what a run ends with is told when it is closed. */
const ending = ({ startedAt }: Board): 'closed' | 'refused' =>
  startedAt === undefined ? 'refused' : 'closed';

function failed(board: Board, { data }: StreamMessage): Board {
  const stepId = text(data['stepId']);
  const failure = { code: text(data['code']), message: text(data['message']), ...(stepId && { stepId }) };
  return { ...board, failure, ...(board.startedAt === undefined && { phase: 'refused', outcome: 'failed' }) };
}

const refused = (board: Board, code: string, message: string): Board => ({
  ...board,
  phase: 'refused',
  outcome: 'expired',
  failure: { code, message },
});

const stepHeard = (steps: readonly BoardStep[], id: string, message: StreamMessage): readonly BoardStep[] =>
  steps.map((step) => (step.id === id ? { ...step, ...changeOf(message) } : step));

function changeOf({ type, data, timestamp }: StreamMessage): Partial<BoardStep> {
  switch (type) {
    case 'step.started':
      return { state: 'running', attempt: Number(data['attempt']), startedAt: Date.parse(timestamp) };
    case 'step.confirmation_requested':
      return { trouble: `waits: quittance confirm <workflow> ${text(data['stepId'])}` };
    case 'step.confirmed':
      return { trouble: undefined };
    case 'step.completed':
      return {
        state: 'completed',
        tookMs: Number(data['timeMs']),
        paid: micros(data['costMicro']),
        trouble: undefined,
      };
    case 'step.waiting':
      return { state: 'sleeping', attempt: Number(data['attempt']), until: Date.parse(text(data['until'])) };
    case 'step.retrying':
      return { state: 'retrying', attempt: Number(data['attempt']) };
    case 'step.reassigned':
      return { state: 'retrying', trouble: `goes on with ${text(data['to'])}` };
    case 'step.held':
    case 'step.failed':
      return { state: 'failed', trouble: errorOf(data['error']) };
    case 'step.skipped':
      return { state: 'skipped', trouble: text(data['reason']).replaceAll('_', ' ') };
    case 'step.cancelled':
      return { state: 'cancelled' };
    default:
      return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const micros = (value: unknown): bigint => BigInt(/^\d{1,18}$/.test(text(value)) ? text(value) : '0');
const errorOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? text(error.message) : '';
