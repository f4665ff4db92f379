import { describe, expect, it } from '@jest/globals';
import type { Position } from '../../src/kernel/event.js';
import type { CheckpointStore } from '../../src/ports/checkpoints.js';

const at = (n: number): Position => String(n).padStart(16, '0') as Position;
const move = (subscriber: string, n: number, epoch = 1) => ({ subscriber, epoch, position: at(n) });

export function checkpointStoreContract(name: string, store: () => CheckpointStore): void {
  describe(`the checkpoint store ${name}`, () => {
    it('knows nothing of a subscriber that never saved', async () => {
      expect(await store().load('never')).toBeUndefined();
      expect(await store().claim([{ subscriber: 'claimed', epoch: 1 }])).toEqual(
        new Map([['claimed', undefined]]),
      );
      expect(await store().load('claimed')).toBeUndefined();
    });

    it('gives back what was saved last, of each subscriber by itself', async () => {
      expect(await store().save([move('a', 1), move('b', 7)])).toEqual([]);
      expect(await store().save([move('a', 2)])).toEqual([]);
      expect(await store().load('a')).toBe(at(2));
      expect(
        await store().claim([
          { subscriber: 'b', epoch: 1 },
          { subscriber: 'a', epoch: 2 },
        ]),
      ).toEqual(
        new Map([
          ['a', at(2)],
          ['b', at(7)],
        ]),
      );
    });

    it('takes the same save again', async () => {
      expect(await store().save([move('repeated', 5)])).toEqual([]);
      expect(await store().save([move('repeated', 5)])).toEqual([]);
      expect(await store().load('repeated')).toBe(at(5));
    });

    it('that was claimed is not moved by a former holder: neither forwards nor back', async () => {
      await store().save([move('fenced', 5, 3)]);
      expect(await store().claim([{ subscriber: 'fenced', epoch: 4 }])).toEqual(new Map([['fenced', at(5)]]));
      expect(await store().save([move('fenced', 9, 3)])).toEqual(['fenced']);
      expect(await store().save([move('fenced', 2, 3)])).toEqual(['fenced']);
      expect(await store().load('fenced')).toBe(at(5));
    });

    it('saves what may be saved, and names what may not', async () => {
      await store().claim([{ subscriber: 'taken', epoch: 9 }]);
      expect(await store().save([move('free', 3, 8), move('taken', 3, 8)])).toEqual(['taken']);
      expect([await store().load('free'), await store().load('taken')]).toEqual([at(3), undefined]);
    });

    it('grants no claim that comes after a later one', async () => {
      await store().claim([{ subscriber: 'late', epoch: 9 }]);
      expect(await store().claim([{ subscriber: 'late', epoch: 8 }])).toEqual(new Map());
    });

    it('believes the higher epoch although its claim was lost', async () => {
      await store().save([move('lost', 5, 3)]);
      expect(await store().save([move('lost', 4, 5)])).toEqual([]);
      expect(await store().save([move('lost', 6, 3)])).toEqual(['lost']);
      expect(await store().load('lost')).toBe(at(4));
    });

    it('lets former and later holders write side by side without waiting for each other', async () => {
      const all = Array.from({ length: 16 }, (_, n) => `crowd ${n}`);
      const claims = Array.from({ length: 8 }, (_, n) => {
        const order = n % 2 ? all : [...all].reverse();
        return n % 3
          ? store().claim(order.map((subscriber) => ({ subscriber, epoch: n })))
          : store().save(order.map((subscriber) => move(subscriber, n, n)));
      });
      await Promise.all(claims);
      expect(await store().save(all.map((subscriber) => move(subscriber, 1, 6)))).toEqual(all);
    });
  });
}
