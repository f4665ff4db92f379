import { expect, it } from '@jest/globals';
import { MemoryCheckpointStore } from '../adapters/memory/checkpoint-store.js';
import type { Position } from '../kernel/event.js';
import type { Move } from '../ports/checkpoints.js';
import { GatheredCheckpoints } from './gathered-checkpoints.js';

class Counted extends MemoryCheckpointStore {
  writes = 0;
  override save(moves: readonly Move[]): Promise<readonly string[]> {
    this.writes++;
    return super.save(moves);
  }
}
const move = (subscriber: string, position: string, epoch = 1): Move => ({
  subscriber,
  epoch,
  position: position as Position,
});

it('what many save in one moment is one write, and each is told what of its own was refused', async () => {
  const store = new Counted();
  await store.claim([{ subscriber: 'taken', epoch: 9 }]);
  const gathered = new GatheredCheckpoints(store);
  const answers = await Promise.all([
    gathered.save([move('a', '1'), move('taken', '1')]),
    gathered.save([move('b', '1')]),
    gathered.save([move('c', '1')]),
  ]);
  expect([store.writes, answers]).toEqual([1, [['taken'], [], []]]);
  expect([await gathered.load('a'), await gathered.load('c'), await gathered.load('taken')]).toEqual([
    '1',
    '1',
    undefined,
  ]);
});

it('a former holder in the same process is refused like any other', async () => {
  const gathered = new GatheredCheckpoints(new MemoryCheckpointStore());
  const both = [gathered.save([move('a', '7', 2)]), gathered.save([move('a', '9', 1)])];
  expect(await Promise.all(both)).toEqual([[], ['a']]);
  expect(await gathered.load('a')).toBe('7');
});
