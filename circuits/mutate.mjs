// npm run zk:mutate [-- --only TEXT] [--circuit ID]: takes the constraints of the circuits' sources out, one at a time,
// and says which tests notice. A constraint whose absence nobody notices is either untested or not needed; either must be
// known. Some fifteen seconds for each of four dozen constraints.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { compileCircuit } from './compile-circuit.mjs';
import { here } from './source-hash.mjs';

/**
 * Which circuits are compiled without a constraint, and which tests must notice. `folder` has the sources of their own;
 * each of `compiled` stands for those of its list.
 */
const CIRCUITS = [
  {
    folder: 'workflow-receipt',
    compiled: { 'workflow-receipt-8': ['workflow-receipt-8', 'workflow-receipt-16'] },
    tests: ['test/proofs/circuit-soundness', '-t', 'of 8 slots'],
  },
  {
    folder: 'step-disclosure',
    compiled: { 'step-disclosure-16': ['step-disclosure-16'] },
    tests: ['test/proofs/disclosure-soundness'],
  },
  {
    folder: 'workflow-segment',
    compiled: {
      'workflow-segment-16-1': ['workflow-segment-16-1'],
      'workflow-segment-16-2': ['workflow-segment-16-2'],
    },
    tests: ['test/proofs/chain-soundness'],
  },
];

/** Implied by others, and kept because the statement reads easier with it. */
const IMPLIED = new Map([
  ['(1 - used[i]) * row === 0;', 'an unused slot has the sequence 0, which comes after nothing'],
  ['completed * (1 - completed) === 0;', 'used and skipped are bits, and an unused slot has no meta'],
]);

const text = { type: 'string', default: '' };
const { values } = parseArgs({ options: { only: text, circuit: text } });
const root = join(here, '..');
const work = join(root, '.cache', `mutants-${process.pid}`);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const compress = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** Files a circuit is made of, from our sources. */
function sourcesOf(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(join(here, file), 'utf8').matchAll(/^include "(\.[^"]+)"/gm))
    sourcesOf(join(dirname(file), path), seen);
  return seen;
}

/** Every line of a circuit that states a constraint, and nothing else. */
const placesOf = (circuit) =>
  [...sourcesOf(join(circuit.folder, `${Object.keys(circuit.compiled)[0]}.circom`))].sort().flatMap((file) => {
    const lines = readFileSync(join(here, file), 'utf8').split('\n');
    return lines.flatMap((text, line) =>
      text.includes('===') && !text.trim().startsWith('//') ? [{ circuit, file, line, text: text.trim() }] : [],
    );
  });
const places = CIRCUITS.filter(({ folder }) => folder.includes(values.circuit)).flatMap(placesOf);

/** The statement alone goes; a loop around it stays. */
const without = (text) => text.replace(/[^{};]*===[^;]*;/, ' ');

async function mutant({ circuit, file, line }) {
  const folder = join(work, 'sources');
  for (const part of ['lib', circuit.folder]) cpSync(join(here, part), join(folder, part), { recursive: true });
  const lines = readFileSync(join(here, file), 'utf8').split('\n');
  lines[line] = without(lines[line]);
  writeFileSync(join(folder, file), lines.join('\n'));
  const build = join(work, 'build');
  mkdirSync(build, { recursive: true });
  const manifest = {};
  for (const [source, stands] of Object.entries(circuit.compiled)) {
    const { r1cs, wasm } = await compileCircuit(`${circuit.folder}/${source}.circom`, folder);
    for (const id of stands) {
      writeFileSync(join(build, `${id}.r1cs.br`), compress(r1cs));
      writeFileSync(join(build, `${id}.wasm.br`), compress(wasm));
    }
    manifest[source] = { r1cs: sha256(r1cs), wasm: sha256(wasm) };
  }
  writeFileSync(join(build, 'manifest.json'), JSON.stringify(manifest));
  return pathToFileURL(`${build}/`).href;
}

/** @returns the names of the tests that fail */
function noticed(build, tests) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--no-warnings', jest, ...tests, '--json'];
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, QUITTANCE_CIRCUITS: build },
  });
  const { testResults } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{"num')));
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title),
  );
}

let unnoticed = 0;
try {
  for (const place of places.filter(({ text }) => text.includes(values.only))) {
    const failing = noticed(await mutant(place), place.circuit.tests);
    const implied = IMPLIED.get(place.text);
    if (failing.length === 0 && !implied) unnoticed++;
    const said = failing.length > 0 ? `noticed by ${failing.length}: ${failing[0]}` : implied ? `implied: ${implied}` : 'UNNOTICED';
    console.log(`${place.circuit.folder}  ${place.file}:${place.line + 1}  ${place.text}\n    ${said}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(unnoticed === 0 ? 'every constraint is needed by a test, or implied' : `${unnoticed} constraints are needed by no test`);
process.exitCode = unnoticed === 0 ? 0 : 1;
