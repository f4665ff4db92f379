import { describe, expect, it, jest } from '@jest/globals';
import { MemoryPermitStore } from '../adapters/memory/permit-store.js';
import { systemChance } from '../adapters/system/chance.js';
import { isRefusal } from '../kernel/errors.js';
import type { Admission, JobFlow } from '../ports/jobs.js';
import { CallLimits } from './call-limits.js';
import { limitTable } from './limit-table.js';
import { LEASE_MS } from './limited-key.js';

const flow = (owner: string, service?: string): JobFlow => ({
  key: `${owner}/${service}`,
  kind: 'step',
  priority: 'normal',
  owner,
  ...(service && { service }),
});
const settings = { userConcurrency: 0, serviceConcurrency: 0, servicePerMinute: 0, services: '' };

function limitsOf(more: Partial<typeof settings>, store = new MemoryPermitStore()) {
  const clock = { time: 1_000_000, now: () => clock.time };
  const warned: object[] = [];
  const note = (fields: object) => void warned.push(fields);
  const log = { info: note, warn: note, error: note };
  const limits = new CallLimits(store, limitTable({ ...settings, ...more }), clock, systemChance, log);
  limits.stop();
  return { limits, clock, store, warned };
}
const permitOf = (admission: Admission) => {
  if (!admission.admitted) throw new Error(admission.because);
  return admission.permit;
};
const settled = () => new Promise(setImmediate);

describe('limits of calls', () => {
  it('let a user have so many under way, over all services', async () => {
    const { limits } = limitsOf({ userConcurrency: 2 });
    await limits.admit(flow('a', 's1'));
    const second = permitOf(await limits.admit(flow('a', 's2')));
    expect(await limits.admit(flow('a', 's3'))).toMatchObject({ because: 'user_concurrency' });
    expect(await limits.admit(flow('b', 's3'))).toMatchObject({ admitted: true });
    second.release();
    await settled();
    expect(await limits.admit(flow('a', 's3'))).toMatchObject({ admitted: true });
  });

  it('let a service have so many under way, over all users, and give back what the user took in vain', async () => {
    const { limits } = limitsOf({ userConcurrency: 2, services: 'slow=1' });
    await limits.admit(flow('a', 'slow'));
    for (let n = 0; n < 5; n++)
      expect(await limits.admit(flow('b', 'slow'))).toMatchObject({ because: 'service_concurrency' });
    await settled();
    await limits.admit(flow('b', 'quick'));
    expect(await limits.admit(flow('b', 'quick'))).toMatchObject({ admitted: true });
  });

  it('hold calls above the rate of a service until it allows another', async () => {
    const { limits, clock } = limitsOf({ services: 's1=/60' });
    permitOf(await limits.admit(flow('a', 's1'))).release();
    expect(await limits.admit(flow('a', 's1'))).toEqual({
      admitted: false,
      because: 'service_rate',
      retryIn: 1_000,
    });
    clock.time += 1_000;
    expect(await limits.admit(flow('a', 's1'))).toMatchObject({ admitted: true });
  });

  it('hold nobody because of a time that a clock was set back from', async () => {
    const { limits, clock, store } = limitsOf({ servicePerMinute: 60 });
    await limits.admit(flow('a', 's1'));
    expect(await limits.admit(flow('a', 's1'))).toMatchObject({ because: 'service_rate' });
    clock.time -= 600_000;
    expect(await limits.admit(flow('a', 's1'))).toMatchObject({ because: 'service_rate', retryIn: 1_000 });
    const [stored] = await store.all(1);
    expect(stored?.permits.at).toBe(clock.time);
    clock.time += 1_000;
    expect(await limits.admit(flow('a', 's1'))).toMatchObject({ admitted: true });
  });

  it('give the place of somebody who is gone, and whose clock was far ahead, to the next', async () => {
    const { limits, clock, store } = limitsOf({ serviceConcurrency: 1 });
    const ahead = limitsOf({ serviceConcurrency: 1 }, store);
    ahead.clock.time += 3_600_000;
    await ahead.limits.admit(flow('a', 's1'));
    expect(await limits.admit(flow('b', 's1'))).toMatchObject({ because: 'service_concurrency' });
    clock.time += LEASE_MS;
    expect(await limits.admit(flow('b', 's1'))).toMatchObject({ admitted: true });
  });

  it('cost nothing where calls follow one another, and another process sees all of it', async () => {
    const store = new MemoryPermitStore();
    const save = jest.spyOn(store, 'save');
    const { limits } = limitsOf({ serviceConcurrency: 1 }, store);
    const other = limitsOf({ serviceConcurrency: 1 }, store).limits;
    for (let n = 0; n < 5; n++) permitOf(await limits.admit(flow('a', 's1'))).release();
    expect(save).toHaveBeenCalledTimes(1);
    permitOf(await limits.admit(flow('a', 's1')));
    expect(await limits.admit(flow('b', 's1'))).toMatchObject({ because: 'service_concurrency' });
    expect(await other.admit(flow('b', 's1'))).toMatchObject({ because: 'service_concurrency' });
  });

  it('never let more calls go on at once than the limit, however they follow one another', async () => {
    const store = new MemoryPermitStore();
    const processes = [0, 1].map(() => limitsOf({ serviceConcurrency: 3 }, store).limits);
    let underWay = 0;
    let most = 0;
    let done = 0;
    const caller = async (limits: CallLimits, seed: number) => {
      for (let turn = 0; turn < 200; turn++) {
        const admission = await limits.admit(flow(`u${seed}`, 's1'));
        if (admission.admitted) {
          most = Math.max(most, ++underWay);
          for (let n = (seed * 7 + turn) % 5; n > 0; n--) await settled();
          underWay--;
          done++;
          admission.permit.release(turn % 3 === 0 ? 'unused' : undefined);
        } else await settled();
        if (turn % 50 === 49) await limits.stop();
      }
    };
    await Promise.all(processes.flatMap((limits) => [1, 2, 3, 4].map((seed) => caller(limits, seed))));
    expect(most).toBe(3);
    expect(done).toBeGreaterThan(50);
    await Promise.all(processes.map((limits) => limits.stop()));
    const [stored] = await store.all(1);
    expect(stored?.permits.holders).toEqual({});
  });

  it('are not passed on unsaid where calls are counted by the minute, or others may have forgotten them', async () => {
    const store = new MemoryPermitStore();
    const save = jest.spyOn(store, 'save');
    const counted = limitsOf({ services: 's1=1/6000' }, store).limits;
    for (let n = 0; n < 3; n++) permitOf(await counted.admit(flow('a', 's1'))).release();
    expect(save).toHaveBeenCalledTimes(3);
    const { limits, clock } = limitsOf({ services: 's2=1' }, store);
    permitOf(await limits.admit(flow('a', 's2'))).release();
    clock.time += LEASE_MS;
    permitOf(await limits.admit(flow('a', 's2')));
    expect(save).toHaveBeenCalledTimes(5);
  });

  it('give back what nobody asks for after a moment', async () => {
    const store = new MemoryPermitStore();
    const { limits } = limitsOf({ serviceConcurrency: 1 }, store);
    const saved = new Promise((resolve) => {
      const save = store.save.bind(store);
      jest.spyOn(store, 'save').mockImplementation(async (key, permits, version) => {
        if (version > 0) resolve(permits.holders);
        return save(key, permits, version);
      });
    });
    permitOf(await limits.admit(flow('a', 's1'))).release();
    expect(await saved).toEqual({});
  });

  it('tell who waits when something is released', async () => {
    const { limits } = limitsOf({ userConcurrency: 1, serviceConcurrency: 1 });
    const released: unknown[] = [];
    limits.onRelease((of) => released.push(of));
    permitOf(await limits.admit(flow('a', 's1'))).release();
    await settled();
    expect(released).toEqual([{ owner: 'a' }, { service: 's1' }]);
  });

  it('take nothing for what has no limit', async () => {
    const { limits, store } = limitsOf({ services: 's1=5' });
    await limits.admit(flow('a', 's2'));
    await limits.admit(flow(''));
    expect(await store.all(10)).toEqual([]);
  });

  it('free what a process held that died', async () => {
    const dead = limitsOf({ userConcurrency: 1 });
    await dead.limits.admit(flow('a'));
    const { limits, clock } = limitsOf({ userConcurrency: 1 }, dead.store);
    expect(await limits.admit(flow('a'))).toMatchObject({ admitted: false });
    clock.time += LEASE_MS;
    expect(await limits.admit(flow('a'))).toMatchObject({ admitted: true });
  });

  it('hold calls while the permits cannot be reached, and say so', async () => {
    const store = new MemoryPermitStore();
    store.save = () => Promise.reject(new Error('gone'));
    const { limits, warned } = limitsOf({ userConcurrency: 1 }, store);
    expect(await limits.admit(flow('a'))).toMatchObject({ admitted: false });
    expect(warned).toEqual([expect.objectContaining({ key: 'user/a' })]);
  });

  it.each(['s1', 's1=x', '=1', 's1=1/2/3', 's1=-1'])('cannot be read as %j', (services) => {
    expect(() => limitTable({ ...settings, services })).toThrow(/SERVICE_LIMITS/);
    try {
      limitTable({ ...settings, services });
    } catch (error) {
      expect(isRefusal(error, 'CONFIG_INVALID')).toBe(true);
    }
  });

  it('of one service take the place of the common ones, and may be none', () => {
    const table = limitTable({ ...settings, serviceConcurrency: 8, services: 'a=2/30, b=0' });
    expect([table.service('a'), table.service('b'), table.service('c')]).toEqual([
      { concurrency: 2, perMinute: 30 },
      undefined,
      { concurrency: 8 },
    ]);
  });
});
