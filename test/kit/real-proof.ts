import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { slotsFor } from '../../src/kernel/commitments/layout.js';
import type { ProofResult } from '../../src/ports/prover.js';
import type { ProvingOptions, ProvingTask, WholeTask } from '../../src/receipts/circuit-inputs.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { issueReceipt, withChain, withProof } from '../../src/receipts/issue-receipt.js';
import { chainOf } from '../../src/receipts/segment-inputs.js';
import type { Receipt } from '../../src/verifier/document.js';
import { sampleIssuedAt, sampleIssuer } from './sample-issuer.js';

/** Makes a real proof, in a real prover, of a run. */
export async function proveRun(
  prover: SnarkjsProver,
  run: ClosedRun,
  options: ProvingOptions = {},
): Promise<{ readonly receipt: Receipt; readonly made: ProofResult }> {
  const { receipt, proving } = issueReceipt(run, sampleIssuer, sampleIssuedAt, options);
  const { circuitId, inputs } = wholeTask(proving);
  const made = await prover.prove(circuitId, inputs);
  return { receipt: withProof(receipt, made), made };
}

/** What one circuit is asked for. */
export function wholeTask(task: ProvingTask | null): WholeTask {
  if (!task?.provable) throw new Error(`not provable: ${task?.reason}`);
  if ('parts' in task) throw new Error('this run is proven in parts');
  return task;
}

/** Makes a real chain of proofs, in a real prover, of a run that one circuit may hold as well. */
export async function proveInParts(
  prover: Pick<SnarkjsProver, 'prove'>,
  run: ClosedRun,
  options: ProvingOptions = {},
): Promise<{ readonly receipt: Receipt; readonly made: readonly ProofResult[] }> {
  const circuitId = chainOf(slotsFor(run.steps.length));
  const asked = { ...options, circuitId };
  const { receipt, proving } = issueReceipt(run, sampleIssuer, sampleIssuedAt, asked);
  if (!proving?.provable || !('parts' in proving)) throw new Error('this run is not proven in parts');
  const made: ProofResult[] = [];
  for (const part of proving.parts()) made.push(await prover.prove(part.circuitId, part.inputs));
  return { receipt: withChain(receipt, made), made };
}
