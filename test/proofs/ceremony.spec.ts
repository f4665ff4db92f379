import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readPinnedKeys } from '../../src/verifier/verification-keys.js';
import { verifyProof } from '../../src/verifier/verify-proof.js';

const script = fileURLToPath(new URL('../kit/small-ceremony.mjs', import.meta.url));

interface Ceremony {
  readonly announced: readonly { readonly name: string; readonly announced: string }[];
  readonly pinnedKey: unknown;
  readonly transcript: {
    readonly contributions: readonly { readonly name: string; readonly announced: string }[];
    readonly vkeyHash: string;
  };
  readonly proven: { readonly proof: unknown; readonly publicSignals: readonly string[] };
  readonly provenByOurs: Ceremony['proven'];
  readonly refused: Readonly<Record<string, string>>;
}

let held: Ceremony;
beforeAll(() => {
  const said = execFileSync(process.execPath, ['--no-warnings', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  held = JSON.parse(said.trim().split('\n').at(-1)!);
});

describe('a whole ceremony over a small circuit', () => {
  it('gives a key whose proofs a verifier in production takes', () => {
    const verificationKeys = readPinnedKeys([held.pinnedKey]);
    const options = { allowDevelopmentKeys: false, verificationKeys };
    for (const { proof, publicSignals } of [held.proven, held.provenByOurs]) {
      expect(verifyProof('rehearsal', proof, publicSignals, options)).toMatchObject({ valid: true });
      expect(verifyProof('rehearsal', proof, ['2'], options).valid).toBe(false);
    }
  });

  it('names every contribution by the hash its contributor announced, and the beacon last', () => {
    const { contributions } = held.transcript;
    expect(contributions.map(({ name }) => name)).toEqual(['first', 'second', 'beacon']);
    expect(contributions.slice(0, 2).map(({ announced }) => announced)).toEqual(
      held.announced.map(({ announced }) => announced),
    );
  });

  it.each([
    ['onePerson', /Contributions: 1\. There must be at least 2/],
    ['otherPowers', /powers of tau in .* is not what is pinned/],
    ['unpreparedPowers', /No key can be made of these powers of tau/],
    ['otherCircuit', /circuit in .* is not what is pinned/],
    ['shortBeacon', /beacon is at least 16 bytes/],
    ['damaged', /does not verify/],
  ])('refuses what went wrong: %s', (what, reason) => {
    expect(held.refused[what]).toMatch(reason);
  });
});
