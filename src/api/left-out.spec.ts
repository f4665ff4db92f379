import { expect, it } from '@jest/globals';
import type { ParkedStream } from '../ports/read-models.js';
import { LeftOut } from './left-out.js';

const parked = (model: string, stream: string) => ({ model, stream }) as ParkedStream;

/** Of read models that leave out what `streams` holds at the time. */
function looking() {
  const database = { streams: [] as ParkedStream[], isAway: false, asked: 0 };
  const clock = { ms: 5_000, now: () => clock.ms };
  const readModels = {
    parked: async () => {
      database.asked++;
      if (database.isAway) throw new Error('away');
      return [...database.streams];
    },
  };
  const leftOut = new LeftOut(readModels, clock);
  return { database, clock, of: (stream: string) => leftOut.of(stream, ['workflows', 'timeline']) };
}

it('names the models that are asked and leave the stream out', async () => {
  const { database, of } = looking();
  database.streams = [
    parked('timeline', 'workflow-a'),
    parked('workflows', 'workflow-a'),
    parked('escrow', 'workflow-a'),
    parked('timeline', 'workflow-b'),
  ];
  expect(await Promise.all(['workflow-a', 'workflow-b', 'workflow-c'].map(of))).toEqual([
    ['workflows', 'timeline'],
    ['timeline'],
    [],
  ]);
  expect(database.asked).toBe(1);
});

it('asks again after a second', async () => {
  const { database, clock, of } = looking();
  expect(await of('workflow-a')).toEqual([]);
  database.streams = [parked('workflows', 'workflow-a')];
  clock.ms += 1_000;
  expect(await of('workflow-a')).toEqual([]);
  clock.ms += 1;
  expect(await of('workflow-a')).toEqual(['workflows']);
  database.streams = [];
  clock.ms -= 3_600_000;
  expect(await of('workflow-a')).toEqual([]);
});

it('names none while the database is away, and asks it no more often', async () => {
  const { database, clock, of } = looking();
  database.streams = [parked('workflows', 'workflow-a')];
  database.isAway = true;
  expect([await of('workflow-a'), await of('workflow-a')]).toEqual([[], []]);
  expect(database.asked).toBe(1);
  database.isAway = false;
  clock.ms += 1_001;
  expect(await of('workflow-a')).toEqual(['workflows']);
});
