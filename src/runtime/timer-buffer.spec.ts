import { describe, expect, it } from '@jest/globals';
import { gate } from '../../test/kit/gate.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import type { Timer } from '../ports/timers.js';
import { TimerBuffer } from './timer-buffer.js';

const NOW = 1_000_000;
const timer = (id: string, inMs: number): Timer => ({
  id,
  dueAt: NOW + inMs,
  action: {
    do: 'command',
    category: 'workflow',
    aggregateId: 'wf_1',
    command: { type: 'X' },
    correlationId: 'wf_1',
  },
});

/** Held for an hour, so that only what the test asks for stores anything. */
function house() {
  const store = new MemoryTimerStore();
  const buffer = new TimerBuffer(store, { now: () => NOW }, 3_600_000);
  const stored = async () => (await store.due(Number.MAX_SAFE_INTEGER, 100)).map(({ id }) => id).sort();
  return { store, buffer, stored };
}
const FAR = 100 * 3_600_000;

it('a timer that is cancelled while it is held is never stored, and who set it goes on', async () => {
  const { buffer, stored } = house();
  const set = buffer.set(timer('deadline', FAR));
  await buffer.cancel(['deadline']);
  await set;
  buffer.flush();
  expect(await stored()).toEqual([]);
});

it('a timer that is due soon is stored at once', async () => {
  const { buffer, stored } = house();
  await buffer.set(timer('retry', 1_000));
  expect(await stored()).toEqual(['retry']);
});

it('who sets a timer waits until it is stored', async () => {
  const { buffer, stored } = house();
  let done = false;
  const set = buffer.set(timer('deadline', FAR)).then(() => (done = true));
  await Promise.resolve();
  expect(done).toBe(false);
  buffer.flush();
  await set;
  expect(await stored()).toEqual(['deadline']);
});

it('a timer set again while it is held is stored once, as it was set last', async () => {
  const { store, buffer } = house();
  const first = buffer.set(timer('deadline', FAR));
  const second = buffer.set(timer('deadline', 2 * FAR));
  buffer.flush();
  await Promise.all([first, second]);
  expect(await store.due(NOW + FAR, 10)).toEqual([]);
  expect(await store.due(NOW + 2 * FAR, 10)).toHaveLength(1);
});

it('says of what is held, and of what was taken back, that it is here, and changes nothing by saying so', async () => {
  const { buffer, stored } = house();
  const sets = [buffer.set(timer('deadline', FAR)), buffer.set(timer('drain', FAR))];
  expect(buffer.isHere(['deadline', 'unheard of'])).toBe(false);
  expect(buffer.isHere(['deadline', 'drain'])).toBe(true);
  await buffer.cancel(['drain']);
  expect(buffer.isHere(['drain', 'deadline'])).toBe(true);
  buffer.flush();
  await Promise.all(sets);
  expect(await stored()).toEqual(['deadline']);
  expect(buffer.isHere(['drain'])).toBe(false);
  expect(buffer.isHere(['deadline'])).toBe(false);
});

it('a timer that is spared is here, and set again it exists', async () => {
  const { store, buffer, stored } = house();
  const cancelled: string[] = [];
  store.cancel = async (ids) => void cancelled.push(...ids);
  buffer.spare('deadline');
  expect(buffer.isHere(['deadline'])).toBe(true);
  await buffer.cancel(['deadline']);
  expect(cancelled).toEqual([]);
  const set = buffer.set(timer('deadline', FAR));
  buffer.flush();
  await set;
  expect(await stored()).toEqual(['deadline']);
  expect(buffer.isHere(['deadline'])).toBe(false);
  await buffer.cancel(['deadline']);
  expect(cancelled).toEqual(['deadline']);
});

it('a timer that is held and then spared is never stored, and who set it goes on', async () => {
  const { buffer, stored } = house();
  const set = buffer.set(timer('deadline', FAR));
  buffer.spare('deadline');
  await set;
  buffer.flush();
  expect(await stored()).toEqual([]);
});

it('a timer stored before is cancelled in the store', async () => {
  const { buffer, stored } = house();
  const set = buffer.set(timer('deadline', FAR));
  buffer.flush();
  await set;
  await buffer.cancel(['deadline']);
  expect(await stored()).toEqual([]);
});

it('a timer that is cancelled while it is on its way to the store is cancelled after it', async () => {
  const { store, buffer, stored } = house();
  const arrives = gate();
  const setting = store.set.bind(store);
  store.set = async (timers) => {
    await arrives.opened;
    await setting(timers);
  };
  const set = buffer.set(timer('retry', 1_000));
  const cancelled = buffer.cancel(['retry']);
  // longer than a cancellation waits for others
  await new Promise((resolve) => setTimeout(resolve, 50));
  arrives.open();
  await Promise.all([set, cancelled]);
  expect(await stored()).toEqual([]);
});

it('a timer that was never stored is cancelled again without asking the store, until it is set anew', async () => {
  const { store, buffer, stored } = house();
  const asked: string[] = [];
  const cancel = store.cancel.bind(store);
  store.cancel = async (ids) => {
    asked.push(...ids);
    await cancel(ids);
  };
  const set = buffer.set(timer('deadline', FAR));
  await buffer.cancel(['deadline']);
  await buffer.cancel(['deadline', 'unknown']);
  await set;
  expect(asked).toEqual(['unknown']);
  const again = buffer.set(timer('deadline', FAR));
  buffer.flush();
  await again;
  await buffer.cancel(['deadline']);
  expect(asked).toEqual(['unknown', 'deadline']);
  expect(await stored()).toEqual([]);
});

it('a store that fails is told to who set the timer', async () => {
  const { store, buffer } = house();
  store.set = async () => {
    throw new Error('away');
  };
  const set = buffer.set(timer('deadline', FAR));
  buffer.flush();
  await expect(set).rejects.toThrow('away');
});

describe('a timer that watches over what this process has in hand', () => {
  it('is not stored meanwhile, however soon it is due, and like any other once that is over', async () => {
    const { buffer, stored } = house();
    const over = gate();
    let done = false;
    const set = buffer.set(timer('again', 1_000), over.opened).then(() => (done = true));
    await new Promise(setImmediate);
    expect([await stored(), done]).toEqual([[], false]);
    over.open();
    await set;
    expect(await stored()).toEqual(['again']);
  });

  it.each(['before', 'after'])('is never stored when it is cancelled %s that is over', async (when) => {
    const { buffer, store, stored } = house();
    const asked: string[] = [];
    store.cancel = async (ids) => void asked.push(...ids);
    const over = gate();
    const set = buffer.set(timer('again', FAR), over.opened);
    expect(buffer.isHere(['again'])).toBe(true);
    if (when === 'after') {
      over.open();
      await new Promise(setImmediate);
    }
    await buffer.cancel(['again']);
    over.open();
    await set;
    await new Promise(setImmediate);
    buffer.flush();
    expect([await stored(), asked]).toEqual([[], []]);
  });

  it('is stored when all is flushed, and only then', async () => {
    const { buffer, stored } = house();
    const over = gate();
    const set = buffer.set(timer('again', FAR), over.opened);
    buffer.flush();
    await set;
    expect(await stored()).toEqual(['again']);
    await buffer.cancel(['again']);
    over.open();
    await new Promise(setImmediate);
    buffer.flush();
    expect(await stored()).toEqual([]);
  });

  it('is stored as it was set last', async () => {
    const { buffer, store } = house();
    const over = gate();
    const sets = [
      buffer.set(timer('again', FAR), over.opened),
      buffer.set(timer('again', 2 * FAR), over.opened),
    ];
    over.open();
    await new Promise(setImmediate);
    buffer.flush();
    await Promise.all(sets);
    expect(await store.due(NOW + FAR, 10)).toEqual([]);
    expect(await store.due(NOW + 2 * FAR, 10)).toHaveLength(1);
  });

  it('is stored when what was in hand has failed', async () => {
    const { buffer, stored } = house();
    await buffer.set(timer('again', 1_000), Promise.reject(new Error('it failed')));
    expect(await stored()).toEqual(['again']);
  });
});
