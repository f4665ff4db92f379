import { describe, expect, it } from '@jest/globals';
import type { WorkflowState } from '../commands/workflow/state.js';
import type { Job } from '../ports/jobs.js';
import { OwnedJobs } from './owned-jobs.js';

const state = {
  status: 'executing',
  created: { userId: 'user_1' },
  plan: {
    steps: [
      {
        id: 'step_1',
        service: { id: 'svc_1' },
        alternatives: [{ service: { id: 'svc_2' } }],
        compensation: { service: { id: 'svc_undo' } },
      },
      { id: 'step_2' },
    ],
  },
} as unknown as WorkflowState;
/** as it was before it had a plan */
const young = { status: 'planning', created: { userId: 'user_1' } } as unknown as WorkflowState;

async function published(more: Partial<Job>, found: WorkflowState = state): Promise<Partial<Job>> {
  const jobs: Job[] = [];
  const queue = { publish: async (given: readonly Job[]) => void jobs.push(...given) };
  const runs = { load: async () => ({ state: found as never, revision: 1 }) };
  const job: Job = { kind: 'step', priority: 'normal', id: 'j', correlationId: 'wf_1', payload: {}, ...more };
  await new OwnedJobs(queue, runs).publish([job]);
  const { owner, service, priority } = jobs[0]!;
  return { priority, ...(owner && { owner }), ...(service && { service }) };
}
const step = (payload: object) => ({ payload: { workflowId: 'wf_1', runNo: 1, attempt: 1, ...payload } });

describe('a job', () => {
  it('of a step is its user’s, and names the service it calls', async () => {
    expect(await published(step({ stepId: 'step_1' }))).toEqual({
      owner: 'user_1',
      service: 'svc_1',
      priority: 'normal',
    });
    expect(await published(step({ stepId: 'step_2' }))).toEqual({ owner: 'user_1', priority: 'normal' });
  });

  it('of a step names its service also when memory is behind the event that scheduled it', async () => {
    const jobs: Job[] = [];
    const queue = { publish: async (given: readonly Job[]) => void jobs.push(...given) };
    const newest = { state: state as never, revision: 4 };
    const runs = {
      load: async (_aggregate: unknown, _id: string, atLeast?: number) =>
        atLeast === undefined || atLeast > 0 ? newest : { state: young as never, revision: 0 },
    };
    const task = (more: object) => ({ ...step({ stepId: 'step_1', ...more }), kind: 'step' as const });
    const common = { priority: 'normal', id: 'j', correlationId: 'wf_1' } as const;
    const owned = new OwnedJobs(queue, runs);
    await owned.publish([{ ...common, ...task({ revision: 3 }) }]);
    await owned.publish([{ ...common, ...task({}) }]);
    expect(jobs.map(({ service }) => service)).toEqual(['svc_1', 'svc_1']);
  });

  it('of a step that went to another service, or is undone by one, counts there', async () => {
    const rounds = { step_1: { from: 2, service: 'svc_2', givenUp: ['svc_1'] } };
    const gone = { ...state, rounds } as unknown as WorkflowState;
    expect(await published(step({ stepId: 'step_1' }), gone)).toMatchObject({ service: 'svc_2' });
    expect(await published(step({ stepId: 'step_1', undo: true }))).toMatchObject({ service: 'svc_undo' });
    expect(await published(step({ stepId: 'step_2', undo: true }))).not.toHaveProperty('service');
  });

  it('that tries a step again comes behind what others try for the first time', async () =>
    expect(await published(step({ stepId: 'step_2', attempt: 2 }))).toMatchObject({ priority: 'low' }));

  it('that undoes a step comes first', async () =>
    expect(await published(step({ stepId: 'step_2', attempt: 2, undo: true }))).toMatchObject({
      priority: 'high',
    }));

  it('has the priority its run was given', async () => {
    const low = { ...state, created: { userId: 'user_1', priority: 'low' } } as unknown as WorkflowState;
    expect(await published(step({ stepId: 'step_2' }), low)).toMatchObject({ priority: 'low' });
    const high = { ...state, created: { userId: 'user_1', priority: 'high' } } as unknown as WorkflowState;
    expect(await published(step({ stepId: 'step_2' }), high)).toMatchObject({ priority: 'high' });
    expect(await published(step({ stepId: 'step_2', attempt: 2 }), high)).toMatchObject({
      priority: 'normal',
    });
  });

  it('of another kind is the user’s whose run it is', async () =>
    expect(await published({ kind: 'receipt', payload: { workflowId: 'wf_1' } })).toEqual({
      owner: 'user_1',
      priority: 'normal',
    }));

  it('that proves a run of a batch comes behind the proof somebody waits for', async () => {
    const prove = { kind: 'prove', payload: { workflowId: 'wf_1' } } as const;
    const ofBatch = (priority?: 'high' | 'low') =>
      ({ ...state, created: { userId: 'user_1', batchId: 'bat_1', priority } }) as unknown as WorkflowState;
    expect(await published(prove)).toMatchObject({ priority: 'normal' });
    expect(await published(prove, ofBatch())).toMatchObject({ priority: 'low' });
    expect(await published(prove, ofBatch('high'))).toMatchObject({ priority: 'normal' });
    expect(await published(step({ stepId: 'step_2' }), ofBatch())).toMatchObject({ priority: 'normal' });
  });

  it('that names its user is that user’s', async () =>
    expect(await published({ kind: 'chain', payload: { userId: 'user_2' } })).toMatchObject({
      owner: 'user_2',
    }));

  it('keeps the owner it has', async () =>
    expect(await published({ owner: 'user_3', ...step({ stepId: 'step_1' }) })).toMatchObject({
      owner: 'user_3',
    }));

  it.each([{}, { workflowId: 7 }, { workflowId: 'wf_gone' }])(
    'of nobody (%j) goes on as it is',
    async (payload) =>
      expect(await published({ payload }, { status: 'none' })).toEqual({ priority: 'normal' }),
  );
});
