import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/**
 * A compiled circuit: from the package where it is shipped, from the cache where it was compiled before, else from
 * its sources. Whichever way it came, it has the hashes it is pinned by or it is not used.
 * @returns functions, because either part is large and not always needed
 */
export async function compiled(circuit, progress) {
  if (!circuit.shipped && !PARTS.every((part) => kept(circuit, part))) await compile(circuit, progress);
  const part = (name) => () => {
    const bytes = kept(circuit, name);
    if (!bytes) throw new Error(`the ${name} of ${circuit.id} does not have the hash it is pinned by`);
    return bytes;
  };
  return { r1cs: part('r1cs'), wasm: part('wasm') };
}

const PARTS = ['r1cs', 'wasm'];

/** @returns undefined when there is none, or another one than is pinned */
function kept(circuit, part) {
  const { file, sha256: wanted } = circuit[part];
  if (!existsSync(file)) return undefined;
  const bytes = circuit.shipped ? brotliDecompressSync(readFileSync(file)) : readFileSync(file);
  return sha256(bytes) === wanted ? bytes : undefined;
}

async function compile(circuit, progress) {
  progress(`compiling ${circuit.id} from its sources, once: half a minute to a minute, up to 3 GB of memory`);
  const started = performance.now();
  const { compileCircuit } = await import(circuit.compiler);
  const made = await compileCircuit(circuit.source);
  for (const part of PARTS) {
    const { file, sha256: wanted } = circuit[part];
    if (sha256(made[part]) !== wanted)
      throw new Error(
        `${circuit.id} does not compile to the ${part} that is pinned; its sources were changed`,
      );
    writeWhole(file, made[part]);
  }
  progress(`${circuit.id} compiled in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Beside its place, then moved there, so that a crash never leaves half a file. */
export function writeWhole(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
