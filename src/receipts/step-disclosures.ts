import { Refusal } from '../kernel/errors.js';
import type { Prover } from '../ports/prover.js';
import type { Receipt } from '../verifier/document.js';
import type { StepDisclosure } from '../verifier/step-disclosure.js';
import type { ClosedRuns } from './closed-runs.js';
import { type DisclosureRequest, disclosureTask } from './disclosure-task.js';
import { proofPart } from './issue-receipt.js';
import type { CheckOwn } from './receipt-job.js';
import { requireNewest } from './require-newest.js';

/** Makes disclosures of single steps. Nothing is recorded: a disclosure is its holder's, and can be made again. */
export class StepDisclosures {
  constructor(
    private readonly runs: Pick<ClosedRuns, 'read'>,
    private readonly prover: Pick<Prover, 'prove'>,
    private readonly check: CheckOwn,
  ) {}

  /**
   * @param receipt of the caller's own, as it was issued
   * @throws Refusal RUN_SUPERSEDED, KEY_DESTROYED, those of {@link disclosureTask} and of the prover
   */
  async disclose(receipt: Receipt, request: DisclosureRequest): Promise<StepDisclosure> {
    const { receiptId, workflowId, runNo } = receipt.statement;
    const run = requireNewest(await this.runs.read({ workflowId, runNo }), receiptId);
    const { circuitId, inputs, document } = disclosureTask(run, receipt, request);
    const proof = proofPart(await this.prover.prove(circuitId, inputs));
    const { log } = receipt;
    const disclosure = { ...document, proof, ...(log && { log }) };
    const objections = await this.check(disclosure);
    if (objections.length > 0)
      throw new Refusal('PROOF_UNSOUND', 'Our own verifier refused the disclosure.', {
        receiptId,
        objections,
      });
    return disclosure;
  }
}
