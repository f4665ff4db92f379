import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const manifestSchema = z.record(
  z.string(),
  z.object({
    version: z.string(),
    slots: z.number().int(),
    source: z.string(),
    /** whether it lies compiled in the package; else it is compiled where it is first needed */
    shipped: z.boolean(),
    /** proves in parts what others prove at once: made for whoever asks, prepared for nobody */
    rehearsal: z.boolean().optional(),
    publicSignals: z.array(z.string()),
    r1cs: z.string(),
    wasm: z.string(),
  }),
);

type ManifestEntry = z.output<typeof manifestSchema>[string];

/** A file and what must be in it, once decompressed. */
interface PinnedFile {
  readonly file: string;
  readonly sha256: string;
}

/** A circuit: where it lies compiled, how it is compiled if it does not, and where its proving key is kept. */
export interface CircuitFiles {
  readonly id: string;
  readonly version: string;
  readonly slots: number;
  readonly publicSignals: readonly string[];
  readonly shipped: boolean;
  /** whether its key is made ready before anybody asks for a proof */
  readonly prepared: boolean;
  /** below circuits/ */
  readonly source: string;
  /** address of the module that compiles it */
  readonly compiler: string;
  readonly r1cs: PinnedFile;
  readonly wasm: PinnedFile;
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
  const compiler = pathToFileURL(join(packageRoot, 'circuits', 'compile-circuit.mjs')).href;
  mkdirSync(cache, { recursive: true });
  const pinned = (id: string, circuit: ManifestEntry, part: 'r1cs' | 'wasm'): PinnedFile => {
    const sha256 = circuit[part];
    const file = circuit.shipped
      ? join(build, `${id}.${part}.br`)
      : join(cache, `${id}-${sha256.slice(0, 24)}.${part}`);
    return { file, sha256 };
  };
  return Object.entries(manifest).map(([id, circuit]) => {
    const key = createHash('sha256').update(`${circuit.r1cs}|${seed}|${KEY_TOOL_VERSION}`).digest('hex');
    return {
      id,
      version: circuit.version,
      slots: circuit.slots,
      publicSignals: circuit.publicSignals,
      shipped: circuit.shipped,
      prepared: circuit.shipped && circuit.rehearsal !== true,
      source: circuit.source,
      compiler,
      r1cs: pinned(id, circuit, 'r1cs'),
      wasm: pinned(id, circuit, 'wasm'),
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
