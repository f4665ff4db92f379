import { describe, expect, it } from '@jest/globals';
import type { SnapshotStore } from '../../src/ports/snapshots.js';

const taken = (revision: number, text = `state ${revision}`) => ({
  revision,
  eventId: `event ${revision}`,
  text,
});

export function snapshotStoreContract(name: string, store: () => SnapshotStore): void {
  describe(`the snapshot store ${name}`, () => {
    it('knows nothing of a stream nobody saved', async () =>
      expect(await store().load('workflow-never', 'shape')).toBeUndefined());

    it('gives back what was saved, each stream and each shape by itself', async () => {
      await store().save('workflow-1', 'old', taken(100, 'by the old program'));
      await store().save('workflow-1', 'new', taken(200, 'a "text" \n of \\u0000 any kind'));
      await store().save('workflow-2', 'new', taken(300));
      expect(await store().load('workflow-1', 'old')).toEqual(taken(100, 'by the old program'));
      expect(await store().load('workflow-1', 'new')).toEqual(taken(200, 'a "text" \n of \\u0000 any kind'));
      expect(await store().load('workflow-2', 'old')).toBeUndefined();
    });

    it('keeps the newest of a stream, whichever arrives last', async () => {
      for (const revision of [500, 700, 600]) await store().save('workflow-3', 'shape', taken(revision));
      expect(await store().load('workflow-3', 'shape')).toEqual(taken(700));
    });
  });
}
