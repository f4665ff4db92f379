import { beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../src/kernel/limits.js';
import { GUARD, type Timer, type TimerStore } from '../../src/ports/timers.js';

const timer = (id: string, dueAt: number, note: unknown = null): Timer => ({
  id,
  dueAt,
  action: {
    do: 'command',
    category: 'workflow',
    aggregateId: 'wf_1',
    command: { type: 'Expire', note },
    correlationId: 'wf_1',
  },
});
const ids = (timers: readonly Timer[]): string[] => timers.map((one) => one.id);
const NOW = 1_700_000_000_000;
const LATER = NOW + 10 * LIMITS.timerLease;

/** @param fresh an empty store, and a second client of the same data where that means something */
export function timerStoreContract(
  name: string,
  fresh: () => Promise<{ readonly store: TimerStore; readonly other: TimerStore }>,
): void {
  describe(`the timer store ${name}`, () => {
    let store: TimerStore;
    let other: TimerStore;

    beforeEach(async () => {
      ({ store, other } = await fresh());
    });

    it('gives timers that are due, the oldest first, and none before its time', async () => {
      await store.set([timer('c', NOW + 1), timer('b', NOW), timer('a', NOW - 5)]);
      expect(ids(await store.due(NOW, 10))).toEqual(['a', 'b']);
    });

    it('gives a timer back as it was set', async () => {
      const job: Timer = {
        id: 'job/1 %_\\',
        dueAt: NOW,
        action: {
          do: 'job',
          job: { kind: 'step', priority: 'high', id: 'j', correlationId: 'wf_1', payload: { steps: ['ż'] } },
        },
      };
      const command = timer('command', NOW, { deep: [1, null, 'x\u0000y'] });
      await store.set([job, command]);
      const due = await store.due(NOW, 10);
      expect(due).toHaveLength(2);
      expect(due).toEqual(expect.arrayContaining([job, command]));
    });

    it('gives no more than it is asked for', async () => {
      await store.set([3, 1, 2].map((n) => timer(`t${n}`, NOW - 10 + n)));
      expect(ids(await store.due(NOW, 2))).toEqual(['t1', 't2']);
      expect(ids(await store.due(NOW, 2))).toEqual(['t3']);
    });

    it('gives at once what was given to somebody who is gone, to who inherits it', async () => {
      await store.set([timer('a', NOW), timer('b', NOW + 1)]);
      expect(ids(await store.due(NOW, 10))).toEqual(['a']);
      expect(ids(await other.due(NOW, 10))).toEqual([]);
      await other.inherit();
      expect(ids(await other.due(NOW, 10))).toEqual(['a']);
      expect(ids(await other.due(NOW, 10))).toEqual([]);
    });

    it('gives at once what guards something that was in the hands of somebody who is gone, to who inherits it', async () => {
      await store.set([timer(`${GUARD}a`, LATER), timer('guard', LATER), timer('guard0', LATER)]);
      await other.inherit();
      expect(ids(await other.due(NOW, 10))).toEqual([`${GUARD}a`]);
    });

    it('moves a timer that is set again', async () => {
      await store.set([timer('t', NOW)]);
      await store.set([timer('t', NOW + 100, 'new')]);
      expect(await store.due(NOW, 10)).toEqual([]);
      expect(await store.due(NOW + 100, 10)).toEqual([timer('t', NOW + 100, 'new')]);
    });

    it('keeps the last of two timers set with one id at once', async () => {
      await store.set([timer('t', NOW), timer('t', NOW - 1, 'last')]);
      expect(await store.due(NOW, 10)).toEqual([timer('t', NOW - 1, 'last')]);
    });

    it('does nothing when it is given nothing', async () => {
      await store.set([]);
      await store.cancel([]);
      expect(await store.due(NOW, 10)).toEqual([]);
    });

    it('cancels by id, also ids that it does not know', async () => {
      await store.set([timer('a', NOW), timer('b', NOW)]);
      await store.cancel(['a', 'unknown']);
      expect(ids(await store.due(NOW, 10))).toEqual(['b']);
    });

    it('cancels by prefix, taking no character of it for a pattern', async () => {
      await store.set(['wf_1/a', 'wf_1/ż', 'wf_10/a', 'wfx1/a', 'wf_1'].map((id) => timer(id, NOW)));
      await store.cancelPrefix('wf_1/');
      expect(ids(await store.due(NOW, 10)).sort()).toEqual(['wf_1', 'wf_10/a', 'wfx1/a']);
    });

    it('does not cancel everything by an empty prefix', async () => {
      await expect(store.cancelPrefix('')).rejects.toThrow(RangeError);
    });

    it('gives a due timer to one process only', async () => {
      await store.set(Array.from({ length: 100 }, (_, i) => timer(`t${i}`, NOW)));
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : other).due(NOW, 20)),
      );
      const claimed = claims.flatMap(ids);
      expect(new Set(claimed).size).toBe(claimed.length);
      const rest = ids(await store.due(NOW, 100));
      expect(new Set([...claimed, ...rest]).size).toBe(100);
    });

    it('gives a timer that was not done to somebody else after the lease', async () => {
      await store.set([timer('t', NOW)]);
      await store.due(NOW, 10);
      expect(await other.due(NOW + LIMITS.timerLease - 1, 10)).toEqual([]);
      expect(ids(await other.due(NOW + LIMITS.timerLease, 10))).toEqual(['t']);
    });

    it('removes a timer that is done', async () => {
      await store.set([timer('t', NOW)]);
      await store.done((await store.due(NOW, 1))[0]!);
      expect(await store.due(LATER, 10)).toEqual([]);
    });

    it('keeps a timer that was moved before it was done, and gives it at its new time', async () => {
      await store.set([timer('t', NOW)]);
      const [fired] = await store.due(NOW, 1);
      await other.set([timer('t', NOW + 1)]);
      await store.done(fired!);
      expect(ids(await store.due(NOW + 1, 10))).toEqual(['t']);
    });

    it('moves a timer that fired to when it fires next, as it was set', async () => {
      await store.set([timer('t', NOW)]);
      const [fired] = await store.due(NOW, 1);
      await store.again(fired!, LATER);
      expect(await store.due(LATER - 1, 10)).toEqual([]);
      expect(await other.due(LATER, 10)).toEqual([timer('t', LATER)]);
    });

    it('leaves one that was cancelled meanwhile where it is, and one that was moved', async () => {
      await store.set([timer('gone', NOW), timer('moved', NOW)]);
      const fired = await store.due(NOW, 10);
      await other.cancel(['gone']);
      await other.set([timer('moved', NOW + 1)]);
      for (const one of fired) await store.again(one, LATER);
      expect(await store.due(LATER, 10)).toEqual([timer('moved', NOW + 1)]);
    });
  });
}
