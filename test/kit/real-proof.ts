import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import type { ProofResult } from '../../src/ports/prover.js';
import type { ProvingOptions } from '../../src/receipts/circuit-inputs.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { issueReceipt, withProof } from '../../src/receipts/issue-receipt.js';
import type { Receipt } from '../../src/verifier/document.js';
import { sampleIssuedAt, sampleIssuer } from './sample-issuer.js';

/** Makes a real proof, in a real prover, of a run. */
export async function proveRun(
  prover: SnarkjsProver,
  run: ClosedRun,
  options: ProvingOptions = {},
): Promise<{ readonly receipt: Receipt; readonly made: ProofResult }> {
  const { receipt, proving } = issueReceipt(run, sampleIssuer, sampleIssuedAt, options);
  if (!proving?.provable) throw new Error(`not provable: ${proving?.reason}`);
  const made = await prover.prove(proving.circuitId, proving.inputs);
  return { receipt: withProof(receipt, made), made };
}
