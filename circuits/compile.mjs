// Compiles the circuits of circuits.json into build/, compressed, with the hashes they are pinned by.
// `--check` compiles into memory only and says whether the result is what is committed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { here, libraryPath, sourceHash } from './source-hash.mjs';

const compiler = createRequire(import.meta.url).resolve('circom2/cli.js');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const compress = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });

function compile(circuit) {
  const out = mkdtempSync(join(tmpdir(), 'quittance-circuit-'));
  try {
    // the compiler runs in WASI and reads only what lies below the folder it is started in
    const root = dirname(libraryPath);
    const source = relative(root, join(here, circuit.source));
    const args = [compiler, source, '--r1cs', '--wasm', '--O2', '-l', basename(libraryPath), '-o', out];
    const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`circom refused ${circuit.source}:\n${run.stdout}${run.stderr}`);
    const name = basename(circuit.source, '.circom');
    const figure = (label) => Number(new RegExp(`${label}: (\\d+)`).exec(run.stdout)?.[1]);
    return {
      r1cs: readFileSync(join(out, `${name}.r1cs`)),
      wasm: readFileSync(join(out, `${name}_js`, `${name}.wasm`)),
      constraints: figure('non-linear constraints') + figure('\nlinear constraints'),
      wires: figure('wires'),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const check = process.argv.includes('--check');
const build = join(here, 'build');
const manifestFile = join(build, 'manifest.json');
const manifest = {};
mkdirSync(build, { recursive: true });
for (const [id, circuit] of Object.entries(JSON.parse(readFileSync(join(here, 'circuits.json'), 'utf8')))) {
  console.log(`compiling ${id}: up to half a minute and 0.9 GB of memory`);
  const { r1cs, wasm, constraints, wires } = compile(circuit);
  const source = sourceHash(circuit.source);
  manifest[id] = { ...circuit, constraints, wires, sourceHash: source, r1cs: sha256(r1cs), wasm: sha256(wasm) };
  console.log(`${id}: ${constraints} constraints, r1cs ${r1cs.length} bytes, witness generator ${wasm.length} bytes`);
  if (check) continue;
  writeFileSync(join(build, `${id}.r1cs.br`), compress(r1cs));
  writeFileSync(join(build, `${id}.wasm.br`), compress(wasm));
}
const text = `${JSON.stringify(manifest, null, 2)}\n`;
if (!check) writeFileSync(manifestFile, text);
else if (text !== readFileSync(manifestFile, 'utf8')) {
  console.error('circuits/build is not what its sources compile to; run: node circuits/compile.mjs');
  process.exitCode = 1;
} else console.log('circuits/build is exactly what its sources compile to');
