import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { answerStep } from '../../src/requests/confirm-step.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const steps = [
  { key: 'letter', kind: 'data_transform', input: '"Dear all"' },
  {
    key: 'send',
    kind: 'data_transform',
    dependsOn: ['letter'],
    input: 'steps.letter',
    sideEffect: 'irreversible',
  },
];

describe('a step that cannot be undone, in a run that nobody approved', () => {
  const engine = new MemoryEngine([]);
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());

  const answer = (id: string, decision: 'confirm' | 'decline', stepId = 'step_2', user = 'user_01') =>
    answerStep(
      { dispatch: engine.dispatch, clock: { now: () => Date.now() } },
      engine.caller(user),
      id,
      stepId,
      decision,
    );
  const asking = async (more: object = {}) => {
    const plan = { steps: [steps[0], { ...steps[1], ...more }] } as never;
    const id = await engine.create('user_01', { plan, autoApprove: true });
    await engine.until(`workflow-${id}`, 'StepConfirmationRequested');
    return id;
  };
  const outcome = async (id: string) => {
    await engine.until(`workflow-${id}`, 'RunClosed');
    return (await engine.dispatch.load(workflow, id)).state;
  };

  it('T42 and T43 waits for a word, and runs when it is given', async () => {
    const id = await asking();
    expect(await engine.told(`workflow-${id}`)).not.toContain('RunClosed');
    await answer(id, 'confirm');
    expect(await outcome(id)).toMatchObject({ outcome: 'completed' });
  });

  it('T43 declined, never runs', async () => {
    const id = await asking();
    await answer(id, 'decline');
    expect(await outcome(id)).toMatchObject({ outcome: 'failed', failure: { code: 'DECLINED' } });
    const scheduled = (await engine.told(`workflow-${id}`)).filter((type) => type === 'StepScheduled');
    expect(scheduled).toHaveLength(1);
  });

  it('T43 is answered by its owner, about a step there is', async () => {
    const id = await asking({ sideEffect: 'none', requiresConfirmation: true });
    await expect(answer(id, 'confirm', 'step_2', 'user_02')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(answer(id, 'confirm', 'step_7')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(answer(id, 'confirm', 'step_1')).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await answer(id, 'confirm');
    expect(await outcome(id)).toMatchObject({ outcome: 'completed' });
  });

  it('T42 asks nobody where the plan says that it need not', async () => {
    const plan = { steps: [steps[0], { ...steps[1], requiresConfirmation: false }] } as never;
    const id = await engine.create('user_01', { plan, autoApprove: true });
    expect(await outcome(id)).toMatchObject({ outcome: 'completed' });
  });

  it('T43 fails when the run has no more time to wait for a word', async () => {
    const plan = { steps } as never;
    const id = await engine.create('user_01', { plan, autoApprove: true, maxTime: 400 });
    expect(await outcome(id)).toMatchObject({ outcome: 'failed' });
    await expect(answer(id, 'confirm')).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});
