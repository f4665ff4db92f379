import { afterEach, describe, expect, it } from '@jest/globals';
import { isRefusal } from '../../kernel/errors.js';
import { CallThread } from './call-thread.js';

/** What answer-calls.ts does, in a module a thread can load without a build. */
const entry = (work: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const work = ${work};
      parentPort.on('message', (asked) => parentPort.postMessage(asked.map(({ id, input }) => {
        try { return { id, output: work(input, workerData) }; } catch (error) { return { id, error: error.message }; }
      })));`)}`,
  );

describe('a thread that answers calls', () => {
  let thread: CallThread<number, number>;
  afterEach(() => thread.close());

  it('answers each with its own result, those of one turn together', async () => {
    thread = new CallThread(entry('(input, data) => input * data'), 3);
    expect(await Promise.all([1, 2, 3].map((n) => thread.call(n)))).toEqual([3, 6, 9]);
    expect(await thread.call(4)).toBe(12);
  });

  it('passes on what the work fails with, to that call only', async () => {
    thread = new CallThread(
      entry('(input) => { if (input < 0) throw new Error("below"); return input; }'),
      0,
    );
    const [one, two] = await Promise.allSettled([thread.call(-1), thread.call(2)]);
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'below' } });
    expect(two).toEqual({ status: 'fulfilled', value: 2 });
  });

  it('that dies says so to who waits, and is there again for the next call', async () => {
    thread = new CallThread(entry('(input) => { if (input === 0) process.exit(7); return input; }'), 0);
    const lost = await thread.call(0).catch((error: unknown) => error);
    expect(isRefusal(lost, 'THREAD_LOST')).toBe(true);
    expect(await thread.call(5)).toBe(5);
  });

  it('that was closed answers nobody any more', async () => {
    thread = new CallThread(entry('(input) => input'), 0);
    await thread.call(1);
    await thread.close();
    expect(isRefusal(await thread.call(2).catch((error: unknown) => error), 'THREAD_LOST')).toBe(true);
  });
});
