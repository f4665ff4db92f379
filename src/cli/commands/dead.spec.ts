import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { Refusal } from '../../kernel/errors.js';
import type { Job, JobWorker } from '../../ports/jobs.js';
import { program } from '../program.js';
import { idsFrom } from './dead.js';

let house: House;
let operator: Client;
let worker: JobWorker;
let refuse = true;
const done: Job[] = [];
let said = '';

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  worker = await house.jobs.work('step', 1, async (job) => {
    if (refuse) throw new Refusal('STEP_KIND_UNKNOWN', 'Nothing here runs it.');
    done.push(job);
  });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await worker?.stop(0);
  await house?.close();
});
beforeEach(() => {
  said = '';
  refuse = true;
});

const quittance = (...args: readonly string[]) =>
  program([...args, '--url', house.url, '--key', operator.secret!]);

const died = async (id: string): Promise<string> => {
  const payload = { workflowId: 'wf_1', runNo: 1, stepId: 'step_1', attempt: 1 };
  await house.jobs.publish([{ kind: 'step', priority: 'normal', id, correlationId: 'wf_1', payload }]);
  for (;;) {
    const letters = await house.jobs.dead.list({ limit: 100 });
    const letter = letters.find(({ job }) => job?.id === id);
    if (letter) return letter.id;
    await new Promise(setImmediate);
  }
};

describe('quittance dead', () => {
  it('lists, shows, edits and reruns a dead job', async () => {
    expect(await quittance('dead', 'list')).toBe(0);
    expect(said).toContain('No dead jobs.');
    const id = await died('step/wf_1/1');

    await quittance('dead', 'list', '--workflow', 'wf_1');
    expect(said).toContain(id);
    expect(said).toContain('STEP_KIND_UNKNOWN');

    await quittance('dead', 'edit', id, '--set', 'attempt=2', '--set', 'stepId=step_2');
    said = '';
    await quittance('dead', 'show', id, '--json');
    expect(JSON.parse(said).ids).toEqual({ workflowId: 'wf_1', runNo: 1, stepId: 'step_2', attempt: 2 });

    refuse = false;
    await quittance('dead', 'rerun', id);
    expect(said).toContain('step/wf_1/1 is with the workers again');
    while (done.length === 0) await new Promise(setImmediate);
    expect(done[0]?.payload).toMatchObject({ stepId: 'step_2', attempt: 2 });
  });

  it('drops a dead job for good, and says that a dropped one is not there', async () => {
    const id = await died('step/wf_1/2');
    await quittance('dead', 'drop', id);
    expect(said).toContain('dropped for good');
    await expect(quittance('dead', 'show', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('names the earlier dead job of the same workflow', async () => {
    const first = await died('step/wf_1/3');
    const second = await died('step/wf_1/4');
    await expect(quittance('dead', 'rerun', second)).rejects.toThrow(first);
  });
});

describe('quittance monitor', () => {
  it('shows components, waiting jobs, dead ones and breakers on one screen', async () => {
    await died('step/wf_2/1');
    await house.jobs.publish([
      { kind: 'prove', priority: 'low', id: 'prove/1', correlationId: 'wf_2', payload: {} },
    ]);
    await house.breakers.save('svc_broken', { is: 'open', until: Date.parse('2026-01-02T03:04:35.678Z') }, 0);
    await quittance('monitor');
    expect(said).toMatch(/✓ database/);
    expect(said).toMatch(/prove +low +1 +0/);
    expect(said).toMatch(/dead jobs?: quittance dead list/);
    expect(said).toMatch(/svc_broken +open +0 +03:04:35/);
    said = '';
    await quittance('monitor', '--json');
    expect(JSON.parse(said).queues).toEqual([expect.objectContaining({ kind: 'prove', waiting: 1 })]);
  });
});

describe('ids to set', () => {
  it('are of the type the job has', () =>
    expect(idsFrom(['attempt=2', 'stepId=7', 'unclaimed=true'], { attempt: 1, stepId: 'step_1' })).toEqual({
      attempt: 2,
      stepId: '7',
      unclaimed: true,
    }));

  it.each(['attempt', '=2', 'attempt=', 'a b=1'])('are not %j', (pair) =>
    expect(() => idsFrom([pair], {})).toThrow(expect.objectContaining({ code: 'EDIT_INVALID' })),
  );
});
