// A whole ceremony over a circuit of a few constraints, with powers of tau made on the spot, and what goes wrong when
// somebody cheats in it. In a process of its own, because snarkjs leaves threads behind. Its last line is JSON.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as snarkjs from 'snarkjs';
import { closingFiles } from '../../circuits/ceremony/closing-files.mjs';
import { contribute, finish, hashOf, start } from '../../circuits/ceremony/steps.mjs';
import { compileCircuit } from '../../circuits/compile-circuit.mjs';
import { elementsOf, witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { ResidentKey } from '../../src/adapters/snarkjs/groth16/resident-key.mjs';
import { Threads } from '../../src/adapters/snarkjs/groth16/threads.mjs';

const folder = mkdtempSync(join(tmpdir(), 'quittance-ceremony-'));
const file = (name) => join(folder, name);
const outcome = (work) =>
  work.then(
    () => 'done',
    (error) => error.message,
  );

try {
  const { r1cs: bytes, wasm } = await compileCircuit('ceremony/rehearsal.circom');
  const r1cs = file('rehearsal.r1cs');
  writeFileSync(r1cs, bytes);
  const curve = await snarkjs.curves.getCurveFromName('bn128');
  await closingFiles(async () => {
    await snarkjs.powersOfTau.newAccumulator(curve, 5, file('0.ptau'));
    await snarkjs.powersOfTau.contribute(file('0.ptau'), file('1.ptau'), 'one', 'entropy');
    await snarkjs.powersOfTau.beacon(file('1.ptau'), file('2.ptau'), 'beacon', '0a'.repeat(32), 10);
    await snarkjs.powersOfTau.preparePhase2(file('2.ptau'), file('final.ptau'));
  });
  const ptau = file('final.ptau');
  const pinned = { ptau: hashOf(ptau), r1cs: hashOf(r1cs) };

  await start({ ptau, r1cs, pinned, zkey: file('0.zkey') });
  const announced = [
    await contribute({ from: file('0.zkey'), to: file('1.zkey'), name: 'first' }),
    await contribute({ from: file('1.zkey'), to: file('2.zkey'), name: 'second' }),
  ];
  const beacon = 'ab'.repeat(32);
  const circuit = { circuitId: 'rehearsal', circuitVersion: '1', publicSignals: ['count'] };
  const whole = { ptau, r1cs, pinned, from: file('2.zkey'), to: file('final.zkey'), beacon, circuit };
  const { pinnedKey, transcript } = await finish(whole);
  const generate = await witnessGenerator(wasm);
  const witness = { type: 'mem', data: generate({ count: '3' }) };
  const proven = await snarkjs.groth16.prove(file('final.zkey'), witness);
  const ours = await ResidentKey.open(readFileSync(file('final.zkey')), await Threads.open(2));
  const provenByOurs = await ours.prove(elementsOf(witness.data));

  const damaged = file('damaged.zkey');
  copyFileSync(file('2.zkey'), damaged);
  const content = readFileSync(damaged);
  // the last point of the last big section; a contributor who does not keep to the rules
  content[content.length - 700] ^= 1;
  writeFileSync(damaged, content);
  const other = file('other.ptau');
  writeFileSync(other, Buffer.concat([readFileSync(ptau), Buffer.from([0])]));
  const to = file('refused.zkey');
  const refused = {
    onePerson: await outcome(finish({ ...whole, from: file('1.zkey'), to })),
    otherPowers: await outcome(start({ ptau: other, r1cs, pinned, zkey: to })),
    unpreparedPowers: await outcome(
      start({ ptau: file('2.ptau'), r1cs, pinned: { ...pinned, ptau: hashOf(file('2.ptau')) }, zkey: to }),
    ),
    otherCircuit: await outcome(finish({ ...whole, to, pinned: { ...pinned, r1cs: '00'.repeat(32) } })),
    shortBeacon: await outcome(finish({ ...whole, to, beacon: 'abcd' })),
    damaged: await outcome(finish({ ...whole, from: damaged, to })),
  };
  const answer = `\n${JSON.stringify({ announced, pinnedKey, transcript, proven, provenByOurs, refused })}`;
  await new Promise((resolve) => process.stdout.write(answer, resolve));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
