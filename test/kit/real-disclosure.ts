import type { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { type DisclosureRequest, disclosureTask } from '../../src/receipts/disclosure-task.js';
import { issueReceipt, proofPart } from '../../src/receipts/issue-receipt.js';
import type { StepDisclosure } from '../../src/verifier/step-disclosure.js';
import { sampleIssuedAt, sampleIssuer } from './sample-issuer.js';

/** Discloses a step of a run, with a real proof. */
export async function discloseStep(
  prover: SnarkjsProver,
  run: ClosedRun,
  request: DisclosureRequest,
): Promise<StepDisclosure> {
  const { receipt } = issueReceipt(run, sampleIssuer, sampleIssuedAt);
  const { circuitId, inputs, document } = disclosureTask(run, receipt, request);
  return { ...document, proof: proofPart(await prover.prove(circuitId, inputs)) };
}
