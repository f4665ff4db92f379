import { expect, it } from '@jest/globals';
import { gate } from '../../../test/kit/gate.js';
import type { Recorded } from '../../kernel/event.js';
import { positionOf } from './event-rows.js';
import { EventTail } from './event-tail.js';

const at = (position: number) => ({ position: positionOf(position) }) as Recorded;

it('knows that it is behind while it still reads what it has only heard of', async () => {
  const read = gate();
  const store = [at(1), at(2), at(3)];
  const grown: number[] = [];
  const tail: EventTail = new EventTail(
    async (after) => {
      await read.opened;
      return { events: store.slice(after), isLast: true };
    },
    () => grown.push(tail.end),
  );
  tail.startAt(0);
  // two events of another process came in between
  tail.offer([at(3)]);
  expect([tail.end, tail.heard]).toEqual([0, 3]);
  read.open();
  await tail.catchUp();
  expect([tail.end, tail.heard, grown]).toEqual([3, 3, [3]]);
});
