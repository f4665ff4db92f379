import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairTurns } from './fair-turns.js';

/** Work that ends when the test says so, in the order it began. */
function workshop(hands: number) {
  const turns = new FairTurns({ alone: hands, shared: hands });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (owner: string) =>
    turns.run(owner, () => {
      begun.push(owner);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const endOne = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { turns, begun, ends, ask, endOne };
}

describe('fair turns', () => {
  it('begin at once while there is a hand free', () => {
    const { begun, ask } = workshop(2);
    void ask('a');
    void ask('a');
    expect(begun).toEqual(['a', 'a']);
  });

  it('give a newcomer the next hand, however much another has waiting', async () => {
    const { begun, ask, endOne } = workshop(1);
    for (let n = 0; n < 1_000; n++) void ask('batch');
    await endOne();
    void ask('single');
    await endOne();
    await endOne();
    expect(begun).toEqual(['batch', 'batch', 'batch', 'single']);
  });

  it('are fewer while several owners are there, and as many as before once the others are gone', async () => {
    let now = 0;
    const turns = new FairTurns({ alone: 8, shared: 2 }, () => now);
    const ends: (() => void)[] = [];
    const ask = (owner: string) => void turns.run(owner, () => new Promise<void>((done) => ends.push(done)));
    const endAll = async () => {
      for (const end of ends.splice(0)) end();
      await new Promise(setImmediate);
    };
    for (let n = 0; n < 8; n++) ask('batch');
    expect(ends).toHaveLength(8);
    ask('single');
    for (let n = 0; n < 30; n++) ask('batch');
    await endAll();
    expect(ends).toHaveLength(2);
    await endAll();
    expect(ends).toHaveLength(2);
    now = 2_000;
    await endAll();
    expect(ends).toHaveLength(8);
  });

  it('keep the order of one owner’s work', async () => {
    const turns = new FairTurns({ alone: 1, shared: 1 });
    const done: number[] = [];
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => turns.run('a', async () => void done.push(n))));
    expect(done).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  });

  it('hand on what the work gives, and what it throws, and go on', async () => {
    const turns = new FairTurns({ alone: 1, shared: 1 });
    const failing = turns.run('a', () => Promise.reject(new Error('no')));
    const next = turns.run('a', async () => 7);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe(7);
    expect(turns.waiting).toBe(0);
  });

  it('never have more under way than hands, lose nothing, and let everybody wait one turn of each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }),
        async (hands, asked) => {
          const { begun, ends, ask, endOne } = workshop(hands);
          for (const owner of asked) void ask(owner);
          const most = () => expect(ends.length).toBeLessThanOrEqual(hands);
          void ask('late');
          for (let n = 0; n <= asked.length; n++) {
            most();
            await endOne();
          }
          expect([...begun].sort()).toEqual([...asked, 'late'].sort());
          expect(begun.indexOf('late')).toBeLessThanOrEqual(hands + 3);
        },
      ),
      { numRuns: 40 },
    );
  });
});
