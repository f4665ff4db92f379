import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.record(
  z.string(),
  z.object({
    version: z.string(),
    slots: z.number().int(),
    publicSignals: z.array(z.string()),
    r1cs: z.string(),
    wasm: z.string(),
  }),
);

/** A compiled circuit as it lies in circuits/build, and where its proving key is kept. */
export interface CircuitFiles {
  readonly id: string;
  readonly version: string;
  readonly slots: number;
  readonly publicSignals: readonly string[];
  readonly r1cs: string;
  readonly wasm: string;
  readonly zkey: string;
  readonly seed: string;
}

/** Raised whenever the same constraints and seed would give another key. */
const KEY_TOOL_VERSION = '1';

/** @param cache folder in which keys are kept, by hash of (constraints, seed, tool) */
export function circuitFiles(
  packageRoot: string,
  cache: string,
  seed: string = developmentSeed(packageRoot),
): readonly CircuitFiles[] {
  const build = join(packageRoot, 'circuits', 'build');
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(build, 'manifest.json'), 'utf8')));
  mkdirSync(cache, { recursive: true });
  return Object.entries(manifest).map(([id, circuit]) => {
    const key = createHash('sha256').update(`${circuit.r1cs}|${seed}|${KEY_TOOL_VERSION}`).digest('hex');
    return {
      id,
      version: circuit.version,
      slots: circuit.slots,
      publicSignals: circuit.publicSignals,
      r1cs: join(build, `${id}.r1cs.br`),
      wasm: join(build, `${id}.wasm.br`),
      zkey: join(cache, `${id}-${key.slice(0, 24)}.development.zkey`),
      seed,
    };
  });
}

/** Everyone may know it: development keys are not secret, and one seed gives one verification key to pin. */
function developmentSeed(packageRoot: string): string {
  const file = join(packageRoot, 'circuits', 'development-seed.json');
  return z.object({ seed: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).seed;
}
