import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemChance } from '../../src/adapters/system/chance.js';
import { systemClock } from '../../src/adapters/system/clock.js';
import { CallLimits } from '../../src/fairness/call-limits.js';
import { limitTable } from '../../src/fairness/limit-table.js';
import { vacate } from '../../src/fairness/vacate.js';
import { NO_PERMITS, type Permits } from '../../src/kernel/permits.js';
import type { JobFlow, Permit } from '../../src/ports/jobs.js';
import type { PermitStore } from '../../src/ports/permits.js';

const HELD: Permits = { holders: { a: 1_767_322_800_000 }, tokens: 1.5, at: 1_767_322_700_000 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const flow: JobFlow = { key: 'k', kind: 'step', priority: 'normal', owner: 'user_1', service: 'svc_1' };

/** @param open a fresh store, seen by two processes */
export function permitStoreContract(
  name: string,
  open: () => Promise<{ readonly stores: readonly [PermitStore, PermitStore]; close(): Promise<void> }>,
): void {
  describe(`the permits of ${name}`, () => {
    let one: PermitStore;
    let other: PermitStore;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const under = await open();
      [one, other] = under.stores;
      close = under.close;
    });
    afterEach(() => close());

    it('are none where nothing is known', async () => {
      expect(await one.load('user/a')).toEqual({ key: 'user/a', permits: NO_PERMITS, version: 0 });
      expect(await one.all(10)).toEqual([]);
    });

    it('are seen by every process as they were saved', async () => {
      const version = await one.save('user/a', HELD, 0);
      expect(await other.load('user/a')).toEqual({ key: 'user/a', permits: HELD, version });
      expect((await other.all(10)).map(({ key }) => key)).toEqual(['user/a']);
    });

    it('are moved by one of two that saw the same', async () => {
      const version = (await one.save('user/a', HELD, 0))!;
      const saved = [
        await one.save('user/a', NO_PERMITS, version),
        await other.save('user/a', HELD, version),
      ];
      expect(saved.map((each) => each !== undefined)).toEqual([true, false]);
    });

    it('of processes that are gone are taken back at once, and what was spent of a rate stays spent', async () => {
      await one.save('user/a', HELD, 0);
      await vacate(other);
      expect((await one.load('user/a')).permits).toEqual({ ...HELD, holders: {} });
    });

    it('take a service id with whatever stands in it', async () => {
      await one.save('service/ü * > .', HELD, 0);
      expect((await other.load('service/ü * > .')).permits).toEqual(HELD);
    });

    it('are counted over all processes: two that hurry never hold more than the limit', async () => {
      const limits = limitTable({
        userConcurrency: 3,
        serviceConcurrency: 2,
        servicePerMinute: 0,
        services: '',
      });
      const processes = [one, other].map(
        (store) => new CallLimits(store, limits, systemClock, systemChance, log),
      );
      const held = new Set<Permit>();
      const work = async (process: CallLimits, times: number) => {
        for (let n = 0; n < times; n++) {
          const admission = await process.admit(flow);
          if (!admission.admitted) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            continue;
          }
          held.add(admission.permit);
          expect(held.size).toBeLessThanOrEqual(2);
          await new Promise(setImmediate);
          held.delete(admission.permit);
          admission.permit.release();
        }
      };
      await Promise.all(processes.flatMap((process) => [work(process, 15), work(process, 15)]));
      for (const process of processes) process.stop();
    });
  });
}
