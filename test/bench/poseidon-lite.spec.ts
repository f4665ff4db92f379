import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as lite from '../../bench/commitments/poseidon-lite.mjs';
import * as ours from '../../src/kernel/commitments/poseidon.js';

const commitments = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'kernel', 'commitments');

/** What the commitments import of our hashes, types apart. */
const asked = readdirSync(commitments)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .flatMap((file) => [
    ...readFileSync(join(commitments, file), 'utf8').matchAll(/import \{([^}]*)\} from '\.\/poseidon\.js'/g),
  ])
  .flatMap(([, names]) => names!.split(','))
  .map((name) => name.trim());

describe('poseidon-lite in the place of our hashes', () => {
  it('has all that the commitments ask for', () => {
    expect(asked).toContain('poseidonOnceEach');
    expect(Object.keys(lite)).toEqual(expect.arrayContaining(asked));
  });

  it('answers each as ours do', () => {
    const many = [[1n, 2n], [3n], [1n, 2n]];
    expect(lite.ARITY).toBe(ours.ARITY);
    expect([lite.poseidonEach(many), lite.poseidonOnceEach(many)]).toEqual([
      ours.poseidonEach(many),
      ours.poseidonOnceEach(many),
    ]);
    expect([lite.poseidon([1n, 2n]), lite.poseidonOnce([1n, 2n])]).toEqual([
      ours.poseidon([1n, 2n]),
      ours.poseidonOnce([1n, 2n]),
    ]);
  });
});
