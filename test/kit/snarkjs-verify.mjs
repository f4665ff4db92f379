// Reads [{key, publicSignals, proof}, …] as JSON from stdin and prints what snarkjs says of each. In a process of
// its own, because snarkjs leaves threads behind.
import { text } from 'node:stream/consumers';
import * as snarkjs from 'snarkjs';

const answers = [];
for (const { key, publicSignals, proof } of JSON.parse(await text(process.stdin)))
  try {
    answers.push(await snarkjs.groth16.verify(key, publicSignals, proof));
  } catch {
    answers.push('throws');
  }
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
