import { describe, expect, it } from '@jest/globals';
import type { Position } from '../../src/kernel/event.js';
import type { CheckpointStore } from '../../src/ports/checkpoints.js';

const at = (n: number): Position => String(n).padStart(16, '0') as Position;

export function checkpointStoreContract(name: string, store: () => CheckpointStore): void {
  describe(`the checkpoint store ${name}`, () => {
    it('knows nothing of a subscriber that never saved', async () => {
      expect(await store().load('never')).toBeUndefined();
    });

    it('gives back what was saved last, of each subscriber by itself', async () => {
      await store().save('a', at(1), undefined);
      await store().save('b', at(7), undefined);
      await store().save('a', at(2), at(1));
      expect(await store().load('a')).toBe(at(2));
      expect(await store().load('b')).toBe(at(7));
    });

    it.each([
      ['a first save when there is one already', undefined],
      ['a save from where it no longer stands', at(4)],
    ])('refuses %s, and stays', async (_, previous) => {
      const subscriber = `refusing ${previous}`;
      await store().save(subscriber, at(5), undefined);
      await expect(store().save(subscriber, at(9), previous)).rejects.toMatchObject({
        code: 'CONFLICT',
        kind: 'retryable',
      });
      expect(await store().load(subscriber)).toBe(at(5));
    });

    it('refuses a save of a subscriber that never saved, from somewhere', async () => {
      await expect(store().save('unknown', at(9), at(8))).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('lets one of two instances win', async () => {
      await store().save('shared', at(1), undefined);
      const results = await Promise.allSettled([2, 3].map((n) => store().save('shared', at(n), at(1))));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });
  });
}
