import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '../../src/kernel/errors.js';
import type { DeadLetter, DeadLetters, Job, JobQueue, JobWorker } from '../../src/ports/jobs.js';
import { Seen } from '../kit/gate.js';

type Queue = JobQueue & { readonly dead: DeadLetters };

const job = (id: string, more: Partial<Job> = {}): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: { workflowId: 'wf_1', stepId: id },
  ...more,
});

/** @param open a fresh, empty queue */
export function deadLettersContract(
  name: string,
  open: () => Promise<{ readonly queue: Queue; close(): Promise<void> }>,
): void {
  describe(`the dead letters of ${name}`, () => {
    let under: { readonly queue: Queue; close(): Promise<void> };
    let dead: DeadLetters;
    const workers: JobWorker[] = [];
    const refusing = new Set<string>();
    const seen = { done: new Seen<Job>() };

    const all = () => dead.list({ limit: 100 });
    const ids = (letters: readonly DeadLetter[]) => letters.map((letter) => letter.job?.id);
    const until = async (count: number) => {
      while ((await under.queue.depth())['dead'] !== count) await new Promise(setImmediate);
      return all();
    };
    /** Workers of both kinds that refuse what `refusing` names, one job at a time. */
    const die = async (...jobs: readonly Job[]) => {
      for (const { id } of jobs) refusing.add(id);
      for (const one of jobs) await under.queue.publish([one]);
      return until(jobs.length);
    };

    beforeEach(async () => {
      under = await open();
      dead = under.queue.dead;
      refusing.clear();
      seen.done = new Seen();
      for (const kind of ['step', 'plan'] as const)
        workers.push(
          await under.queue.work(kind, 1, async (one) => {
            if (refusing.has(one.id)) throw new Refusal('WORKFLOW_CLOSED', 'The workflow is closed.');
            seen.done.add(one);
          }),
        );
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
      await under.close();
    });

    it('say what died of what', async () => {
      const [letter] = await die(job('a', { priority: 'high' }));
      expect(letter).toEqual({
        id: expect.stringMatching(/^dead_[0-9a-z]{22}$/),
        kind: 'step',
        priority: 'high',
        job: job('a', { priority: 'high' }),
        code: 'WORKFLOW_CLOSED',
        deliveries: 1,
        diedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      });
      expect(await dead.get(letter!.id)).toEqual(letter);
    });

    it('come in the order in which the jobs were published, page by page', async () => {
      await die(job('a'), job('b', { priority: 'high' }), job('c'), job('d', { priority: 'low' }));
      const first = await dead.list({ limit: 3 });
      expect(ids(first)).toEqual(['a', 'b', 'c']);
      expect(ids(await dead.list({ limit: 3, after: first.at(-1)!.id }))).toEqual(['d']);
    });

    it('are found by kind and by correlation', async () => {
      const odd = 'a user, with.dots > and *';
      await die(
        job('a'),
        job('b', { kind: 'plan' }),
        job('c', { correlationId: 'wf_2' }),
        job('d', { correlationId: odd }),
      );
      expect(ids(await dead.list({ limit: 9, kind: 'plan' }))).toEqual(['b']);
      expect(ids(await dead.list({ limit: 9, correlationId: 'wf_1' }))).toEqual(['a', 'b']);
      expect(ids(await dead.list({ limit: 9, correlationId: odd }))).toEqual(['d']);
      expect(await dead.list({ limit: 9, correlationId: '*' })).toEqual([]);
    });

    it('are run again as they were, and are gone then', async () => {
      const [letter] = await die(job('a'));
      refusing.clear();
      expect(await dead.rerun(letter!.id)).toBe(true);
      expect(await seen.done.count(1)).toEqual([job('a')]);
      expect(await all()).toEqual([]);
    });

    it('that die again keep their id, and with it their place', async () => {
      const [a, b] = await die(job('a'), job('b'));
      expect(await dead.rerun(a!.id)).toBe(true);
      const after = await until(2);
      expect(after.map(({ id }) => id)).toEqual([a!.id, b!.id]);
      expect(ids(after)).toEqual(['a', 'b']);
    });

    it('that are edited keep their place, and are run as edited', async () => {
      const [a] = await die(job('a'), job('b'));
      const payload = { workflowId: 'wf_1', stepId: 'step_9' };
      expect(await dead.edit(a!.id, payload)).toEqual({ ...a, job: { ...job('a'), payload } });
      expect(ids(await all())).toEqual(['a', 'b']);
      refusing.clear();
      await dead.rerun(a!.id);
      expect(await seen.done.count(1)).toEqual([{ ...job('a'), payload }]);
    });

    it('that are dropped are gone for good', async () => {
      const [a] = await die(job('a'), job('b'));
      expect(await dead.drop(a!.id)).toBe(true);
      expect(ids(await all())).toEqual(['b']);
      expect(await dead.drop(a!.id)).toBe(false);
    });

    it.each(['dead_0000000000000000000000', 'dead_*', '*', '>', '', 'a.b'])(
      'do not know %j, and nothing happens to it',
      async (id) => {
        await die(job('a'));
        expect(await dead.get(id)).toBeUndefined();
        expect(await dead.edit(id, {})).toBeUndefined();
        expect(await dead.rerun(id)).toBe(false);
        expect(await dead.drop(id)).toBe(false);
        expect(ids(await all())).toEqual(['a']);
      },
    );
  });
}
