import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { Refusal } from '../../kernel/errors.js';
import type { Job, JobWorker } from '../../ports/jobs.js';

let house: House;
let operator: Client;
let user: Client;
let worker: JobWorker;
const refusing = new Set<string>();
const done: Job[] = [];

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['user', 'operator']);
  user = await house.user('user_1');
  worker = await house.jobs.work('step', 1, async (job) => {
    if (refusing.has(job.id)) throw new Refusal('STEP_KIND_UNKNOWN', 'It said: my secret report.');
    done.push(job);
  });
});
afterAll(async () => {
  await worker?.stop(0);
  await house?.close();
});

const job = (id: string, workflowId: string, payload: Job['payload'] = {}): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: workflowId,
  payload: { workflowId, runNo: 1, stepId: 'step_1', attempt: 1, ...payload },
});

const tasksOf = async (workflowId: string) =>
  (await operator.get(`/monitor/tasks?correlation=${workflowId}`)).body.tasks;

/** Lets jobs die and gives their letters, in the order they were queued. */
async function dead(workflowId: string, ...jobs: readonly Job[]) {
  for (const { id } of jobs) refusing.add(id);
  await house.jobs.publish(jobs);
  while ((await tasksOf(workflowId)).length < jobs.length) await new Promise(setImmediate);
  for (const { id } of jobs) refusing.delete(id);
  return tasksOf(workflowId);
}

const audited = async (correlationId: string) => {
  await house.caughtUp();
  const { body } = await operator.get(`/audit/events?correlation=${correlationId}`);
  return body.events.map(
    (event: { type: string; actor_type: string; actor_id: string; rejected: { code: string } | null }) => [
      event.type,
      event.rejected?.code ?? null,
      `${event.actor_type} ${event.actor_id}`,
    ],
  );
};
const byOperator = 'operator user_op';

describe('dead jobs', () => {
  it('show ids and codes, never what an error said', async () => {
    const [task] = await dead('wf_shown', job('a', 'wf_shown'));
    expect(task).toEqual({
      id: expect.stringMatching(/^dead_/),
      state: 'dead',
      kind: 'step',
      priority: 'normal',
      code: 'STEP_KIND_UNKNOWN',
      deliveries: 1,
      diedAt: expect.any(String),
      readable: true,
      jobId: 'a',
      correlationId: 'wf_shown',
      ids: { workflowId: 'wf_shown', runNo: 1, stepId: 'step_1', attempt: 1 },
    });
    const { status, body } = await operator.get(`/monitor/tasks/${task.id}`);
    expect([status, body.task]).toEqual([200, task]);
  });

  it('do not show a payload that holds more than ids', async () => {
    const [task] = await dead('wf_text', job('text', 'wf_text', { note: 'words that a user wrote' }));
    expect(task.ids).toBeNull();
    expect(JSON.stringify(task)).not.toContain('words');
  });

  it('come page by page', async () => {
    await dead('wf_pages', job('p1', 'wf_pages'), job('p2', 'wf_pages'), job('p3', 'wf_pages'));
    const first = (await operator.get('/monitor/tasks?correlation=wf_pages&limit=2')).body;
    const rest = (
      await operator.get(`/monitor/tasks?correlation=wf_pages&limit=2&cursor=${first.nextCursor}`)
    ).body;
    expect([...first.tasks, ...rest.tasks].map((one) => one.jobId)).toEqual(['p1', 'p2', 'p3']);
    expect(rest.nextCursor).toBeNull();
  });

  it('are run again, once, and the act is on record', async () => {
    const [task] = await dead('wf_rerun', job('again', 'wf_rerun'));
    const reply = await operator.post(`/monitor/tasks/${task.id}/rerun`, {});
    expect([reply.status, reply.body.status]).toEqual([200, 'queued']);
    while (!done.some(({ id }) => id === 'again')) await new Promise(setImmediate);
    expect((await operator.post(`/monitor/tasks/${task.id}/rerun`, {})).status).toBe(404);
    expect(done.filter(({ id }) => id === 'again')).toHaveLength(1);
    expect(await audited('wf_rerun')).toEqual([['OperatorActed', null, byOperator]]);
  });

  it('of one workflow are not run again before an earlier one, and the attempt is on record', async () => {
    const [first, second] = await dead('wf_order', job('o1', 'wf_order'), job('o2', 'wf_order'));
    const reply = await operator.post(`/monitor/tasks/${second.id}/rerun`, {});
    expect([reply.status, reply.body.code, reply.body.details.earlier]).toEqual([
      409,
      'EARLIER_JOB_DEAD',
      first.id,
    ]);
    expect(await audited('wf_order')).toEqual([['CommandRejected', 'EARLIER_JOB_DEAD', byOperator]]);
    expect((await operator.post(`/monitor/tasks/${first.id}/cancel`, {})).status).toBe(200);
    expect((await operator.post(`/monitor/tasks/${second.id}/rerun`, {})).status).toBe(200);
    expect(done.some(({ id }) => id === 'o1')).toBe(false);
  });

  it('of different workflows are independent', async () => {
    await dead('wf_one', job('x1', 'wf_one'));
    const [other] = await dead('wf_two', job('x2', 'wf_two'));
    expect((await operator.post(`/monitor/tasks/${other.id}/rerun`, {})).status).toBe(200);
  });

  it('run with the ids an operator put in', async () => {
    const [task] = await dead('wf_edit', job('edited', 'wf_edit'));
    const reply = await operator.post(`/monitor/tasks/${task.id}/edit`, { ids: { attempt: 2 } });
    expect([reply.status, reply.body.task.ids.attempt]).toEqual([200, 2]);
    await operator.post(`/monitor/tasks/${task.id}/rerun`, {});
    while (!done.some(({ id }) => id === 'edited')) await new Promise(setImmediate);
    expect(done.find(({ id }) => id === 'edited')?.payload).toEqual({
      workflowId: 'wf_edit',
      runNo: 1,
      stepId: 'step_1',
      attempt: 2,
    });
  });

  it.each([
    ['another workflow', { ids: { workflowId: 'wf_other' } }],
    ['a member the job does not have', { ids: { price: 1 } }],
    ['another type', { ids: { attempt: '2' } }],
    ['content', { ids: { stepId: 'words with blanks' } }],
    ['nothing', {}],
    ['more than ids', { ids: {}, code: 'X' }],
  ])('are not edited to %s', async (what, body) => {
    const workflowId = `wf_no_${what.replace(/\W/g, '_')}`;
    const [task] = await dead(workflowId, job(`no ${what}`, workflowId));
    const reply = await operator.post(`/monitor/tasks/${task.id}/edit`, body);
    expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await tasksOf(workflowId))[0].ids).toEqual(task.ids);
  });

  it('are for operators only', async () => {
    const [task] = await dead('wf_mine', job('m', 'wf_mine'));
    const replies = await Promise.all([
      user.get('/monitor/tasks'),
      user.get(`/monitor/tasks/${task.id}`),
      user.post(`/monitor/tasks/${task.id}/edit`, { ids: {} }),
      user.post(`/monitor/tasks/${task.id}/rerun`, {}),
      user.post(`/monitor/tasks/${task.id}/cancel`, {}),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(await tasksOf('wf_mine')).toHaveLength(1);
  });

  it.each(['dead_0000000000000000000000', 'x', '*'])('named %s do not exist', async (id) => {
    expect((await operator.get(`/monitor/tasks/${id}`)).status).toBe(404);
    expect((await operator.post(`/monitor/tasks/${id}/rerun`, {})).status).toBe(404);
  });
});
