import { evolve } from '../../src/commands/workflow/evolve.js';
import type { Closed, WorkflowState } from '../../src/commands/workflow/state.js';
import { type ContentStore, places } from '../../src/content/content-store.js';
import type { OriginRun } from '../../src/events/fork.js';
import type { ReceiptEvent } from '../../src/events/receipt.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { jsonHash } from '../../src/kernel/commitments/json-hash.js';
import type { Recorded } from '../../src/kernel/event.js';
import { categoryOf, streamOf } from '../../src/kernel/ids.js';
import type { ArtifactStore } from '../../src/ports/artifacts.js';
import { closedRunOf } from '../../src/receipts/closed-run-of.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { type Receipt, receiptSchema } from '../../src/verifier/document.js';
import { verifyReceipt } from '../../src/verifier/index.js';
import { sampleIssuer } from '../kit/sample-issuer.js';
import type { Random } from './random.js';
import { must } from './violation.js';

type Issued = Extract<ReceiptEvent, { type: 'ReceiptIssued' }>;

/** What a receipt must say, as the judge saw it happen. */
export interface Expected {
  readonly outcome: string | undefined;
  /** what earlier runs did for it */
  readonly kept: readonly { readonly stepId: string; readonly by: OriginRun }[];
  /** paid for its steps at least by the time it was settled, and at most by the time the receipt was issued */
  readonly least: bigint;
  readonly most: bigint;
}

/**
 * I13: a receipt verifies, says what happened, and is the one that its history leads to; a history of which one fact
 * is another leads to another receipt.
 */
export class ReceiptRules {
  constructor(
    private readonly log: readonly Recorded[],
    private readonly artifacts: ArtifactStore,
    private readonly content: ContentStore,
  ) {}

  async holds(issued: Issued, expected: Expected): Promise<Receipt> {
    const { receiptId } = issued;
    const bytes = await this.artifacts.get(issued.document.sha256);
    const document = receiptSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const verdict = await verifyReceipt(document, { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true });
    const failed = verdict.checks.filter(({ required, passed }) => required && !passed);
    must(failed.length === 0, 'I13', () => `${receiptId} does not verify: ${failed[0]?.name}`);
    must(jsonHash(document) === issued.documentHash, 'I13', () => `${receiptId} is not what was issued`);
    const { outcome, totalCost, kept = [] } = document.statement;
    const [said, known] = [kept, expected.kept.map(({ stepId, by }) => ({ stepId, ...by }))].map((steps) =>
      steps
        .map(({ stepId, workflowId, runNo }) => `${stepId} of run ${runNo} of ${workflowId}`)
        .sort()
        .join(),
    );
    must(said === known, 'I13', () => `${receiptId} says that ${said} is kept, not ${known}`);
    must(outcome === expected.outcome, 'I13', () => `${receiptId} says ${outcome}, it ${expected.outcome}`);
    const total = BigInt(totalCost ?? '0');
    must(
      total >= expected.least && total <= expected.most,
      'I13',
      () => `${receiptId} says ${total}, and ${expected.least} to ${expected.most} was paid`,
    );
    return document;
  }

  /** The history as it stands leads to this receipt, and with one fact changed to another. */
  async followsFromItsHistory(document: Receipt, random: Random): Promise<void> {
    const { receiptId, workflowId, runNo } = document.statement;
    const events = this.log
      .filter(({ stream }) => stream === streamOf('workflow', workflowId))
      .map(({ event }) => event as WorkflowEvent);
    const end = events.findIndex((event) => event.type === 'RunClosed' && event.runNo === runNo);
    const history = events.slice(0, end + 1);
    const made = await this.resultsOf(history);
    const same = made === resultsOf(document);
    must(same, 'I13', () => `${receiptId} is not the receipt its history leads to`);
    const changed = alter(history, random);
    if (!changed) return;
    const other = await this.resultsOf(changed.events).catch(() => 'no receipt at all');
    must(other !== made, 'I13', () => `${receiptId} would be the same with another ${changed.what}`);
  }

  private async resultsOf(history: readonly WorkflowEvent[]): Promise<string> {
    const state = history.reduce(evolve, { status: 'none' } as WorkflowState) as Closed;
    const secret = await this.content.openText(state.created.secret, places.secret(state.created.workflowId));
    const run = closedRunOf(state, Buffer.from(secret, 'base64'));
    return resultsOf(issueReceipt(run, sampleIssuer, state.closedAt).receipt);
  }
}

/** What a receipt says of the run itself: not when it was issued, nor what was paid without a result. */
const resultsOf = ({ statement, disclosure }: Receipt): string => {
  const { outcome, approval, closedAt, startedAt } = statement;
  const steps = disclosure?.steps.map(
    ({ outcome: done, attempt, seq, inputCommitment, outputCommitment, cost }) =>
      [done, attempt, seq, inputCommitment, outputCommitment, done === 'completed' ? cost : ''].join(),
  );
  const plan = statement.commitments?.workflowHash;
  return JSON.stringify([outcome, approval, startedAt, closedAt, plan, steps]);
};

/** The history with one fact changed, and which. */
function alter(
  history: readonly WorkflowEvent[],
  random: Random,
): { readonly events: readonly WorkflowEvent[]; readonly what: string } | undefined {
  // what an earlier run did is its own receipt's matter
  const begun = history.findLastIndex(
    ({ type }) => type === 'RetryRequested' || type === 'RollbackRequested',
  );
  const at = history.flatMap((event, index) => {
    return event.type === 'StepCompleted' && index > begun ? [index] : [];
  });
  if (at.length === 0) return undefined;
  const index = random.pick(at);
  const step = history[index] as Extract<WorkflowEvent, { type: 'StepCompleted' }>;
  const what = random.pick(['inputHash', 'outputHash', 'attempt', 'seq', 'cost'] as const);
  const more = {
    inputHash: { inputHash: `${BigInt(step.inputHash) + 1n}` },
    outputHash: { outputHash: `${BigInt(step.outputHash) + 1n}` },
    attempt: { attempt: step.attempt + 1 },
    seq: { seq: step.seq + 1 },
    cost: { cost: `${BigInt(step.cost) + 1n}` },
  }[what];
  return { events: history.with(index, { ...step, ...more }), what: `${what} of ${step.stepId}` };
}

export const isIssued = ({ stream, event }: Recorded): boolean =>
  categoryOf(stream) === 'receipt' && event.type === 'ReceiptIssued';

export type { Issued };
