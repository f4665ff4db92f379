import { beforeEach, describe, expect, it } from '@jest/globals';
import { sampleChance } from '../../test/kit/chance.js';
import {
  approve,
  cancel,
  create,
  fail,
  later,
  local,
  paid,
  planOf,
  propose,
  retry,
  start,
  startExecution,
  T0,
} from '../../test/kit/runs.js';
import { MemoryArtifactStore } from '../adapters/memory/artifact-store.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryKeyVault } from '../adapters/memory/key-vault.js';
import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { ContentStore } from '../content/content-store.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { toMicros } from '../kernel/money.js';
import { places } from '../kernel/places.js';
import { CommandHandler } from '../runtime/command-handler.js';
import type { StepTask } from '../sagas/reaction.js';
import { RunViews } from './run-view.js';
import { conditional, type StepExecutor, StepRunner, transform } from './step-runner.js';

const clock = { now: () => Date.parse(T0) };
const calm = new AbortController().signal;
const task = (stepId: string, more: Partial<StepTask> = {}): StepTask => ({
  workflowId: 'wf_01',
  runNo: 1,
  stepId,
  attempt: 1,
  ...more,
});

/** A run of one paid step between two local ones, executing; the paid one does what the test says. */
async function house(inputs: Record<string, string> = {}) {
  const store = new MemoryEventStore();
  const vault = new MemoryKeyVault();
  const content = new ContentStore(vault, new MemoryArtifactStore(), sampleChance);
  const race: { first?: (() => Promise<void>) | undefined } = {};
  const append: MemoryEventStore['append'] = async (...args) => {
    const { first } = race;
    race.first = undefined;
    await first?.();
    return store.append(...args);
  };
  const dispatch = new CommandHandler(
    Object.assign(Object.create(store) as MemoryEventStore, { append }),
    clock,
  );
  let sent = 0;
  const tell = (...commands: WorkflowCommand[]) => tellBy(dispatch, commands);
  /** Another process is quicker with this than the next append here. */
  const overtakenBy = (...commands: WorkflowCommand[]) => {
    race.first = () => tellBy(new CommandHandler(store, clock), commands);
  };
  const tellBy = async (by: CommandHandler, commands: readonly WorkflowCommand[]) => {
    for (const command of commands)
      await by.send(workflow, 'wf_01', command, {
        commandId: `told ${++sent}`,
        correlationId: 'wf_01',
        actor: { type: 'system', id: 'test' },
      });
  };
  const steps = planOf(
    local('step_1'),
    paid('step_2', ['step_1']),
    local('step_3', ['step_1'], { kind: 'conditional' }),
    local('step_4', ['step_2', 'step_3']),
  );
  const details = Object.fromEntries(
    ['step_1', 'step_2', 'step_3', 'step_4'].map((id) => [id, { input: inputs[id] ?? '{"of": "anything"}' }]),
  );
  const seal = (place: string, value: string) => content.sealText('user_01', place, value);
  await tell(
    create({
      request: await seal(places.request('wf_01'), 'What do the figures say?'),
      secret: await seal(places.secret('wf_01'), Buffer.alloc(32, 7).toString('base64')),
    }),
  );
  const plan = {
    ...steps,
    details: await content.sealJson('user_01', places.planDetails('wf_01', 1), details),
  };
  await tell(propose(plan), approve(plan), startExecution());
  const work: { does: StepExecutor } = {
    does: async ({ input }) => ({ output: { heard: input }, cost: toMicros(20_000n) }),
  };
  const spared: string[] = [];
  const runner = (worker = 'worker-1', now = clock.now) =>
    new StepRunner(
      dispatch,
      new RunViews(dispatch, content),
      content,
      { data_transform: transform, conditional, service_call: (asked) => work.does(asked) },
      { now },
      { random: () => 0 },
      worker,
      (ids) => spared.push(...ids),
    );
  const stepOf = async (stepId: string) => {
    const { state } = await dispatch.load(workflow, 'wf_01');
    if (!('steps' in state)) throw new Error(`the workflow is ${state.status}`);
    return state.steps[stepId]!;
  };
  const outputOf = async (stepId: string) => {
    const step = await stepOf(stepId);
    if (step.status !== 'completed') throw new Error(`${stepId} is ${step.status}`);
    return content.getJson(step.output, places.output('wf_01', 1, stepId));
  };
  const told = async () => {
    const types: string[] = [];
    for await (const { event } of store.read('workflow-wf_01')) types.push(event.type);
    return types;
  };
  const failures = async () => {
    const errors: unknown[] = [];
    for await (const { event } of store.read('workflow-wf_01'))
      if (event.type === 'StepAttemptFailed') errors.push((event as unknown as { error: unknown }).error);
    return errors;
  };
  return { content, vault, tell, overtakenBy, work, runner, spared, stepOf, outputOf, told, failures };
}

describe('a step', () => {
  let h: Awaited<ReturnType<typeof house>>;
  beforeEach(async () => {
    h = await house({
      step_1: '{"asked": request.text, "files": $count(inputs)}',
      step_2: '{"q": steps.step_1.asked}',
      step_3: 'steps.step_1.files > 0',
    });
  });
  const reach = async () => h.runner().run(task('step_1'), calm);

  it('sees the request, the files and what it depends on', async () => {
    await reach();
    expect(await h.outputOf('step_1')).toEqual({ asked: 'What do the figures say?', files: 0 });
    await h.runner().run(task('step_2'), calm);
    expect(await h.outputOf('step_2')).toEqual({ heard: { q: 'What do the figures say?' } });
  });

  it('chooses a branch by the truth of its value', async () => {
    await reach();
    await h.runner().run(task('step_3'), calm);
    expect(await h.stepOf('step_3')).toMatchObject({ status: 'completed', branch: 'else' });
  });

  it('done twice is recorded once', async () => {
    await reach();
    const before = await h.told();
    await h.runner().run(task('step_1'), calm);
    expect(await h.told()).toEqual(before);
  });

  it('that needs nobody is done with every such step it unlocks, in one append', async () => {
    await h.runner().runHere(task('step_1'), calm);
    expect(await h.stepOf('step_3')).toMatchObject({ status: 'completed', branch: 'else' });
    expect((await h.told()).slice(-4)).toEqual([
      'StepCompleted',
      'StepScheduled',
      'StepScheduled',
      'StepCompleted',
    ]);
    expect(await h.stepOf('step_2')).toMatchObject({ status: 'scheduled' });
  });

  it('that needs nobody is done even when its turn comes late, and what it unlocks in a turn of its own', async () => {
    let now = Date.parse(T0);
    const slow = h.runner('worker-1', () => (now += 60_000));
    await slow.runHere(task('step_1'), calm);
    expect(await h.stepOf('step_1')).toMatchObject({ status: 'completed' });
    expect(await h.stepOf('step_3')).toMatchObject({ status: 'scheduled' });
    await slow.runHere(task('step_3'), calm);
    expect(await h.stepOf('step_3')).toMatchObject({ status: 'completed' });
  });

  it('that needs nobody is run again when its report met a conflict, however long that took to be told', async () => {
    let now = Date.parse(T0);
    const slow = h.runner('worker-1', () => (now += 60_000));
    await reach();
    h.overtakenBy(start('step_2'));
    await slow.runHere(task('step_3'), calm);
    expect(await h.stepOf('step_2')).toMatchObject({ status: 'running' });
    expect(await h.stepOf('step_3')).toMatchObject({ status: 'completed' });
  });

  it('that has its result is watched over no longer, and one that has none is', async () => {
    await reach();
    h.work.does = async () => {
      throw new Refusal('SERVICE_ERROR', 'The service is busy.', {}, 'retryable');
    };
    await h.runner().run(task('step_2'), calm);
    expect(h.spared.filter((id) => id.includes('/step_2/'))).toEqual([]);
    await h.tell(retry('step_2', 2));
    h.work.does = async () => ({ output: null, cost: toMicros(0n) });
    await h.runner().run(task('step_2', { attempt: 2 }), calm);
    expect(h.spared.filter((id) => id.includes('/step_2/'))).toEqual([
      'wf_01/1/step_2/2/dispatch',
      'wf_01/1/step_2/2/dispatch-again',
      'wf_01/1/step_2/2/timeout',
    ]);
  });

  it.each([
    ['a time', { notBefore: later(45) }, later(45)],
    ['how long', { retryAfterMs: 20_000 }, later(20)],
    ['nothing', {}, later(0)],
  ])('that is refused with %s is tried again no earlier', async (_, figures, earliest) => {
    await reach();
    h.work.does = async () => {
      throw new Refusal('SERVICE_ERROR', 'The service is busy.', figures, 'retryable');
    };
    await h.runner().run(task('step_2'), calm);
    const { at: retryAt } = (await h.stepOf('step_2')) as { at: string };
    expect(Date.parse(retryAt)).toBeGreaterThan(Date.parse(earliest));
    expect(Date.parse(retryAt)).toBeLessThanOrEqual(Date.parse(earliest) + 1_000);
  });

  it('knows that nobody has begun it before, and not when somebody has', async () => {
    await reach();
    const firsts: unknown[] = [];
    h.work.does = async ({ isFirst }) => {
      firsts.push(isFirst);
      throw new Refusal('SERVICE_ERROR', 'The service is busy.', {}, 'retryable');
    };
    await h.tell(start('step_2'));
    await h.runner().run(task('step_2'), calm);
    await h.tell(retry('step_2', 2));
    await h.runner().run(task('step_2', { attempt: 2 }), calm);
    expect(firsts).toEqual([false, false]);

    const fresh = await house();
    await fresh.runner().run(task('step_1'), calm);
    fresh.work.does = h.work.does;
    await fresh.runner().run(task('step_2'), calm);
    expect(firsts).toEqual([false, false, true]);
  });

  it('that is not in flight is not done', async () => {
    let worked = 0;
    h.work.does = async () => {
      worked++;
      return { output: null, cost: toMicros(0n) };
    };
    await h.runner().run(task('step_2'), calm);
    await reach();
    for (const other of [{ attempt: 2 }, { runNo: 2 }, { workflowId: 'wf_09' }, { stepId: 'step_9' }])
      await h.runner().run(task('step_2', other), calm);
    expect(worked).toBe(0);
  });

  it('of a cancelled run is not begun', async () => {
    await reach();
    await h.tell(cancel());
    let worked = 0;
    h.work.does = async () => {
      worked++;
      return { output: null, cost: toMicros(0n) };
    };
    await h.runner().run(task('step_2'), calm);
    expect(worked).toBe(0);
  });

  it('offered again for fear it was lost is done only if nobody has begun it', async () => {
    await reach();
    await h.tell(start('step_2'));
    let worked = 0;
    h.work.does = async () => {
      worked++;
      return { output: 1, cost: toMicros(0n) };
    };
    await h.runner('worker-2').run(task('step_2', { unclaimed: true }), calm);
    expect(worked).toBe(0);
    // a redelivery of the job itself goes on: its worker may have died
    await h.runner('worker-2').run(task('step_2'), calm);
    expect(worked).toBe(1);
  });

  it('that fails says so with what may be recorded: never what an unexpected error says', async () => {
    await reach();
    h.work.does = async () => {
      throw new TypeError('cannot read Brontosaurus');
    };
    await h.runner().run(task('step_2'), calm);
    expect(await h.stepOf('step_2')).toMatchObject({ status: 'retrying', attempt: 2 });
    expect(await h.failures()).toEqual([
      { code: 'STEP_ERROR', message: 'An unexpected TypeError stopped this.', kind: 'retryable' },
    ]);
  });

  it('whose run is stopped is given back, whatever it was that the stop broke', async () => {
    await reach();
    const stop = new AbortController();
    h.work.does = async () => {
      stop.abort();
      throw new Refusal('SERVICE_REFUSED', 'Cut in the middle.');
    };
    const error = await h
      .runner()
      .run(task('step_2'), stop.signal)
      .catch((e: unknown) => e);
    expect(isRefusal(error, 'STOPPED') && error.kind).toBe('retryable');
    expect(await h.stepOf('step_2')).toMatchObject({ status: 'running', attempt: 1 });
  });

  it('whose result comes after its attempt was given up is recorded as late, with its cost', async () => {
    await reach();
    h.work.does = async () => {
      await h.tell(fail('step_2', { at: later(30) }), retry('step_2', 2, later(31)));
      return { output: 1, cost: toMicros(20_000n) };
    };
    await h.runner().run(task('step_2'), calm);
    expect((await h.told()).at(-1)).toBe('StaleStepResultRecorded');
    expect(await h.stepOf('step_2')).toMatchObject({ status: 'scheduled', attempt: 2 });
  });

  it('whose user is erased fails for good', async () => {
    await h.vault.destroy('user_01');
    await reach();
    expect((await h.told()).at(-1)).toBe('RunClosed');
  });

  it('whose output is large keeps it outside the event', async () => {
    await reach();
    const large = 'x'.repeat(LIMITS.inlineOutputBytes);
    h.work.does = async () => ({ output: large, cost: toMicros(0n) });
    await h.runner().run(task('step_2'), calm);
    expect(await h.stepOf('step_2')).toMatchObject({ output: { artifact: { size: large.length + 2 } } });
    expect(await h.outputOf('step_2')).toBe(large);
  });
});

it('an expression that does not fit the data fails its step for good', async () => {
  const h = await house({ step_1: '$number("no number")' });
  await h.runner().run(task('step_1'), calm);
  expect((await h.told()).slice(-4)).toEqual([
    'StepFailed',
    'WorkflowFailed',
    'RollbackNotNeeded',
    'RunClosed',
  ]);
});

describe('a condition', () => {
  it.each([
    [true, 'then'],
    [1, 'then'],
    ['a', 'then'],
    [{ a: 0 }, 'then'],
    [[0, 1], 'then'],
    [false, 'else'],
    [0, 'else'],
    ['', 'else'],
    [null, 'else'],
    [{}, 'else'],
    [[], 'else'],
    [[0, ''], 'else'],
  ] as const)('of %j takes the branch %s', async (input, branch) => {
    const { branch: taken } = await conditional({ input } as never);
    expect(taken).toBe(branch);
  });
});
