import { expect, it } from '@jest/globals';
import { MemoryJobQueue } from '../adapters/memory/job-queue.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import type { Job } from '../ports/jobs.js';
import { withdrawalJob } from '../sagas/carry-out-withdrawal.js';
import { lookLater } from './look-later.js';

const T0 = Date.parse('2026-01-02T03:00:00.000Z');
const look = (number: number): Job =>
  withdrawalJob({ withdrawalOf: 'user_01', withdrawalId: 'wdr_1', look: number });

/** Publishes what is due, as the timer runner does. */
async function fire(timers: MemoryTimerStore, jobs: MemoryJobQueue, now: number): Promise<void> {
  for (const timer of await timers.due(now, 10)) {
    if (timer.action.do === 'job') await jobs.publish([timer.action.job]);
    await timers.done(timer);
  }
}

it('a look that is made again after a crash goes on, though what it says was said before', async () => {
  const timers = new MemoryTimerStore();
  const jobs = new MemoryJobQueue();
  const taken: unknown[] = [];
  const worker = await jobs.work('chain', 1, async ({ payload }) => {
    taken.push(payload['look']);
  });
  const done = async (count: number) => {
    while (taken.length < count) await new Promise((turn) => setImmediate(turn));
  };
  // the first look asks for a second, which is made; then the process dies before the first is acknowledged
  await timers.set([lookLater('soon', T0 + 500, look(2))]);
  await fire(timers, jobs, T0 + 500);
  await done(1);
  await timers.set([lookLater('soon', T0 + 1_500, look(3))]);
  // delivered once more, the first look takes the place of the third by a second one
  await timers.set([lookLater('soon', T0 + 900, look(2))]);
  await fire(timers, jobs, T0 + 1_500);
  await done(2);
  expect(taken).toEqual([2, 2]);
  await worker.stop(0);
});

it('the same timer fired twice is one look', async () => {
  const jobs = new MemoryJobQueue();
  const { action } = lookLater('soon', T0, look(2));
  if (action.do !== 'job') throw new Error('a look is a job');
  await jobs.publish([action.job]);
  await jobs.publish([action.job]);
  expect((await jobs.depth())['chain']).toBe(1);
});
