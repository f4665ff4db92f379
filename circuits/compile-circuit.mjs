import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { here, libraryPath } from './source-hash.mjs';

/**
 * Compiles one circuit into memory with the compiler from npm, in a process of its own.
 * @param source below `folder`, the sources of this package unless told @returns constraints, witness generator, and figures
 */
export async function compileCircuit(source, folder = here) {
  const compiler = createRequire(import.meta.url).resolve('circom2/cli.js');
  const out = mkdtempSync(join(tmpdir(), 'quittance-circuit-'));
  try {
    // the compiler runs in WASI and reads only what lies below the folder it is started in
    const root = commonFolder(dirname(libraryPath), folder);
    const library = relative(root, libraryPath);
    const args = [compiler, relative(root, join(folder, source)), '--r1cs', '--wasm', '--O2', '-l', library, '-o', out];
    const { status, said } = await run(args, root);
    if (status !== 0) throw new Error(`circom refused ${source}:\n${said}`);
    const name = basename(source, '.circom');
    const figure = (label) => Number(new RegExp(`${label}: (\\d+)`).exec(said)?.[1]);
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

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        said += text;
      });
    child.once('error', reject);
    child.once('exit', (status) => resolve({ status, said }));
  });
}

function commonFolder(one, other) {
  let root = one;
  while (relative(root, other).startsWith('..')) root = dirname(root);
  return root;
}
