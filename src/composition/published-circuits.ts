import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../adapters/snarkjs/package-root.js';
import type { CircuitDescription, Prover } from '../ports/prover.js';
import { releasedKeys } from '../verifier/index.js';

const manifestSchema = z.record(z.string(), z.object({ slots: z.number().int().optional() }));

/**
 * The circuits as this version's verifier knows them. A stranger's question is answered from the keys that are pinned:
 * it starts no prover and builds no key.
 */
export function publishedCircuits(): Pick<Prover, 'circuits'> {
  const file = join(packageRoot(), 'circuits', 'circuits.json');
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const circuits = releasedKeys.map(
    ({ key, ...pinned }): CircuitDescription => ({
      ...pinned,
      slots: manifest[pinned.circuitId]?.slots ?? 0,
      verificationKey: key,
    }),
  );
  return { circuits: async () => circuits };
}
