import { describe, expect, it } from '@jest/globals';
import type { KeyVault } from '../../src/ports/key-vault.js';

/** @param other a second client of the same data, where that means something */
export function keyVaultContract(name: string, vault: () => KeyVault, other: () => KeyVault): void {
  describe(`the key vault ${name}`, () => {
    it('makes a key of 32 bytes on first use, and gives the same one ever after', async () => {
      const key = await vault().dataKey('a');
      expect(key).toHaveLength(32);
      expect(Buffer.from(await vault().dataKey('a')).equals(key)).toBe(true);
      expect(Buffer.from(await other().dataKey('a')).equals(key)).toBe(true);
    });

    it('gives each owner another key', async () => {
      const [one, two] = await Promise.all(['b', 'c'].map((owner) => vault().dataKey(owner)));
      expect(Buffer.from(one!).equals(two!)).toBe(false);
    });

    it('makes one key although many ask for the first time at once', async () => {
      const keys = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? vault() : other()).dataKey('d')),
      );
      expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    });

    it('never gives a destroyed key again, nor a new one in its place', async () => {
      await vault().dataKey('e');
      await vault().destroy('e');
      for (const one of [vault(), vault(), other()])
        await expect(one.dataKey('e')).rejects.toMatchObject({ code: 'KEY_DESTROYED', kind: 'terminal' });
    });

    it('destroys twice as well as once, also a key that never was', async () => {
      await vault().destroy('f');
      await vault().destroy('f');
      await expect(vault().dataKey('f')).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
    });

    it('leaves the keys of others alone', async () => {
      const key = await vault().dataKey('g');
      await vault().destroy('h');
      expect(Buffer.from(await vault().dataKey('g')).equals(key)).toBe(true);
    });
  });
}
