/** `sample-receipts.mjs <count>` prints as many proven receipts of runs of five steps, as a JSON list. */
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.ts';
import { proveRun } from '../../test/kit/real-proof.ts';
import { paidRun } from './runs.mjs';

const prover = new SnarkjsProver({ progress: (message) => console.error(message) });
const receipts = [];
for (let i = 0; i < Number(process.argv[2]); i++) {
  const workflowId = `wf_01JD00000000000000000000${String(i).padStart(2, '0')}`;
  receipts.push((await proveRun(prover, paidRun(5, { workflowId }))).receipt);
}
await prover.close();
process.stdout.write(JSON.stringify(receipts), () => process.exit(0));
