import { existsSync, readFileSync } from 'node:fs';
import { sha256, writeWhole } from './compiled.mjs';
import { developmentKey } from './development-key.mjs';

/** The kept proving key of a circuit. One that is not what was written, byte for byte, is built again. */
export async function provingKey(circuit, r1cs, progress) {
  const digestFile = `${circuit.zkey}.sha256`;
  if (existsSync(circuit.zkey) && existsSync(digestFile)) {
    const kept = readFileSync(circuit.zkey);
    if (sha256(kept) === readFileSync(digestFile, 'utf8')) return kept;
    progress(`the kept key of ${circuit.id} is damaged`);
  }
  progress(`building the development key of ${circuit.id}, once: ${keySeconds(circuit)}`);
  const started = performance.now();
  const key = developmentKey(r1cs(), circuit.seed, progress);
  writeWhole(circuit.zkey, key);
  writeWhole(digestFile, sha256(key));
  progress(
    `development key of ${circuit.id} built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return key;
}

/** measured where others had work to do as well */
const keySeconds = ({ slots }) =>
  slots <= 16 ? 'a second or two' : slots <= 64 ? 'some ten seconds' : 'half a minute';
