import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { ApiClient } from './api/client.js';
import {
  type Plan,
  type ReceiptView,
  receipt as receiptSchema,
  type Workflow,
  workflow,
} from './api/views.js';
import type { InputFile } from './input-files.js';
import type { Board } from './run-board.js';
import { RunWatch } from './run-watch.js';
import { boardLines } from './show/board-lines.js';
import { duration } from './show/figures.js';
import { planLines } from './show/plan-table.js';
import { type Screen, spinner } from './show/screen.js';

export interface RunRequest {
  readonly input?: string;
  readonly plan?: unknown;
  readonly files: readonly InputFile[];
  /** USDC */
  readonly maxCost?: number;
  readonly level: 'basic' | 'full' | 'zero-knowledge';
  /** address of the wallet that pays; the escrow when left out */
  readonly wallet?: string;
  /** its delegate signs: it has approved that on the chain */
  readonly delegated?: boolean;
  readonly mandateId?: string;
}

export interface RunTimes {
  readonly planMs: number;
  readonly runMs: number;
  readonly proofMs: number | undefined;
}

export interface FinishedRun {
  readonly workflow: Workflow;
  readonly receipt: ReceiptView | undefined;
  readonly times: RunTimes;
}

export interface RunHooks {
  readonly screen: Screen;
  /** whether the plan may be carried out and paid; `already` where somebody else has approved it */
  readonly approve: (plan: Plan) => Promise<boolean | 'already'>;
  /** once there is something to cancel */
  readonly onCreated?: (workflowId: string, made: Readonly<Record<string, unknown>>) => void;
  /** stops watching; the workflow itself goes on */
  readonly signal?: AbortSignal;
}

const created = z.looseObject({ workflow: z.looseObject({ id: z.string() }) });
const detailed = z.looseObject({ workflow });
const issued = z.looseObject({ receipt: receiptSchema });
const anything = z.looseObject({});

/** ms between two looks at something no message announces */
const LOOK = 400;
/** at a workflow that its stream is ahead of */
const LOOKS = 25;
const LOG_LOOKS = 4;
const RECEIPT_PATIENCE = 30_000;
const PROOF_PATIENCE = 180_000;

/**
 * One request from its words to its receipt, shown as it happens.
 * @throws Refusal of the API, DECLINED, and PLANNING_FAILED with the planner's own code and sentence
 */
export const runRequest = (
  client: ApiClient,
  { level, files, maxCost, input, plan, wallet, delegated, mandateId }: RunRequest,
  hooks: RunHooks,
): Promise<FinishedRun> => {
  const body = {
    ...(input !== undefined && { input }),
    ...(plan !== undefined && { plan }),
    ...(maxCost !== undefined && { maxCost }),
    ...(files.length > 0 && { files }),
    verificationLevel: level,
    ...(wallet !== undefined && { funding: delegated ? 'delegate' : 'client', wallet }),
    ...(mandateId !== undefined && { mandateId }),
  };
  return runCreated(client, { path: '/workflows/create', body, level }, hooks);
};

/** A call that makes a workflow. */
export interface Creation {
  readonly path: string;
  readonly body: object;
  readonly level: RunRequest['level'];
}

/** As {@link runRequest}, from whatever call makes the workflow. */
export async function runCreated(
  client: ApiClient,
  creation: Creation,
  hooks: RunHooks,
): Promise<FinishedRun> {
  const run = await Run.create(client, creation, hooks);
  try {
    const planMs = await run.planned();
    await run.approved();
    const runMs = await run.closed();
    return await run.receipted(planMs, runMs);
  } finally {
    run.leave();
  }
}

const isOver = ({ phase }: Board): boolean => phase === 'closed' || phase === 'refused';

/** What the owner of a paused run can do, and where nobody sees it otherwise. */
function pauseLines(reason: string | undefined, id: string): readonly string[] {
  if (reason === undefined) return ['The run goes on.'];
  const asks = reason === 'price_drift' || reason === 'funds_exhausted';
  const command = asks ? 'approve' : 'resume';
  return [
    `The run is paused (${reason.replaceAll('_', ' ')}). Go on with: quittance ${command} ${id}`,
    `or end it with: quittance cancel ${id}`,
  ];
}

class Run {
  private readonly began = performance.now();
  private readonly watch: RunWatch;

  private constructor(
    private readonly client: ApiClient,
    private readonly hooks: RunHooks,
    private readonly id: string,
    private readonly level: RunRequest['level'],
  ) {
    this.watch = new RunWatch(client, id, hooks.screen, hooks.signal);
  }

  static async create(client: ApiClient, { path, body, level }: Creation, hooks: RunHooks): Promise<Run> {
    const { workflow: made } = await client.post(path, body, created);
    hooks.onCreated?.(made.id, made);
    // the stream is opened to owners, whom the read model knows
    await client.get(`/workflows/${made.id}`, anything);
    return new Run(client, hooks, made.id, level);
  }

  /** @returns ms from the request to its plan */
  async planned(): Promise<number> {
    const area = this.hooks.screen.live(() => [` ${spinner(Date.now())} Planning`]);
    await this.watch.until(({ phase }) => phase !== 'planning').finally(() => area.end());
    this.watch.refuseIfOver('PLANNING_FAILED', 'There is no plan for this request.');
    const planMs = performance.now() - this.began;
    const { plan, maxCostMicro } = await this.workflowOnce((found) => found.plan !== null);
    if (!plan) throw new Refusal('PLANNING_FAILED', 'There is no plan for this request.');
    const { screen } = this.hooks;
    screen.say('', ...planLines(plan, { maxCostMicro }, screen.stream.columns ?? 120), '');
    this.watch.expect(plan.steps);
    const isApproved = await this.hooks.approve(plan);
    if (isApproved === 'already') return planMs;
    if (isApproved) {
      await this.client.post(`/workflows/${this.id}/approve`, { planHash: plan.planHash }, anything);
      return planMs;
    }
    await this.client.post(`/workflows/${this.id}/cancel`, { reason: 'the plan was declined' }, anything);
    throw new Refusal('DECLINED', 'The plan was not approved. The workflow is cancelled, nothing was spent.');
  }

  async approved(): Promise<void> {
    await this.watch.until(({ phase }) => phase !== 'planning' && phase !== 'asking');
    this.watch.refuseIfOver('CANCELLED', 'The workflow was cancelled before it began.');
  }

  /** @returns ms from the approval to the end of the run */
  async closed(): Promise<number> {
    const began = performance.now();
    for (let told: string | undefined; ; told = this.watch.board.paused) {
      const area = this.hooks.screen.live(() => boardLines(this.watch.board, Date.now()));
      await this.watch.until((board) => isOver(board) || board.paused !== told).finally(() => area.end());
      if (isOver(this.watch.board)) break;
      this.hooks.screen.say(...pauseLines(this.watch.board.paused, this.id));
    }
    if (!this.hooks.screen.moves)
      this.hooks.screen.say(...boardLines(this.watch.board, Date.now()).slice(-1));
    return performance.now() - began;
  }

  async receipted(planMs: number, runMs: number): Promise<FinishedRun> {
    const began = performance.now();
    let receipt = await this.issued();
    const proving = receipt && this.level === 'zero-knowledge' && isPending(receipt);
    if (proving) receipt = await this.proven();
    return {
      workflow: await this.workflowOnce(isSettled),
      receipt,
      times: { planMs, runMs, proofMs: proving ? performance.now() - began : undefined },
    };
  }

  leave(): void {
    this.watch.leave();
  }

  private async proven(): Promise<ReceiptView | undefined> {
    const began = performance.now();
    const waiting = () => [
      ` ${spinner(Date.now())} Proving that the run kept to the plan · ${duration(performance.now() - began)}`,
    ];
    const area = this.hooks.screen.live(waiting);
    try {
      for (;;) {
        const receipt = await this.receipt();
        if (!receipt || !isPending(receipt) || performance.now() - began > PROOF_PATIENCE) return receipt;
        await this.watch.untilOrLate(({ receiptProven }) => receiptProven, LOOK * 4);
        if (this.watch.board.receiptProven) await pause(LOOK / 4);
      }
    } finally {
      area.end();
    }
  }

  /** Read models do not move in step: what the stream tells may be missing elsewhere for a moment. */
  private async issued(): Promise<ReceiptView | undefined> {
    const end = performance.now() + RECEIPT_PATIENCE;
    await this.watch.untilOrLate(({ receiptIssued }) => receiptIssued, RECEIPT_PATIENCE);
    for (let looks = 1; ; looks++) {
      const receipt = await this.receipt();
      // it is kept with its place in the log, which it gets a moment after it was issued; later is good, too
      if (receipt && (isInLog(receipt) || looks >= LOG_LOOKS)) return receipt;
      if (performance.now() > end) return receipt;
      await pause(LOOK);
    }
  }

  private async receipt(): Promise<ReceiptView | undefined> {
    try {
      return (await this.client.get(`/workflows/${this.id}/receipt`, issued)).receipt;
    } catch (error) {
      if (isRefusal(error, 'RECEIPT_NOT_READY')) return undefined;
      throw error;
    }
  }

  /** The workflow once it reads as its stream already told, or what it is after a while. */
  private async workflowOnce(holds: (workflow: Workflow) => boolean): Promise<Workflow> {
    for (let looks = 1; ; looks++) {
      const { workflow: found } = await this.client.get(`/workflows/${this.id}`, detailed);
      if (holds(found) || looks === LOOKS) return found;
      await pause(LOOK / 2);
    }
  }
}

const isInLog = ({ document }: ReceiptView): boolean =>
  typeof document === 'object' && document !== null && 'log' in document;

/** The rest of the reserve is given back, and every payment can be read. */
const isSettled = ({ plan, savedMicro, spentMicro, payments }: Workflow): boolean => {
  const sent = payments.filter(({ signature }) => signature !== null);
  const shown = sent.reduce((sum, { amountMicro }) => sum + BigInt(amountMicro ?? '0'), 0n);
  return plan === null || (savedMicro !== null && shown >= BigInt(spentMicro ?? '0'));
};

/** A proof is asked for a moment after the receipt is issued, so only an end is believed. */
const isPending = ({ zkStatus, outcome, unprovable }: ReceiptView): boolean =>
  outcome === 'completed' && unprovable === undefined && zkStatus !== 'verified' && zkStatus !== 'failed';
