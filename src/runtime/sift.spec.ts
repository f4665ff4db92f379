import { describe, expect, it } from '@jest/globals';
import type { Position, Recorded } from '../kernel/event.js';
import { sift } from './sift.js';
import { Untaken } from './untaken.js';

/** `a b a!`: an event of each of these streams in this order, `!` for one that is refused wherever it is. */
const history = (text: string): readonly Recorded[] =>
  text.split(' ').map((word, nth) => ({
    id: `${nth}`,
    stream: word.replace(/\W/g, ''),
    revision: nth,
    position: String(nth).padStart(5, '0') as Position,
    event: { type: word.endsWith('!') ? 'Bad' : 'Good', v: 1 },
    metadata: {} as Recorded['metadata'],
  }));

const shown = (events: readonly Recorded[]) =>
  events.map(({ stream, revision }) => `${stream}${revision}`).join(' ');

const sifted = async (
  text: string,
  isRefused = (events: readonly Recorded[]) => events.some(({ event }) => event.type === 'Bad'),
  most = 100,
) => {
  let tries = 0;
  const { taken, whole, poisoned } = await sift(history(text), {
    streamOf: ({ stream }) => stream,
    async refusal(events) {
      tries++;
      return isRefused(events) ? new Untaken(new Error(shown(events))) : undefined;
    },
    most,
  });
  return { taken: shown(taken), whole, poisoned: shown(poisoned.map(({ event }) => event)), tries };
};

describe('of a batch that is not taken', () => {
  it('all others are taken in their order, and of the poisoned stream what goes before', async () =>
    expect(await sifted('a b a c a! b a c')).toMatchObject({
      taken: 'a0 b1 a2 c3 b5 c7',
      whole: 2,
      poisoned: 'a4',
    }));

  it('several poisoned streams are found', async () =>
    expect(await sifted('a! b c! d e f! g')).toMatchObject({
      taken: 'b1 d3 e4 g6',
      whole: 4,
      poisoned: 'a0 c2 f5',
    }));

  it('one that fails only beside another is found, too', async () => {
    const clash = (events: readonly Recorded[]) =>
      ['b', 'd'].every((name) => events.some(({ stream }) => stream === name));
    expect(await sifted('a b c d e', clash)).toMatchObject({ taken: 'a0 b1 c2 e4', poisoned: 'd3' });
  });

  it('one poisoned stream among many is found in few tries', async () => {
    const names = Array.from({ length: 512 }, (_, nth) => `s${nth}${nth === 300 ? '!' : ''}`);
    const { poisoned, whole, tries } = await sifted(names.join(' '));
    expect([poisoned, whole]).toEqual(['s300300', 511]);
    expect(tries).toBeLessThanOrEqual(2 * Math.log2(512) + 1);
  });

  it('no more poisoned streams are looked for than may be parked, and one', async () => {
    const names = Array.from({ length: 64 }, (_, nth) => `s${nth}!`);
    const { poisoned, whole } = await sifted(names.join(' '), undefined, 3);
    expect([poisoned.split(' ').length, whole]).toEqual([4, 0]);
  });
});
