import { afterEach, describe, expect, it } from '@jest/globals';
import { BoundedThreads } from './bounded-threads.js';

/** What answer-each.ts does, in a module a thread can load without a build. */
const entry = (work: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const work = ${work};
      parentPort.on('message', async (input) => {
        try { parentPort.postMessage({ output: await work(input, workerData) }); }
        catch (error) { parentPort.postMessage({ error: error.message }); }
      });`)}`,
  );

const bounds = { threads: 2, waiting: 10, time: 10_000, memoryMb: 64 };
const code = (refused: PromiseSettledResult<unknown>) =>
  refused.status === 'rejected' ? refused.reason.code : refused.value;

describe('threads with bounds', () => {
  let threads: BoundedThreads<number, number>;
  afterEach(() => threads.close());

  it('answer each call with its own result, or with what the work fails with', async () => {
    threads = new BoundedThreads(
      entry('(n, data) => { if (n < 0) throw new Error("below"); return n * data; }'),
      3,
      bounds,
    );
    expect(await Promise.all([1, 2, 3, 4].map((n) => threads.call(n)))).toEqual([3, 6, 9, 12]);
    await expect(threads.call(-1)).rejects.toThrow('below');
    expect(await threads.call(5)).toBe(15);
  });

  it('end a call that takes too long, and answer the next one', async () => {
    threads = new BoundedThreads(entry('(n) => { while (n === 0); return n; }'), 0, {
      ...bounds,
      threads: 1,
      time: 300,
    });
    expect(await threads.call(1)).toBe(1);
    const settled = await Promise.allSettled([threads.call(0), threads.call(2)]);
    expect(settled.map(code)).toEqual(['TIME_LIMIT', 2]);
  });

  it('end a call that takes too much memory, and answer the next one', async () => {
    const hoard =
      '(n) => { const all = []; while (n === 0) all.push(new Array(1e5).fill(all.length)); return n; }';
    threads = new BoundedThreads(entry(hoard), 0, { ...bounds, threads: 1, memoryMb: 16 });
    const settled = await Promise.allSettled([threads.call(0), threads.call(2)]);
    expect(settled.map(code)).toEqual(['MEMORY_LIMIT', 2]);
  });

  it('refuse one more than may wait', async () => {
    threads = new BoundedThreads(entry('(n) => n'), 0, { ...bounds, threads: 1, waiting: 2 });
    const settled = await Promise.allSettled([1, 2, 3, 4].map((n) => threads.call(n)));
    expect(settled.map(code)).toEqual([1, 2, 3, 'OVERLOADED']);
  });

  it('that die say so to who waits, and are there again for the next call', async () => {
    threads = new BoundedThreads(entry('(n) => { if (n === 0) process.exit(7); return n; }'), 0, bounds);
    const settled = await Promise.allSettled([threads.call(0), threads.call(1)]);
    expect(settled.map(code)).toEqual(['THREAD_LOST', 1]);
    expect(await threads.call(5)).toBe(5);
  });

  it('that were closed answer nobody any more', async () => {
    threads = new BoundedThreads(entry('(n) => n'), 0, bounds);
    await threads.call(1);
    await threads.close();
    await expect(threads.call(2)).rejects.toMatchObject({ code: 'THREAD_LOST' });
  });
});
