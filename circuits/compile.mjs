// Compiles the circuits of circuits.json and writes the hashes they are pinned by into build/manifest.json; those
// that are shipped are kept there as well, compressed. The others are compiled where they are first needed, and must
// then have these hashes. `--check` compiles into memory only and says whether the result is what is committed;
// `--only TEXT` leaves circuits without it in their name as they are pinned.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { compileCircuit } from './compile-circuit.mjs';
import { here, sourceHash } from './source-hash.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const compress = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const { check, only } = values;
const build = join(here, 'build');
const manifestFile = join(build, 'manifest.json');
const pinned = only === '' ? {} : JSON.parse(readFileSync(manifestFile, 'utf8'));
const manifest = {};
mkdirSync(build, { recursive: true });
for (const [id, circuit] of Object.entries(JSON.parse(readFileSync(join(here, 'circuits.json'), 'utf8')))) {
  if (!id.includes(only)) {
    if (pinned[id]) manifest[id] = pinned[id];
    continue;
  }
  console.log(`compiling ${id}: five seconds to two minutes, up to 3 GB of memory`);
  const { r1cs, wasm, constraints, wires } = await compileCircuit(circuit.source);
  const source = sourceHash(circuit.source);
  manifest[id] = { ...circuit, constraints, wires, sourceHash: source, r1cs: sha256(r1cs), wasm: sha256(wasm) };
  console.log(`${id}: ${constraints} constraints, r1cs ${r1cs.length} bytes, witness generator ${wasm.length} bytes`);
  if (check || !circuit.shipped) continue;
  writeFileSync(join(build, `${id}.r1cs.br`), compress(r1cs));
  writeFileSync(join(build, `${id}.wasm.br`), compress(wasm));
}
const text = `${JSON.stringify(manifest, null, 2)}\n`;
if (!check) writeFileSync(manifestFile, text);
else if (text !== readFileSync(manifestFile, 'utf8')) {
  console.error('circuits/build is not what its sources compile to; run: node circuits/compile.mjs');
  process.exitCode = 1;
} else console.log('circuits/build is exactly what its sources compile to');
