import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ArtifactStore } from '../../src/ports/artifacts.js';

export interface ArtifactStoreUnderTest {
  readonly store: ArtifactStore;
  close(): Promise<void>;
}

export function artifactStoreContract(name: string, open: () => Promise<ArtifactStoreUnderTest>): void {
  describe(`the artifact store of ${name}`, () => {
    let under: ArtifactStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it.each([0, 1, 300_000, 3_000_000])('gives back %d bytes under their hash', async (size) => {
      const bytes = Uint8Array.from(randomBytes(size));
      const address = await under.store.put(bytes);
      expect(address).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(Buffer.compare(await under.store.get(address), bytes)).toBe(0);
    });

    it('stores the same bytes once, whoever asks first', async () => {
      const bytes = randomBytes(100);
      const addresses = await Promise.all([1, 2, 3].map(() => under.store.put(bytes)));
      expect(new Set(addresses).size).toBe(1);
      expect(await under.store.has(addresses[0]!)).toBe(true);
    });

    it('refuses an address it does not know', async () => {
      const unknown = '0'.repeat(64);
      expect(await under.store.has(unknown)).toBe(false);
      await expect(under.store.get(unknown)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        figures: { sha256: unknown },
      });
    });

    it('forgets what is deleted, can store it again, and deletes what is not there', async () => {
      const bytes = Buffer.from('to be forgotten');
      const address = await under.store.put(bytes);
      await under.store.delete(address);
      await under.store.delete(address);
      expect(await under.store.has(address)).toBe(false);
      await expect(under.store.get(address)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await under.store.put(bytes);
      expect(await under.store.has(address)).toBe(true);
    });
  });
}
