import { expect, it } from '@jest/globals';
import { gate } from '../../test/kit/gate.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import { isoTime } from '../kernel/time.js';
import type { Reaction } from '../sagas/reaction.js';
import type { Dispatch } from './dispatch.js';
import { type DirectJobs, Reactor } from './reactor.js';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const EVENT = { stream: 'workflow-wf_01', revision: 3 };
const CAUSE = { ...EVENT, processManager: 'test', eventId: 'e', correlationId: 'wf_01' };

const timer = (id: string): Reaction => ({
  do: 'timer',
  id,
  dueAt: isoTime(NOW + 100 * HOUR),
  action: { do: 'job', job: { kind: 'step', id, priority: 'normal', correlationId: 'wf_01', payload: {} } },
});
const cancel = (...ids: readonly string[]): Reaction => ({ do: 'cancel-timers', ids });

/** Timers are held for an hour; reactions about `over` are done. */
function house(direct?: DirectJobs) {
  const timers = new MemoryTimerStore();
  const asked: string[] = [];
  timers.cancel = async (ids) => void asked.push(...ids);
  const reactor = new Reactor(
    {} as Dispatch,
    [],
    timers,
    { publish: async () => undefined },
    async () => undefined,
    { now: () => NOW },
    { random: () => 0 },
    HOUR,
    undefined,
    direct,
    (reaction) => reaction.do === 'timer' && reaction.id === 'over',
  );
  /** What of the timers is stored once who set them need not wait any more. */
  const storedOf = async (set: Promise<unknown>) => {
    reactor.flush();
    await set;
    return (await timers.due(Number.MAX_SAFE_INTEGER, 10)).map(({ id }) => id);
  };
  return { reactor, asked, storedOf };
}

it('a reaction that cancels timers takes no turn where all of them are held here', async () => {
  const { reactor, storedOf } = house();
  const set = reactor.perform(timer('deadline'), CAUSE, 0);
  expect(reactor.takesNoTurn(cancel('deadline'), EVENT)).toBe(true);
  expect(reactor.takesNoTurn(cancel('deadline', 'unheard of'), EVENT)).toBe(false);
  // to ask is not to cancel
  expect(await storedOf(set)).toEqual(['deadline']);
  expect(reactor.takesNoTurn(cancel('deadline'), EVENT)).toBe(false);
});

it('timers that are passed over are taken back without asking the store', async () => {
  const { reactor, asked, storedOf } = house();
  const set = reactor.perform(timer('deadline'), CAUSE, 0);
  reactor.passOver(cancel('deadline'));
  expect(await storedOf(set)).toEqual([]);
  expect(asked).toEqual([]);
});

it('a timer that would change nothing takes no turn, and once passed over need not be cancelled', async () => {
  const { reactor } = house();
  expect(reactor.takesNoTurn(timer('deadline'), EVENT)).toBe(false);
  expect(reactor.takesNoTurn(timer('over'), EVENT)).toBe(true);
  expect(reactor.takesNoTurn(cancel('over'), EVENT)).toBe(false);
  reactor.passOver(timer('over'));
  expect(reactor.takesNoTurn(cancel('over'), EVENT)).toBe(true);
});

it('a timer that asks for a job again is not needed while this process is at the job', async () => {
  const done = gate<boolean>();
  const { reactor, asked, storedOf } = house({
    begin: async ({ id }) => (id === 'here' ? { kept: done.opened } : undefined),
    flush: () => undefined,
  });
  const job = (id: string) =>
    ({ kind: 'receipt', id, priority: 'normal', correlationId: 'wf_01', payload: {} }) as const;
  for (const id of ['here', 'queued']) await reactor.perform({ do: 'job', job: job(id) }, CAUSE, 0);
  const watching = (id: string) =>
    reactor.perform(
      { ...(timer(`${id}/again`) as Reaction & { do: 'timer' }), dueAt: isoTime(NOW), watches: id },
      CAUSE,
      1,
    );
  const here = watching('here');
  await watching('queued');
  expect(reactor.takesNoTurn(cancel('here/again'), EVENT)).toBe(true);
  reactor.passOver(cancel('here/again'));
  await here;
  done.open(true);
  await new Promise(setImmediate);
  expect(asked).toEqual([]);
  const late = watching('here');
  expect(await storedOf(late)).toEqual(['queued/again', 'here/again']);
});
