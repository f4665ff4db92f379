import type { ReceiptCommand } from '../commands/receipt/commands.js';
import { receipt } from '../commands/receipt/decide.js';
import { errorRecord, isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { receiptIdOf } from '../kernel/ids.js';
import { toMicros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { ArtifactStore } from '../ports/artifacts.js';
import type { Clock } from '../ports/clock.js';
import type { Prover, ProvingProgress } from '../ports/prover.js';
import type { TimerStore } from '../ports/timers.js';
import type { CommandContext, Converse, Dispatch } from '../runtime/dispatch.js';
import { proofTimer, receiptTimer } from '../sagas/issue-receipt.js';
import { type Receipt, receiptSchema } from '../verifier/document.js';
import type { StepDisclosure } from '../verifier/step-disclosure.js';
import { provingTask } from './circuit-inputs.js';
import type { ClosedRun } from './closed-run.js';
import type { ClosedRuns, RunTask } from './closed-runs.js';
import { issueReceipt, proven, provenBy, receiptBytes, receiptHash } from './issue-receipt.js';
import type { Issuer } from './issuer.js';
import { MakeProofs } from './make-proofs.js';
import { type MakeReceipt, makeReceipt } from './make-receipt.js';
import { commitRun } from './run-commitments.js';

export type { RunTask } from './closed-runs.js';

/** Checks a receipt, or a step shown apart, as a stranger would. @returns reasons why it does not hold, empty when it does */
export type CheckOwn = (document: Receipt | StepDisclosure) => Promise<readonly string[]>;

/** Issues the signed receipt of a closed run, and later the proof it asks for. */
export class ReceiptJob {
  private readonly proofs: MakeProofs;

  constructor(
    private readonly dispatch: Dispatch & Converse,
    private readonly runs: Pick<ClosedRuns, 'read'>,
    private readonly artifacts: ArtifactStore,
    private readonly timers: Pick<TimerStore, 'cancel'>,
    private readonly issuer: Issuer,
    prover: Pick<Prover, 'prove'>,
    private readonly check: CheckOwn,
    private readonly clock: Clock,
    private readonly make: MakeReceipt = makeReceipt(issuer),
    private readonly tell: (receiptId: string, progress: ProvingProgress) => void = () => {},
  ) {
    this.proofs = new MakeProofs(prover);
  }

  async issue(task: RunTask): Promise<void> {
    const run = await this.runs.read(task);
    if (!run) return;
    const receiptId = receiptIdOf(task.workflowId, task.runNo);
    const at = isoTime(this.clock.now());
    await this.publish(task, receiptId, run, at); // a second one with the same facts changes nothing
    // only one level asks for more than the receipt
    if (run.level !== 'zero-knowledge') return;
    const { proving } = issueReceipt(run, this.issuer, at);
    if (proving?.provable) {
      const { circuitId, circuitVersion } = proving;
      await this.send(task, receiptId, { type: 'RequestProof', circuitId, circuitVersion });
    }
  }

  /** @throws Refusal PROVER_LOST (retryable): the job is given back and nothing is lost */
  async prove(task: RunTask): Promise<void> {
    const run = await this.runs.read(task);
    const receiptId = receiptIdOf(task.workflowId, task.runNo);
    const { state } = await this.dispatch.load(receipt, receiptId);
    if (!run || state.status === 'none') return;
    if (state.progress.status !== 'requested') return this.timers.cancel([proofTimer(receiptId)]);
    const { circuitId } = state.progress;
    const proving = provingTask(run, commitRun(run), { circuitId });
    if (!proving.provable) throw new Refusal('PROOF_FAILED', 'This run has no proof.', { receiptId });
    const began = this.clock.now();
    const tell = (progress: ProvingProgress) => this.tell(receiptId, progress);
    const made = await this.proofs.make(receiptId, proving, tell).catch((error: unknown) => {
      if (isRefusal(error) && error.kind === 'terminal') return error;
      throw error;
    });
    if (made instanceof Refusal) {
      const { code, message } = errorRecord(made, 'PROOF_FAILED');
      return this.send(task, receiptId, { type: 'FailProof', code, message, final: true });
    }
    const issued = await this.stored(state.facts.document.sha256);
    const document = proven(issued, made);
    const objections = await this.check(document);
    if (objections.length > 0) {
      const message = `Our own verifier refused the proof: ${objections.join('; ')}`.slice(0, 500);
      return this.send(task, receiptId, { type: 'FailProof', code: 'PROOF_UNSOUND', message, final: true });
    }
    await this.send(task, receiptId, {
      type: 'RecordWorkflowProof',
      circuitId: proving.circuitId,
      circuitVersion: proving.circuitVersion,
      ...provenBy(made),
      document: await this.store(document),
      documentHash: receiptHash(document),
      provingMs: Math.round(this.clock.now() - began),
    });
    await this.send(task, receiptId, {
      type: 'RecordVerification',
      verifier: 'self',
      valid: objections.length === 0,
    });
  }

  private async publish(task: RunTask, receiptId: string, run: ClosedRun, at: string) {
    const { bytes, hash, statementHash, commitments, keyId, unprovable } = await this.make(run, at);
    // a basic receipt brings no proof, and its commitments were computed a line above: nothing here could disagree
    const objections = run.level === 'basic' ? [] : await this.check(jsonOf(bytes) as Receipt);
    if (objections.length > 0)
      throw new Refusal('RECEIPT_UNSOUND', 'The receipt does not hold.', { receiptId, objections });
    const command: ReceiptCommand = {
      type: 'IssueReceipt',
      at,
      receiptId,
      workflowId: task.workflowId,
      runNo: task.runNo,
      userId: run.userId,
      outcome: run.outcome,
      level: run.level,
      workflowHash: commitments?.workflowHash ?? null,
      resultsRoot: commitments?.resultsRoot ?? null,
      finalResultHash: commitments?.finalResultHash ?? null,
      totalCost: toMicros(run.steps.reduce((sum, step) => sum + step.cost, 0n)),
      documentHash: hash,
      statementHash,
      document: await this.storeBytes(bytes),
      keyId,
      ...(unprovable !== null && { unprovable }),
    };
    // nearly always the first: nothing is read to learn that there is nothing
    const { events } = await this.dispatch.converse(
      receipt,
      receiptId,
      async ({ status }) =>
        status === 'none' ? { command, context: this.contextOf(task, receiptId, command) } : undefined,
      true,
    );
    // somebody else has issued it, and what asks for it again was perhaps set after that
    if (events.length === 0) await this.timers.cancel([receiptTimer(receiptId)]);
  }

  private async stored(sha256: string): Promise<Receipt> {
    return receiptSchema.parse(jsonOf(await this.artifacts.get(sha256)));
  }

  /** Receipts hold commitments and no content, so they are kept as they are. */
  private store = (document: Receipt) => this.storeBytes(receiptBytes(document));

  private async storeBytes(bytes: Uint8Array) {
    return { sha256: await this.artifacts.put(bytes), size: bytes.length, mediaType: 'application/json' };
  }

  private async send(task: RunTask, receiptId: string, command: ReceiptCommand): Promise<void> {
    await this.dispatch.send(receipt, receiptId, command, this.contextOf(task, receiptId, command));
  }

  private contextOf({ workflowId }: RunTask, receiptId: string, { type }: ReceiptCommand): CommandContext {
    return {
      commandId: uuidv5(`${receiptId}/${type}`),
      correlationId: workflowId,
      actor: { type: 'worker', id: 'receipts' },
    };
  }
}

const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
