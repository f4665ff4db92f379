// npm run zk:mutate [-- --only TEXT]: takes the constraints of the circuit's sources out, one at a time, and says which
// tests notice. A constraint whose absence nobody notices is either untested or not needed; either must be known. Some
// fifteen seconds for each of two dozen constraints.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { compileCircuit } from './compile-circuit.mjs';
import { here } from './source-hash.mjs';

const ID = 'workflow-receipt-8';
/** Implied by others, and kept because the statement reads easier with it. */
const IMPLIED = new Map([
  ['(1 - used[i]) * row === 0;', 'an unused slot has the sequence 0, which comes after nothing'],
  ['completed * (1 - completed) === 0;', 'used and skipped are bits, and an unused slot has no meta'],
]);

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const root = join(here, '..');
const work = join(root, '.cache', `mutants-${process.pid}`);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const compress = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** Every line that states a constraint, and nothing else. */
const places = ['lib', 'workflow-receipt'].flatMap((folder) =>
  readdirSync(join(here, folder)).flatMap((name) => {
    const file = `${folder}/${name}`;
    const lines = readFileSync(join(here, file), 'utf8').split('\n');
    return lines.flatMap((text, line) =>
      text.includes('===') && !text.trim().startsWith('//') ? [{ file, line, text: text.trim() }] : [],
    );
  }),
);

/** The statement alone goes; a loop around it stays. */
const without = (text) => text.replace(/[^{};]*===[^;]*;/, ' ');

async function mutant({ file, line }) {
  const folder = join(work, 'sources');
  for (const part of ['lib', 'workflow-receipt']) cpSync(join(here, part), join(folder, part), { recursive: true });
  const lines = readFileSync(join(here, file), 'utf8').split('\n');
  lines[line] = without(lines[line]);
  writeFileSync(join(folder, file), lines.join('\n'));
  const { r1cs, wasm } = await compileCircuit(`workflow-receipt/${ID}.circom`, folder);
  const build = join(work, 'build');
  mkdirSync(build, { recursive: true });
  for (const id of [ID, 'workflow-receipt-16']) {
    writeFileSync(join(build, `${id}.r1cs.br`), compress(r1cs));
    writeFileSync(join(build, `${id}.wasm.br`), compress(wasm));
  }
  writeFileSync(join(build, 'manifest.json'), JSON.stringify({ [ID]: { r1cs: sha256(r1cs), wasm: sha256(wasm) } }));
  return pathToFileURL(`${build}/`).href;
}

/** @returns the names of the tests that fail */
function noticed(build) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--no-warnings', jest, 'test/proofs/circuit-soundness', '-t', 'of 8 slots', '--json'];
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
    const failing = noticed(await mutant(place));
    const implied = IMPLIED.get(place.text);
    if (failing.length === 0 && !implied) unnoticed++;
    const said = failing.length > 0 ? `noticed by ${failing.length}: ${failing[0]}` : implied ? `implied: ${implied}` : 'UNNOTICED';
    console.log(`${place.file}:${place.line + 1}  ${place.text}\n    ${said}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(unnoticed === 0 ? 'every constraint is needed by a test, or implied' : `${unnoticed} constraints are needed by no test`);
process.exitCode = unnoticed === 0 ? 0 : 1;
