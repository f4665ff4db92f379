// Writes the verification keys of the development proving keys to keys/, with the hashes verifiers pin, and the
// same as a module for src/verifier, which reads no files. Run it after compile.mjs; `--only TEXT` makes the keys of
// circuits with it in their name, and leaves the others.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import canonicalize from 'canonicalize';
import * as snarkjs from 'snarkjs';
import { developmentKey } from '../src/adapters/snarkjs/child/development-key.mjs';
import { compileCircuit } from './compile-circuit.mjs';
import { here } from './source-hash.mjs';

const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
const before = only === '' ? [] : JSON.parse(readFileSync(join(here, 'keys', 'development.json'), 'utf8'));
const { seed } = JSON.parse(readFileSync(join(here, 'development-seed.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(here, 'build', 'manifest.json'), 'utf8'));
mkdirSync(join(here, 'keys'), { recursive: true });
const pinned = [];
for (const [circuitId, circuit] of Object.entries(manifest)) {
  const kept = before.find((each) => each.circuitId === circuitId);
  if (kept && !circuitId.includes(only)) {
    pinned.push(kept);
    continue;
  }
  const r1cs = circuit.shipped
    ? brotliDecompressSync(readFileSync(join(here, 'build', `${circuitId}.r1cs.br`)))
    : (await compileCircuit(circuit.source)).r1cs;
  if (createHash('sha256').update(r1cs).digest('hex') !== circuit.r1cs)
    throw new Error(`${circuitId} is not what was pinned; run compile.mjs first`);
  const zkey = developmentKey(r1cs, seed, (message) => console.log(`${circuitId}: ${message}`));
  const exported = await snarkjs.zKey.exportVerificationKey({ type: 'mem', data: zkey });
  const { vk_alphabeta_12: _, ...key } = exported;
  const vkeyHash = createHash('sha256').update(canonicalize(key)).digest('hex');
  const { version: circuitVersion, publicSignals } = circuit;
  pinned.push({ circuitId, circuitVersion, keyKind: 'development', vkeyHash, publicSignals, key });
}
// snarkjs keeps threads
await (await snarkjs.curves.getCurveFromName('bn128')).terminate();
const text = JSON.stringify(pinned, null, 2);
writeFileSync(join(here, 'keys', 'development.json'), `${text}\n`);
writeFileSync(
  join(here, '..', 'src', 'verifier', 'keys', 'development.ts'),
  `// Written by circuits/pin-development-keys.mjs, the same as circuits/keys/development.json.\nexport const DEVELOPMENT_KEYS: unknown = ${text};\n`,
);
for (const { circuitId, vkeyHash } of pinned) console.log(`${circuitId} ${vkeyHash}`);
