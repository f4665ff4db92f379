import { beforeEach, describe, expect, it } from '@jest/globals';
import { sampleChance } from '../../test/kit/chance.js';
import { input, offer } from '../../test/kit/offers.js';
import { cancel, create, T0 } from '../../test/kit/runs.js';
import { MemoryArtifactStore } from '../adapters/memory/artifact-store.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryKeyVault } from '../adapters/memory/key-vault.js';
import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { ContentStore } from '../content/content-store.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { toMicros } from '../kernel/money.js';
import { places } from '../kernel/places.js';
import type { Planner, PlanningRequest } from '../ports/planner.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { PlanJob } from './plan-job.js';
import { rulePlanner } from './rules/rule-planner.js';

const calm = new AbortController().signal;
const TEXT = `Summarise this text: ${'The herd grew, and nobody knew why. '.repeat(10)}`;
const offers = [
  offer('summarise', { capability: 'summary', inputs: [input('text', 'text')], output: 'summary' }),
];

describe('planning', () => {
  let store: MemoryEventStore;
  let content: ContentStore;
  let dispatch: CommandHandler;
  const clock = { now: () => Date.parse(T0) };
  let sent = 0;

  const tell = async (...commands: WorkflowCommand[]) => {
    for (const command of commands)
      await dispatch.send(workflow, 'wf_01', command, {
        commandId: `told ${++sent}`,
        correlationId: 'wf_01',
        actor: { type: 'system', id: 'test' },
      });
  };
  const seal = (place: string, value: string) => content.sealText('user_01', place, value);
  const created = async (more: object = {}, text = TEXT) =>
    tell(
      create({
        request: await seal(places.request('wf_01'), text),
        secret: await seal(places.secret('wf_01'), Buffer.alloc(32, 7).toString('base64')),
        ...more,
      }),
    );
  const run = (planner: Planner = rulePlanner, runNo = 1, catalogue = async () => offers) =>
    new PlanJob(dispatch, content, { all: catalogue, known: undefined }, planner, clock).run(
      { workflowId: 'wf_01', runNo },
      calm,
    );
  const told = async () => {
    const events: Record<string, unknown>[] = [];
    for await (const { event } of store.read('workflow-wf_01'))
      events.push(event as unknown as Record<string, unknown>);
    return events;
  };
  const failing = (error: Error): Planner => ({
    name: 'failing',
    plan: async () => {
      throw error;
    },
  });

  beforeEach(() => {
    store = new MemoryEventStore();
    content = new ContentStore(new MemoryKeyVault(), new MemoryArtifactStore(), sampleChance);
    dispatch = new CommandHandler(store, clock);
  });

  it('T02 proposes a checked plan whose expressions are sealed', async () => {
    await created();
    await run();
    const events = await told();
    expect(events.map(({ type }) => type)).toEqual([
      'WorkflowCreated',
      'PlanningStarted',
      'IntentClassified',
      'PlanProposed',
      'ApprovalRequested',
    ]);
    expect(JSON.stringify(events)).not.toContain('$substringAfter');
  });

  it('gives the planner the request, the files and the offers', async () => {
    const name = await seal(places.attachmentName('wf_01', 0), 'herd.csv');
    const file = await content.putArtifact(
      'user_01',
      places.attachment('wf_01', 0),
      new TextEncoder().encode('herd,weight\n'.repeat(1_000)),
      'text/csv',
    );
    await created({ attachments: [{ name, content: file }] });
    let asked: PlanningRequest | undefined;
    const planner: Planner = {
      name: 'curious',
      plan: (request, signal) => {
        asked = request;
        return rulePlanner.plan({ ...request, attachments: [] }, signal);
      },
    };
    await run(planner);
    expect(asked).toMatchObject({
      text: TEXT,
      attachments: [{ name: 'herd.csv', mediaType: 'text/csv', size: 12_000 }],
      offers,
    });
    expect(asked?.attachments[0]?.sample).toHaveLength(2_000);
  });

  it('T05 of a cancelled workflow, or of another run, proposes nothing', async () => {
    await created();
    await run(rulePlanner, 2);
    await tell(cancel());
    await run();
    expect((await told()).map(({ type }) => type)).not.toContain('PlanProposed');
  });

  it('done twice proposes one plan', async () => {
    await created();
    await Promise.all([run(), run()]);
    await run();
    expect((await told()).filter(({ type }) => type === 'PlanProposed')).toHaveLength(1);
  });

  it('T03 above the limit of the user fails with PLAN_OVER_BUDGET, and may be tried with another', async () => {
    await created({ maxCost: toMicros(9_999n) });
    await run();
    expect(await told()).toContainEqual(
      expect.objectContaining({ type: 'PlanningFailed', code: 'PLAN_OVER_BUDGET', recoverable: true }),
    );
  });

  it('T04 with a terminal refusal fails, and the run is closed', async () => {
    await created();
    await run(failing(new Refusal('NO_SERVICE', 'Nobody offers this.')));
    const events = await told();
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'PlanningFailed', code: 'NO_SERVICE', recoverable: false }),
    );
    expect(events.at(-2)).toMatchObject({ type: 'RunClosed', outcome: 'failed' });
  });

  it.each([
    ['a planner that is away', new Refusal('PLANNER_ERROR', 'Away.', {}, 'retryable')],
    ['a planner whose answer was lost', new Refusal('PLANNER_ERROR', 'Lost.', {}, 'unknown')],
  ])('with %s is given back, and nothing is recorded', async (_what, error) => {
    await created();
    const failure = await run(failing(error)).catch((e: unknown) => e);
    expect(isRefusal(failure, 'PLANNER_ERROR') && failure.kind).toBe('retryable');
    expect(await told()).toHaveLength(2);
  });

  it('with a catalogue that is away is given back', async () => {
    await created();
    const away = async () => {
      throw new Refusal('CATALOGUE_DOWN', 'Away.', {}, 'retryable');
    };
    await expect(run(rulePlanner, 1, away)).rejects.toMatchObject({ kind: 'retryable' });
    expect(await told()).toHaveLength(2);
  });

  it('with an unexpected error is given back: what it says is not for the history', async () => {
    await created();
    await expect(run(failing(new TypeError('herd')))).rejects.toThrow(TypeError);
    expect(await told()).toHaveLength(2);
  });

  it('of a given plan that is a circle fails with INVALID_DAG, without asking the planner', async () => {
    const steps = [
      { key: 'a', kind: 'data_transform', dependsOn: ['b'], input: '1' },
      { key: 'b', kind: 'data_transform', dependsOn: ['a'], input: '1' },
    ];
    await created({ origin: 'plan' }, JSON.stringify({ steps }));
    await run(failing(new Error('the planner was asked')));
    expect(await told()).toContainEqual(
      expect.objectContaining({ type: 'PlanningFailed', code: 'INVALID_DAG' }),
    );
  });
});
