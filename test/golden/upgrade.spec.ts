import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { upcasters } from '../../src/events/upcasters/index.js';
import type { DomainEvent, NewEvent, Recorded } from '../../src/kernel/event.js';
import { CHAIN_START, chainHash } from '../../src/kernel/hash-chain.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { places } from '../../src/kernel/places.js';
import type { EventStore } from '../../src/ports/event-store.js';
import { Relay } from '../../src/runtime/relay.js';
import { StreamFolder } from '../../src/runtime/stream-folder.js';
import { openHouse } from '../kit/api-house.js';
import { Seen } from '../kit/gate.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { type StoredRun, storedRun } from './stored-run.js';

type Fields = DomainEvent & Readonly<Record<string, unknown>>;

/**
 * As if these events had once been stored in another shape: a member had another name in version 0. What reads a
 * history that holds them must see them as they are today.
 */
const RENAMED: Readonly<Record<string, readonly [today: string, once: string]>> = {
  WorkflowApproved: ['budget', 'limit'],
  StepCompleted: ['cost', 'price'],
  StepWaitStarted: ['until', 'endsAt'],
  HoldPlaced: ['amount', 'micros'],
};

function renamed(event: Fields, from: string, to: string, v: number): DomainEvent {
  const { [from]: value, ...rest } = event;
  return { ...rest, v, [to]: value } as unknown as DomainEvent;
}

const asOnce = (event: DomainEvent): DomainEvent => {
  const names = RENAMED[event.type];
  return names ? renamed(event as Fields, names[0], names[1], 0) : event;
};

const table = upcasters as Map<string, (event: DomainEvent) => DomainEvent>;
const speakOldShapes = (): void => {
  for (const [type, [today, once]] of Object.entries(RENAMED))
    table.set(`${type}@0`, (event) => renamed(event as Fields, once, today, 1));
};

async function restore(
  store: EventStore,
  run: StoredRun,
  shape = (event: DomainEvent) => event,
): Promise<void> {
  for (const [stream, events] of Object.entries(run.streams))
    await store.append(
      stream,
      events.map((each): NewEvent => ({ ...each, event: shape(each.event) })),
      'none',
    );
}

let run: StoredRun;
beforeAll(async () => {
  run = await storedRun();
});
afterEach(() => {
  for (const type of Object.keys(RENAMED)) table.delete(`${type}@0`);
});

const types = async (store: EventStore, stream: string) => {
  const all: DomainEvent[] = [];
  for await (const { event } of store.read(stream)) all.push(event);
  return all.filter(({ type }) => type in RENAMED).map(({ v }) => v);
};

describe.each([
  ['as it was stored', false],
  ['stored in shapes that have changed since', true],
])('a run in the middle, %s', (_, old) => {
  it('goes on with the plan it was approved with, whatever the catalogue says by now', async () => {
    if (old) speakOldShapes();
    const clock = { ms: Date.parse(run.halted), now: () => clock.ms };
    const engine = new MemoryEngine([], clock); // the service is in no catalogue any more
    try {
      Reflect.get(engine.vault, 'keys').set(run.userId, new Uint8Array(Buffer.from(run.dataKey, 'base64')));
      await restore(engine.store, run, old ? asOnce : undefined);
      await engine.start();
      clock.ms += 61_000;
      const { workflowId, userId } = run;
      await engine.until(`workflow-${workflowId}`, 'WorkflowSettled');
      const { state } = await engine.dispatch.load(workflow, workflowId);
      if (state.status !== 'closed') throw new Error(state.status);
      const approved = run.streams[`workflow-${workflowId}`]!.find(
        ({ event }) => event.type === 'WorkflowApproved',
      );
      const { planHash } = approved!.event as Fields;
      expect(state).toMatchObject({ outcome: 'completed', planHash, totalCost: 20_000n });
      expect([...engine.world.landed.values()].map(({ payTo, amount }) => [payTo, amount])).toEqual([
        ['PAYEE', '20000'],
      ]);
      const account = (await engine.dispatch.load(escrow, userId)).state;
      expect(account.status === 'open' && [availableOf(account), account.held]).toEqual([980_000n, 0n]);
      const last = state.plan!.steps.at(-1)!.id;
      expect(
        await engine.content.getJson(state.result!.output, places.output(workflowId, 1, last)),
      ).toMatchObject({
        value: { said: { trend: 'up' } },
      });
      const receipt = await engine.receiptOf(workflowId);
      expect(receipt.statement.approval).toMatchObject({ planHash });
      expect(await engine.objections(receipt)).toEqual([]);
    } finally {
      await engine.stop();
    }
  });
});

describe('events stored in a shape that has changed since', () => {
  it('cannot be read without an upcaster: the following shows that each reader uses it', async () => {
    const store = new MemoryEventStore();
    await restore(store, run, asOnce);
    expect(await types(store, `workflow-${run.workflowId}`)).toEqual([0, 0, 0]);
    await expect(new StreamFolder(store).fold(workflow, `workflow-${run.workflowId}`)).rejects.toThrow(
      /version 0/,
    );
  });

  it('are folded as they are today', async () => {
    speakOldShapes();
    const [before, after] = [new MemoryEventStore(), new MemoryEventStore()];
    await restore(before, run, asOnce);
    await restore(after, run);
    for (const [aggregate, stream] of [
      [workflow, `workflow-${run.workflowId}`],
      [escrow, `escrow-${run.userId}`],
    ] as const)
      expect((await new StreamFolder(before).fold(aggregate, stream)).state).toEqual(
        (await new StreamFolder(after).fold(aggregate, stream)).state,
      );
  });

  it('leave the house as they are today: relay', async () => {
    speakOldShapes();
    const store = new MemoryEventStore();
    await restore(store, run, asOnce);
    const seen = new Seen<Recorded>();
    const publish = async (events: readonly Recorded[]) => events.forEach((event) => void seen.add(event));
    const target = { publish, lastPosition: async () => undefined };
    const silent = { info() {}, warn() {}, error() {} };
    const relay = new Relay(store, target, silent, ['WorkflowApproved', 'StepCompleted']);
    await relay.start();
    const [approved, completed] = await seen.count(2);
    await relay.stop();
    expect(approved!.event).toMatchObject({ v: 1, budget: '20000' });
    expect(completed!.event).toMatchObject({ v: 1, cost: '0' });
    expect(completed!.event).not.toHaveProperty('price');
  });

  it('are shown as they are today: read models, timeline, stream, audit and the state at a revision', async () => {
    speakOldShapes();
    const house = await openHouse();
    try {
      const owner = await house.user(run.userId);
      const operator = await house.user('user_operator', ['operator']);
      await restore(house.api.store, run, asOnce);
      await house.caughtUp();
      const id = run.workflowId;
      const { rows } = await house.sql.query<Record<string, unknown>>('select budget from rm_workflows');
      expect(rows).toEqual([{ budget: '20000' }]);
      const { body: told } = await owner.get(`/workflows/${id}/events?from=1&limit=${LIMITS.pageMax}`);
      const wire = (type: string) => told.events.find((event: { type: string }) => event.type === type)?.data;
      expect(wire('workflow.approved')).toMatchObject({ budget: 0.02, budgetMicro: '20000' });
      expect(wire('step.completed')).toMatchObject({ costMicro: '0' });
      expect(wire('step.waiting')).toMatchObject({ until: '2026-11-21T00:01:00.000Z' });
      const { body: account } = await owner.get(`/escrow/${run.userId}/balance`);
      expect(JSON.stringify(account)).toContain('20000');

      const { body: audit } = await operator.get(`/audit/streams/workflow-${id}`);
      const approved = audit.events.find((event: { type: string }) => event.type === 'WorkflowApproved');
      expect(approved.data).toMatchObject({ v: 1, budget: '20000' });
      expect(audit.state).toMatchObject({ status: 'executing', approval: { budget: '20000' } });
      const { body: earlier } = await operator.get(`/audit/streams/workflow-${id}?at=${approved.revision}`);
      expect(earlier.state).toMatchObject({ status: 'approved', approval: { budget: '20000' } });
      // the chain is over what is stored, so that it can be checked without knowing any upcaster
      let hash = CHAIN_START;
      for await (const recorded of house.api.store.read(`workflow-${id}`)) hash = chainHash(hash, recorded);
      expect(audit.events.at(-1).hash).toBe(hash);
    } finally {
      await house.close();
    }
  });
});
