import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Refusal } from '../kernel/errors.js';
import type { Job } from '../ports/jobs.js';
import { FairTurns } from './fair-turns.js';
import { JobsHere } from './jobs-here.js';
import { SpareTime } from './spare-time.js';

const job = (kind: Job['kind'], id: string): Job => ({
  kind,
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
});
const away = new Refusal('STORE_AWAY', 'The store is away.', {}, 'retryable');

/** Receipts are done here, two at a time, each when the test says so. */
function house({ turnsFail = false, busy = 0 } = {}) {
  const [queued, begun, others, logged] = [[] as string[], [] as string[], [] as string[], [] as object[]];
  const ends = new Map<string, (error?: Error) => void>();
  const note = (fields: object) => void logged.push(fields);
  const turns = new FairTurns({ alone: 2, shared: 2 });
  const spare = new SpareTime(60_000, () => busy);
  const jobs = new JobsHere(
    {
      begin: async ({ id }) => void others.push(id) as undefined,
      flush: () => void others.push('flush'),
    },
    { publish: async (list) => void queued.push(...list.map(({ id }) => id)) },
    {
      receipt: ({ id }) => {
        begun.push(id);
        return new Promise((resolve, reject) =>
          ends.set(id, (error) => (error ? reject(error) : resolve(undefined))),
        );
      },
    },
    spare,
    (_correlationId, work) => (turnsFail ? Promise.reject(away) : turns.run('owner', work)),
    { info: note, warn: note, error: note },
  );
  /** @returns tells whether it counts as kept; undefined while that is open */
  const begin = async (id: string) => {
    const { kept } = (await jobs.begin(job('receipt', id), false))!;
    let isKept: boolean | undefined;
    void kept.then((value) => {
      isKept = value;
    });
    return async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return isKept;
    };
  };
  return { jobs, queued, begun, others, logged, ends, begin };
}

describe('a job of a kind that is done here', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('never sees the queue, and counts as kept when it is done', async () => {
    const { begin, begun, ends, queued } = house();
    const kept = await begin('r1');
    expect([begun, await kept()]).toEqual([['r1'], undefined]);
    ends.get('r1')!();
    expect([queued, await kept()]).toEqual([[], true]);
  });

  it('keeps nothing else waiting, and waits for a turn itself', async () => {
    const { begin, begun, ends, jobs, others } = house();
    const all = await Promise.all(['r1', 'r2', 'r3'].map(begin));
    await jobs.begin(job('step', 's1'), false);
    expect([begun, others]).toEqual([['r1', 'r2'], ['s1']]);
    ends.get('r1')!();
    expect([await all[0]!(), await all[2]!()]).toEqual([true, undefined]);
    expect(begun).toEqual(['r1', 'r2', 'r3']);
  });

  it('that fails is queued like any other, said to be, and kept by that', async () => {
    const { begin, ends, queued, logged } = house();
    const kept = await begin('r1');
    ends.get('r1')!(away);
    expect(await kept()).toBe(true);
    expect([queued, logged]).toEqual([['r1'], [{ job: 'r1', code: 'STORE_AWAY' }]]);
  });

  it('whose owner cannot be found out is queued', async () => {
    const { begin, queued } = house({ turnsFail: true });
    expect(await (await begin('r1'))()).toBe(true);
    expect(queued).toEqual(['r1']);
  });

  it('is finished by who stops, and not begun any more', async () => {
    const { begin, begun, ends, jobs, queued } = house();
    const [first, second, third] = await Promise.all(['r1', 'r2', 'r3'].map(begin));
    jobs.stop();
    ends.get('r1')!();
    ends.get('r2')!(away);
    expect([await first!(), await second!(), await third!()]).toEqual([true, true, false]);
    expect([begun, queued]).toEqual([['r1', 'r2'], ['r2']]);
  });

  it('waits while the thread is busy, and is left undone by who stops meanwhile', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { begin, begun, ends, jobs } = house({ busy: 1 });
    const first = await begin('r1');
    await jest.advanceTimersByTimeAsync(25);
    const second = await begin('r2');
    ends.get('r1')!();
    expect([await first(), await second(), begun]).toEqual([true, undefined, ['r1']]);
    jobs.stop();
    expect([await second(), begun]).toEqual([false, ['r1']]);
  });
});

it('whoever has others make durable what is in hand is heard by them', () => {
  const { jobs, others } = house();
  jobs.flush();
  expect(others).toEqual(['flush']);
});
