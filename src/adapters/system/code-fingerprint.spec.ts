import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { codeFingerprint } from './code-fingerprint.js';

describe('the name of the code that folds', () => {
  const copy = mkdtempSync(join(tmpdir(), 'quittance-code-'));
  for (const room of ['kernel', 'events', 'commands'])
    cpSync(fileURLToPath(new URL(`../../${room}`, import.meta.url)), join(copy, room), { recursive: true });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('is the same for the same code, wherever it lies', () =>
    expect(codeFingerprint(copy)).toBe(codeFingerprint()));

  it('is another one after a change of what folds or is folded, and not after one of a spec', () => {
    const before = codeFingerprint(copy);
    writeFileSync(join(copy, 'kernel', 'another.spec.ts'), '// a spec');
    expect(codeFingerprint(copy)).toBe(before);
    for (const room of ['kernel', 'events', 'commands']) {
      const earlier = codeFingerprint(copy);
      writeFileSync(join(copy, room, 'another.ts'), '// a thought');
      expect(codeFingerprint(copy)).not.toBe(earlier);
    }
  });
});
