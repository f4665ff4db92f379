import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePositions, eventId, type Position, reactionId, uuidv5 } from './event.js';

it('an id is a version 5 UUID of its name: the same always, and another for another', () =>
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(uuidv5(a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(uuidv5(a) === uuidv5(b)).toBe(a === b);
    }),
  ));

it('ids of events and reactions differ by who, what for and which', () => {
  const ids = [
    eventId('c', 0),
    eventId('c', 1),
    eventId('d', 0),
    reactionId('s', 'e', 0),
    reactionId('t', 'e', 0),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(eventId('c', 0)).toBe(eventId('c', 0));
});

it('ids stay what they were: they stand in stores for ever', () => {
  expect(eventId('command', 0)).toBe('d70a7f0e-b72c-575b-a768-297c80f34e8c');
  expect(reactionId('settle-escrow', 'cause', 1)).toBe('530b7e2f-dccb-53cf-ae65-56a548ad83be');
});

it.each([
  ['', '7c311b31-a820-5e4b-b365-d0e99802ad29'],
  ['plan/1', 'b0919c5e-b76b-5eb8-8a20-245e094fe365'],
  ['Übung/€/😀', '0de5078f-9cb1-5f28-ab85-f9a2712a972c'],
  ['n'.repeat(600), 'e215d45c-0e24-55a4-9c23-c156e695e338'],
])('an id is what uuid.uuid5 of Python makes of the same namespace and name: %j', (name, id) =>
  expect(uuidv5(name)).toBe(id),
);

it('positions are ordered as text', () => {
  const at = (text: string) => text as Position;
  expect([at('0003'), at('0001'), at('0002')].sort(comparePositions)).toEqual(['0001', '0002', '0003']);
  expect(comparePositions(at('0001'), at('0001'))).toBe(0);
});
